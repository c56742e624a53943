// SPDX-License-Identifier: Apache-2.0

// The lines of a block, and of a stream of chunks.

/// The lines of a run of bytes, in place: each without its line feed.
package struct LineIterator: Sequence, IteratorProtocol {
    private var rest: ByteView

    /// Starts at the beginning of a block.
    package init(_ block: ByteView) {
        rest = block
    }

    package mutating func next() -> ByteView? {
        guard rest.count > 0 else { return nil }
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        let line = rest.slice(0, end ?? rest.count)
        rest = rest.slice(end.map { $0 + 1 } ?? rest.count, rest.count)
        return line
    }
}

/// One line of the input, without its line feed.
package struct Line {
    /// The bytes, without the byte order mark of the first line; a carriage return at the end
    /// stays, since it is a blank of JSON.
    package let bytes: ByteView
    /// The physical number of the line, counted from 1.
    package let number: Int
    /// The offset of the first byte of `bytes` in the whole input.
    package let offset: Int
    /// The line is over the limit: `bytes` holds only its beginning.
    package let isTooLong: Bool
}

/// Finds the lines of a stream that arrives in chunks of any size.
package struct LineSplitter: ~Copyable, Sendable {
    private var cutter: BlockCutter
    private let lineByteLimit: Int

    /// Creates a splitter at the start of a stream.
    package init(lineByteLimit: Int = Limits().lineByteLimit) {
        self.lineByteLimit = lineByteLimit
        cutter = BlockCutter(lineByteLimit: lineByteLimit)
    }

    /// Hands out the lines that a further chunk completes.
    ///
    /// - Complexity: O(*n*).
    package mutating func feed(_ chunk: ByteView, _ body: (Line) -> Void) {
        var rest = chunk
        while let block = cutter.next(&rest) { split(block, body) }
    }

    /// Hands out the last line if it has no line feed.
    package mutating func finish(_ body: (Line) -> Void) {
        if let block = cutter.finish() { split(block, body) }
    }

    private func split(_ block: BlockCutter.Block, _ body: (Line) -> Void) {
        var number = block.firstLine
        var offset = block.offset
        for line in LineIterator(cutter.bytes(of: block)) {
            let isMarked = offset == 0 && line.starts(with: "\u{FEFF}")
            let text = isMarked ? line.slice(3, line.count) : line
            body(
                Line(
                    bytes: text, number: number, offset: isMarked ? 3 : offset,
                    isTooLong: block.isTooLong || text.count > lineByteLimit))
            number += 1
            offset += line.count + 1
        }
    }
}

extension ByteView {
    /// Whether there is nothing but the blanks of JSON.
    package var isBlank: Bool {
        for index in 0..<count {
            let byte = self[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D else { return false }
        }
        return true
    }
}
