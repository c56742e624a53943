// SPDX-License-Identifier: Apache-2.0

// Cuts chunks into blocks of whole lines: in place, but for the line that reaches over a cut.

/// Finds runs of whole lines in a stream of chunks of any size.
///
/// All lines that end in one chunk form one block, in place; the line that is cut by the end of a
/// chunk is collected in a buffer, once, and forms a block of its own. Only a line feed ends a
/// line. Of a line over the limit no more than its beginning is kept.
package struct BlockCutter: ~Copyable, Sendable {
    /// A run of whole lines.
    package struct Block {
        /// The bytes in the chunk, or nil where the block is what the cutter has collected.
        fileprivate let chunkBytes: ByteView?
        /// The physical number of the first line, counted from 1.
        package let firstLine: Int
        /// The offset of the first byte in the whole input.
        package let offset: Int
        /// The block is the beginning of the input.
        package let isStart: Bool
        /// The block holds only the beginning of one line, which is over the limit.
        package let isTooLong: Bool
    }

    private var carry = ByteBuffer(capacity: 64)
    private var isCarryDone = false
    private var isTooLong = false
    private var droppedByteCount = 0
    private var lineNumber = 1
    private var offset = 0
    private let lineByteLimit: Int

    /// Creates a cutter at the start of an input.
    package init(lineByteLimit: Int = Limits().lineByteLimit) {
        self.lineByteLimit = lineByteLimit
    }

    /// Takes the next block off a chunk.
    ///
    /// - Parameter chunk: The chunk; what is used of it is taken off its front.
    /// - Returns: The block, or nil when the chunk is used up.
    /// - Complexity: O(*n*) for all blocks of a chunk.
    package mutating func next(_ chunk: inout ByteView) -> Block? {
        if isCarryDone { emptyCarry() }
        guard chunk.count > 0 else { return nil }
        let isCollecting = carry.count > 0 || isTooLong
        let end =
            isCollecting
            ? chunk.firstIndex(of: UInt8(ascii: "\n")) : chunk.lastLineFeed
        guard let end else {
            hold(chunk)
            chunk = .empty
            return nil
        }
        let lines = chunk.slice(0, end + 1)
        chunk = chunk.slice(end + 1, chunk.count)
        guard isCollecting else {
            defer {
                lineNumber += lines.lineFeedCount
                offset += lines.count
            }
            return block(lines)
        }
        hold(lines)
        return collected()
    }

    /// The last line, where it has no line feed.
    package mutating func finish() -> Block? {
        guard !isCarryDone, carry.count > 0 || isTooLong else { return nil }
        return collected()
    }

    /// The bytes of a block, valid until the cutter is used again.
    package func bytes(of block: Block) -> ByteView { block.chunkBytes ?? carry.view }

    private mutating func collected() -> Block {
        isCarryDone = true
        defer {
            lineNumber += 1
            offset += carry.count + droppedByteCount
        }
        return block(nil)
    }

    private func block(_ bytes: ByteView?) -> Block {
        Block(
            chunkBytes: bytes, firstLine: lineNumber, offset: offset, isStart: offset == 0,
            isTooLong: isTooLong)
    }

    private mutating func emptyCarry() {
        isCarryDone = false
        isTooLong = false
        droppedByteCount = 0
        carry.removeAll(keepingAtMost: 4 << 20)
    }

    /// Collects a piece of a line; of a line over the limit no more than its beginning.
    private mutating func hold(_ piece: ByteView) {
        // A line feed and a byte order mark do not count.
        let room = isTooLong ? 0 : lineByteLimit + 4 - carry.count
        guard piece.count > room else { return carry.append(made: piece) }
        let kept = isTooLong ? 0 : min(piece.count, 4096)
        carry.append(made: piece.slice(0, kept))
        droppedByteCount += piece.count - kept
        isTooLong = true
    }
}
