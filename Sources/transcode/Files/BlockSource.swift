// SPDX-License-Identifier: Apache-2.0

// Cuts the inputs into blocks of whole lines, one input after the other.

import JSONLCodec
import Transcoder

/// Why reading ended before the end of the inputs.
enum InputFailure: Error {
    case system(file: String, SystemError)
    /// The file holds something else than the ones before it.
    case mixed(file: String, found: Detection)
    /// The format of the file could not be found out.
    case unknown(Message)

    /// The end of a command that compares its inputs with nothing, so that only reading can fail.
    var commandFailure: CommandFailure {
        switch self {
        case .system(let file, let error): .file(file, error)
        case .mixed(let file, _): .file(file, "holds something else")
        case .unknown(let message): .file(message.file, message.sentence)
        }
    }
}

/// Hands out blocks of whole lines.
///
/// What is read beyond the last line feed of a block is carried to the next one, so that memory is
/// bounded by the block and the longest line.
final class BlockSource: BlockProvider {
    /// The bytes of an ordinary block.
    static var blockByteCount: Int { 256 << 10 }

    /// The names of the inputs begun so far, by index.
    private(set) var names: [String] = []
    var isCancelled: () -> Bool = { false }

    private var current: InputFile?
    private var waiting: ArraySlice<String>
    private let expected: Detection?
    private let provider: String?
    private let lineByteLimit: Int
    private let decompresses: Bool
    private var carry = ByteBuffer(capacity: 64)
    private var nextLine = 1
    private var nextOffset = 0
    /// The bytes that were left out of the last block.
    private var droppedByteCount = 0
    private var isFileStart = true
    private var blockCount = 0
    private var waits = false

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - first: The first input, which may have been looked at already.
    ///   - others: The arguments that name the others.
    ///   - expected: What all inputs must be, or nil where that is not to be checked.
    ///   - provider: The only provider whose format later inputs are compared with, if any.
    ///   - lineByteLimit: The longest line.
    ///   - decompresses: Whether compressed inputs are decompressed.
    init(
        _ first: InputFile, others: ArraySlice<String>, expected: Detection?, provider: String?,
        lineByteLimit: Int, decompresses: Bool
    ) {
        current = first
        names = [first.name]
        waiting = others
        self.expected = expected
        self.provider = provider
        self.lineByteLimit = lineByteLimit
        self.decompresses = decompresses
    }

    var isWorthSharing: Bool {
        guard let current, !current.isAtEnd || !waiting.isEmpty else { return false }
        // Of pipes nobody knows; some blocks show that there is much.
        guard let rest = current.remainingByteCount else { return blockCount >= 4 }
        return rest + carry.count > 0 || !waiting.isEmpty
    }

    func waitPatiently() { waits = true }

    func next(into buffer: inout ByteBuffer) throws(InputFailure) -> SourceBlock? {
        buffer.removeAll(keepingAtMost: 4 << 20)
        while let file = current {
            do throws(SystemError) {
                if let position = try fill(&buffer, from: file) {
                    blockCount += 1
                    defer { nextOffset += buffer.count + droppedByteCount }
                    return SourceBlock(position: position, offset: nextOffset)
                }
            } catch {
                throw .system(file: file.name, error)
            }
            if isCancelled() { return nil }
            try beginNextFile()
        }
        return nil
    }

    private func beginNextFile() throws(InputFailure) {
        current = nil
        nextLine = 1
        nextOffset = 0
        isFileStart = true
        guard let argument = waiting.popFirst() else { return }
        let name = InputFile.name(of: argument)
        let file: InputFile
        let beginning: InputFile.Beginning
        do throws(SystemError) {
            file = try InputFile(argument, decompresses: decompresses)
            beginning = try file.beginning(provider: provider, lineByteLimit: lineByteLimit)
        } catch {
            throw .system(file: name, error)
        }
        current = file
        names.append(name)
        guard let expected else { return }
        switch beginning {
        case .empty: break
        case .unknown: throw .unknown(file.complaint(provider: provider))
        case .found(let found):
            let isSame =
                found.kind == expected.kind && found.format.provider == expected.format.provider
            guard isSame else { throw .mixed(file: name, found: found) }
        }
    }

    /// The next block of a file, or nil at its end.
    private func fill(
        _ buffer: inout ByteBuffer, from file: InputFile
    ) throws(SystemError) -> BlockPosition? {
        droppedByteCount = 0
        carry.withBytes { buffer.append($0) }
        carry.removeAll(keepingAtMost: 4 << 20)
        var end: Int?
        var lineCount = 0
        while true {
            let start = buffer.count
            if waits, !waitForBytes(of: file) { return nil }
            let room = max(Self.blockByteCount - start, Self.blockByteCount / 2)
            let length = try file.read(upTo: room, into: &buffer)
            let fresh = buffer.view.slice(start, buffer.count)
            if let last = fresh.lastLineFeed {
                end = start + last + 1
                lineCount += fresh.slice(0, last + 1).lineFeedCount
            }
            if length == 0 { return buffer.count > 0 ? position(lineCount) : nil }
            if let end, buffer.count >= Self.blockByteCount || !file.isReadable() {
                return cut(&buffer, at: end, lineCount)
            }
            if end == nil, buffer.count > lineByteLimit + 4 {
                return try dropLine(&buffer, file)
            }
        }
    }

    /// Keeps what stands behind the last line feed for the next block.
    private func cut(
        _ buffer: inout ByteBuffer, at end: Int, _ lineCount: Int
    ) -> BlockPosition {
        buffer.view.slice(end, buffer.count).withSpan { carry.append($0) }
        buffer.truncate(to: end)
        return position(lineCount)
    }

    private func position(_ lineCount: Int) -> BlockPosition {
        defer {
            nextLine += lineCount
            isFileStart = false
        }
        return BlockPosition(
            file: names.count - 1, firstLine: nextLine, isFileStart: isFileStart)
    }

    /// Reads a line over the limit to its end and keeps its beginning.
    private func dropLine(
        _ buffer: inout ByteBuffer, _ file: InputFile
    ) throws(SystemError) -> BlockPosition? {
        // More than the limit stays, so that the engine sees that it is over.
        droppedByteCount = max(0, buffer.count - (lineByteLimit + 4))
        buffer.truncate(to: min(buffer.count, lineByteLimit + 4))
        var rest = ByteBuffer(capacity: 256 << 10)
        while true {
            rest.removeAll()
            if waits, !waitForBytes(of: file) { return nil }
            guard try file.read(upTo: 256 << 10, into: &rest) > 0 else { break }
            if let feed = rest.view.firstIndex(of: UInt8(ascii: "\n")) {
                rest.view.slice(feed + 1, rest.count).withSpan { carry.append($0) }
                droppedByteCount += feed + 1
                break
            }
            droppedByteCount += rest.count
        }
        defer {
            nextLine += 1
            isFileStart = false
        }
        return BlockPosition(
            file: names.count - 1, firstLine: nextLine, isFileStart: isFileStart, isTooLong: true)
    }

    /// Waits for a pipe in small steps; false when nobody wants its bytes any more.
    private func waitForBytes(of file: InputFile) -> Bool {
        while !file.isReadable(milliseconds: 100) {
            if isCancelled() { return false }
        }
        return true
    }
}
