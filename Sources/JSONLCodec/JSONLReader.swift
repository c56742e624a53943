// SPDX-License-Identifier: Apache-2.0

// The codec for users of the library: lines of a stream, each checked against RFC 8259.

/// One line of JSON Lines, as ``JSONLReader`` hands it out.
public struct JSONLLine: Sendable, Hashable {
    /// The physical number of the line, counted from 1.
    public let number: Int
    /// The offset of its first byte in the input.
    public let offset: Int
    /// What is wrong with it, or nil.
    public let fault: JSONError?
}

/// Splits a stream of JSON Lines into records and checks every byte of them.
///
/// Lines are handed out in place where they lie in one chunk. Blank lines are skipped, but they
/// count; a byte order mark at the start is left out.
///
/// ```swift
/// var reader = JSONLReader()
/// while let chunk = try file.read() {
///     reader.feed(chunk.bytes) { bytes, line in
///         if let fault = line.fault { print("\(line.number):\(fault.offset + 1): \(fault)") }
///     }
/// }
/// reader.finish { bytes, line in … }
/// ```
public struct JSONLReader: ~Copyable, Sendable {
    private var splitter: LineSplitter
    private var indexer: JSONIndexer

    /// Creates a reader at the start of a stream.
    public init(limits: Limits = Limits()) {
        splitter = LineSplitter(lineByteLimit: limits.lineByteLimit)
        indexer = JSONIndexer(depthLimit: limits.depthLimit)
    }

    /// Hands out the records that a further chunk completes.
    ///
    /// - Parameters:
    ///   - chunk: Bytes of the stream, cut anywhere.
    ///   - body: Takes each record's bytes, valid during the call, and what is known about it. Of
    ///     a line over the limit the bytes are only the beginning.
    /// - Complexity: O(*n*); nothing is allocated once the longest line has been met.
    public mutating func feed(_ chunk: RawSpan, _ body: (RawSpan, JSONLLine) -> Void) {
        ByteView.with(chunk) { bytes in splitter.feed(bytes) { Self.check($0, &indexer, body) } }
    }

    /// Hands out the last record, where it has no line feed.
    public mutating func finish(_ body: (RawSpan, JSONLLine) -> Void) {
        splitter.finish { Self.check($0, &indexer, body) }
    }

    private static func check(
        _ line: Line, _ indexer: inout JSONIndexer, _ body: (RawSpan, JSONLLine) -> Void
    ) {
        guard !line.bytes.isBlank else { return }
        var fault: JSONError?
        if line.isTooLong {
            fault = JSONError(.tooLong, at: line.bytes.count)
        } else {
            do throws(JSONError) { _ = try indexer.index(line.bytes) } catch { fault = error }
        }
        let found = JSONLLine(number: line.number, offset: line.offset, fault: fault)
        line.bytes.withSpan { body($0, found) }
    }
}
