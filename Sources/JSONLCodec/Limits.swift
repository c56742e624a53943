// SPDX-License-Identifier: Apache-2.0

// Every bound of the codec in one place, so that nothing in it can grow without end.

/// The bounds that the codec holds its input to.
///
/// A record over a bound fails with an error of its own; the process goes on with the next one.
public struct Limits: Sendable, Hashable {
    /// The longest line in bytes, without its line feed.
    public var lineByteLimit: Int

    /// The most containers that may be open at once; the outermost value is level 1.
    public var depthLimit: Int

    /// Creates limits: 256 MiB a line and 1024 levels unless said otherwise.
    ///
    /// - Parameters:
    ///   - lineByteLimit: The longest line in bytes; values outside 1 ..< 2^32 are brought inside,
    ///     because offsets into a line are 32 bits wide.
    ///   - depthLimit: The most open containers; at least 1.
    public init(lineByteLimit: Int = 256 << 20, depthLimit: Int = 1024) {
        self.lineByteLimit = min(max(lineByteLimit, 1), Int(UInt32.max) - 64)
        self.depthLimit = min(max(depthLimit, 1), 1 << 20)
    }
}
