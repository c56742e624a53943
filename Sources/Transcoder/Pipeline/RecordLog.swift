// SPDX-License-Identifier: Apache-2.0

// What one block of records has to say: kept flat in reused memory until it is merged in order.

import JSONLCodec

/// A range of bytes in the text memory of a ``RecordLog``.
struct LogText: BitwiseCopyable {
    var start: UInt32
    var count: UInt32
}

/// One loss of one accepted record.
struct LossEvent {
    let code: LossCode
    let path: LogText
    let line: Int
    let column: Int
}

/// A number of a block in four bytes: there are many for each record.
@propertyWrapper
struct Narrow: BitwiseCopyable {
    private let stored: UInt32

    init(wrappedValue: Int) { stored = UInt32(clamping: wrappedValue) }

    var wrappedValue: Int { Int(stored) }
}

/// One accepted record whose id must be compared with those of other blocks.
struct RecordEntry: BitwiseCopyable {
    /// Where in the output the record begins and ends; copied ones may stand between two entries.
    let outputStart: Int
    let outputEnd: Int
    /// Where in the output its id begins and ends, between the quotes.
    let writtenIDStart: Int
    let writtenIDEnd: Int
    /// The id of the source, decoded.
    let sourceID: LogText
    /// The hash of that id.
    let idHash: UInt64
    /// The path of the id in the source; of the body, where it is the members that count.
    let idPath: LogText
    @Narrow var line: Int
    @Narrow var column: Int
    /// The end of its events in ``RecordLog/losses``.
    @Narrow var lossEnd: Int
    /// A loss `id.rewritten` is among its events.
    let isIDRewritten: Bool
    /// The end of its line in ``BlockConverter/lines``, where rejected lines are kept.
    let lineEnd: Int
    /// The records and blank lines of the block up to this one, and what was written of them.
    @Narrow var recordCount: Int
    @Narrow var blankCount: Int
    @Narrow var writtenCount: Int
    @Narrow var passedCount: Int
    /// What it asks vectors for.
    @Narrow var inputCount: Int
    /// One more than the place of its model in ``RecordLog/models``; 0 for none.
    @Narrow var modelNumber: Int
    /// What its request means, where others mean the same and it is to take one of them; else 0.
    let sharedEcho: UInt64

    /// Where in the output its id stands.
    var writtenID: Range<Int> { writtenIDStart..<writtenIDEnd }
}

/// The losses, errors and ids of one block.
struct RecordLog: ~Copyable {
    var texts = ByteBuffer()
    var losses: [LossEvent] = []
    var entries = TrivialArray<RecordEntry>(capacity: 64)
    /// The path of an id that was kept last: it is the same in nearly all records.
    private var lastPath = LogText(start: 0, count: 0)
    var errors: [Diagnostic] = []
    var errorCount = 0
    /// The lines of rejected records: numbers, and where they end in ``BlockConverter/rejects``.
    var rejectedLines: [(line: Int, end: Int)] = []
    var recordCount = 0
    var writtenCount = 0
    var passedCount = 0
    var blankCount = 0
    var byteCount = 0
    var embeddings = EmbeddingCount()
    /// The models met so far; those that this block does not name have no records.
    var models: [(name: String, records: Int)] = []
    /// The spellings of their names, and at the same positions their places in `models`.
    private var spellings = IDTable()
    private var modelOfSpelling: [Int] = []
    private var lastModel = (spelling: 0, index: -1)

    init() {}

    /// Makes the log ready for the next block and keeps its memory.
    mutating func reset() {
        texts.removeAll(keepingAtMost: 1 << 20)
        losses.removeAll(keepingCapacity: true)
        entries.removeAll()
        lastPath = LogText(start: 0, count: 0)
        errors.removeAll(keepingCapacity: false)
        errorCount = 0
        rejectedLines.removeAll(keepingCapacity: true)
        recordCount = 0
        writtenCount = 0
        passedCount = 0
        blankCount = 0
        byteCount = 0
        embeddings = EmbeddingCount()
        for index in models.indices { models[index].records = 0 }
    }

    /// Keeps some text.
    mutating func keep(_ write: (inout ByteBuffer) -> Void) -> LogText {
        let start = texts.count
        write(&texts)
        return LogText(
            start: UInt32(truncatingIfNeeded: start),
            count: UInt32(truncatingIfNeeded: texts.count - start))
    }

    /// Keeps the path of an id.
    mutating func keep(path: ByteView) -> LogText {
        if view(lastPath) != path { lastPath = keep { $0.append(made: path) } }
        return lastPath
    }

    /// A kept text.
    func view(_ text: LogText) -> ByteView {
        texts.view.slice(Int(text.start), Int(text.start) + Int(text.count))
    }

    /// Counts a record's model; returns its place in the list.
    mutating func count(model: ByteView) -> Int {
        if lastModel.index >= 0, spellings.id(at: lastModel.spelling) == model {
            models[lastModel.index].records += 1
            return lastModel.index
        }
        let (spelling, isNew) = spellings.insert(model)
        if isNew { modelOfSpelling.append(index(ofModel: model)) }
        lastModel = (spelling, modelOfSpelling[spelling])
        models[lastModel.index].records += 1
        return lastModel.index
    }

    /// Takes back what was counted of a record that is rejected after all.
    mutating func uncount(_ entry: RecordEntry) {
        if entry.modelNumber > 0 { models[entry.modelNumber - 1].records -= 1 }
        guard entry.inputCount > 0 else { return }
        embeddings.records -= 1
        embeddings.inputs -= entry.inputCount
    }

    /// The place of a model in the list, also where it is spelled with escapes.
    private mutating func index(ofModel model: ByteView) -> Int {
        var plain = ByteBuffer(capacity: 64)
        plain.append(unescaping: model)
        let name = plain.view.text
        if let index = models.firstIndex(where: { $0.name == name }) { return index }
        models.append((name, 0))
        return models.count - 1
    }
}
