// SPDX-License-Identifier: Apache-2.0

// Lines picked from files in any order, as blocks for the engine.

import JSONLCodec
import Transcoder

/// A line that is wanted, and what the engine is to take it for.
struct PickedLine {
    /// The place of its file in the list of files.
    let file: Int
    let offset: Int
    let count: Int
    /// The file and the line that the engine is told.
    let place: (file: Int, line: Int)
    /// Which of several conversions it is for.
    var lane = 0

    /// Whether it stands right behind another line, with one line feed between them.
    fileprivate func follows(_ other: PickedLine) -> Bool {
        file == other.file && offset == other.offset + other.count + 1
    }

    /// Whether both may stand in one block: the engine counts lines itself.
    fileprivate func continues(_ other: PickedLine) -> Bool {
        lane == other.lane && place.file == other.place.file && place.line == other.place.line + 1
    }
}

/// Hands out blocks of lines that are picked one by one.
///
/// Lines that stand in a row in their file are read at once.
final class LineSource: BlockProvider {
    var isCancelled: () -> Bool = { false }

    private let files: [StoredFile]
    private let names: [String]
    private let pick: () -> PickedLine?
    private var pending: PickedLine?

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - files: The files that lines come from.
    ///   - names: Their names in messages.
    ///   - pick: Names one line after the other.
    init(_ files: [StoredFile], names: [String], pick: @escaping () -> PickedLine?) {
        self.files = files
        self.names = names
        self.pick = pick
    }

    var isWorthSharing: Bool { pending != nil }

    /// Files do not keep anybody waiting.
    func waitPatiently() {}

    func next(into buffer: inout ByteBuffer) throws(InputFailure) -> SourceBlock? {
        buffer.removeAll(keepingAtMost: 4 << 20)
        guard let first = pending ?? pick() else { return nil }
        pending = nil
        var start = first
        var last = first
        while let line = pick() {
            let size = buffer.count + (last.offset + last.count - start.offset)
            guard line.continues(last), size < BlockSource.blockByteCount else {
                pending = line
                break
            }
            if !line.follows(last) {
                try read(from: start, to: last, into: &buffer)
                start = line
            }
            last = line
        }
        try read(from: start, to: last, into: &buffer)
        let position = BlockPosition(
            file: first.place.file, firstLine: first.place.line, isFileStart: false)
        return SourceBlock(position: position, offset: 0, lane: first.lane)
    }

    private func read(
        from first: PickedLine, to last: PickedLine, into buffer: inout ByteBuffer
    ) throws(InputFailure) {
        let count = last.offset + last.count - first.offset
        guard files[first.file].read(offset: first.offset, count: count, into: &buffer) else {
            throw .system(file: names[first.file], .hasChanged)
        }
        buffer.append("\n")
    }
}
