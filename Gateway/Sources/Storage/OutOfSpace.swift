// SPDX-License-Identifier: Apache-2.0

// The one failure of storage that clients are told about.

/// There is no room for further bytes.
public struct OutOfSpace: Error, Sendable, Hashable {
    /// Creates the error.
    public init() {}
}

/// A call of the file system that failed.
public struct FileSystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was to be done.
    public let action: String
    /// The system's number of the fault.
    public let number: Int32

    /// What was to be done, and the number of the fault.
    public var description: String { "cannot \(action) (errno \(number))" }
}
