// SPDX-License-Identifier: Apache-2.0

// Writes lines into one part after the other, each as full as its bounds allow.

import JSONLCodec
import Transcoder

/// The parts of a file that is being split.
struct PartWriter: ~Copyable {
    /// What one part may hold; nil for any number.
    struct Bounds {
        let records: Int?
        let bytes: Int?
        let tokens: Int?
        let inputs: Int?
    }

    /// A part, as the manifest lists it.
    struct Part {
        let name: String
        let firstLine: Int
        let firstID: String?
        var records = 0
        var bytes = 0
        /// What its records ask vectors for.
        var inputs = 0
        var lastID: String?
    }

    private(set) var parts: [Part] = []
    private let folder: PartFolder
    private let bounds: Bounds
    private var file: OutputFile?
    private var buffer = ByteBuffer(capacity: 64 << 10)
    /// Where in `buffer` the last line begins.
    private var lastStart = 0
    private var indexer = JSONIndexer()

    init(_ folder: PartFolder, _ bounds: Bounds) {
        self.folder = folder
        self.bounds = bounds
    }

    private static var bufferByteCount: Int { 256 << 10 }

    /// Whether a part may hold so much.
    func isFitting(records: Int, bytes: Int, inputs: Int) -> Bool {
        if let limit = bounds.records, records > limit { return false }
        if let limit = bounds.bytes, bytes > limit { return false }
        if let limit = bounds.inputs, inputs > limit { return false }
        if let limit = bounds.tokens, TokenEstimate.tokens(bytes: bytes) > limit { return false }
        return true
    }

    /// Adds a line, which must fit into a part alone.
    mutating func add(
        _ line: ByteView, number: Int, inputs: Int
    ) throws(CommandFailure) {
        let size = line.count + 1
        if let part = parts.last, file != nil,
            !isFitting(
                records: part.records + 1, bytes: part.bytes + size, inputs: part.inputs + inputs)
        {
            try endPart()
        }
        if file == nil { try beginPart(line, number) }
        // Before the line, so that the last one is still there when its id is asked for.
        if buffer.count + size > Self.bufferByteCount { try flush() }
        lastStart = buffer.count
        buffer.append(made: line)
        buffer.append("\n")
        parts[parts.count - 1].records += 1
        parts[parts.count - 1].bytes += size
        parts[parts.count - 1].inputs += inputs
    }

    /// Ends the last part.
    mutating func finish() throws(CommandFailure) {
        if file != nil { try endPart() }
    }

    /// Takes all parts away again.
    mutating func discard() {
        let count = file == nil ? parts.count : parts.count - 1
        file?.abandon()
        file = nil
        folder.discard(count)
    }

    private mutating func beginPart(_ line: ByteView, _ number: Int) throws(CommandFailure) {
        file = try OutputFile(try folder.part(parts.count + 1))
        parts.append(
            Part(
                name: PartFolder.name(parts.count + 1), firstLine: number,
                firstID: id(of: line)))
    }

    private mutating func endPart() throws(CommandFailure) {
        let last = buffer.view.slice(lastStart, buffer.count - 1)
        parts[parts.count - 1].lastID = id(of: last)
        try flush()
        try file?.finish()
        file = nil
    }

    private mutating func flush() throws(CommandFailure) {
        guard let file else { return }
        try buffer.withBytes { (bytes) throws(CommandFailure) in try file.add(bytes) }
        buffer.removeAll(keepingAtMost: 4 << 20)
        lastStart = 0
    }

    /// The id of a record; nil where none can be told.
    private mutating func id(of line: ByteView) -> String? {
        guard let view = try? indexer.index(line) else { return nil }
        return RecordName.find(in: view)
    }
}
