// SPDX-License-Identifier: Apache-2.0

// What a converter has learned: shapes of lines, and what each does to the books.

import JSONLCodec

/// The shapes that one converter knows, and when it is worth while to look for them.
///
/// A shape is learned from a record that was converted in full, and only from what that conversion
/// looked at, so replaying one is the same as converting. What a record does beside its output is
/// kept here: its losses, its model, its id.
struct ShapeMemory: ~Copyable {
    /// A loss of every record of a shape.
    struct Loss {
        let code: LossCode
        let path: LogText
        let column: ShapeTable.Anchor
    }

    /// The id of a record, where other blocks must know of it.
    struct ID {
        /// The slot that holds it.
        let slot: Int
        let path: LogText
        let column: ShapeTable.Anchor
    }

    /// What every record of a shape does to the books.
    struct Effects {
        let losses: Range<Int>
        let model: LogText?
        let id: ID?
        /// What it asks vectors for.
        let inputCount: Int
        /// The piece of the output that is the id, or -1.
        let idPiece: Int

        /// Those of a shape that could not be learned after all, and is never matched.
        static var none: Effects {
            Effects(losses: 0..<0, model: nil, id: nil, inputCount: 0, idPiece: -1)
        }
    }

    private(set) var table: ShapeTable
    /// By the number of the shape.
    private(set) var effects: [Effects] = []
    private(set) var losses: [Loss] = []
    private var texts = ByteBuffer()
    /// Rises with every record that was replayed, falls with every lesson.
    private var credit = ShapeMemory.firstCredit
    /// The records that are still converted without a look at the shapes.
    private var pause = 0

    /// How many shapes are learned before one has to be of use.
    private static var firstCredit: Int { 4096 }
    /// How many records pass before shapes are looked for again that were of no use.
    private static var pauseCount: Int { 65_536 }
    /// The memory that shapes may take.
    private static var byteLimit: Int { 6 << 20 }

    init(limits: Limits) {
        table = ShapeTable(
            depthLimit: limits.depthLimit, embeddedDepthLimit: EmbeddedJSON.depthLimit)
    }

    /// Whether the next record is to be looked up.
    var isActive: Bool { pause == 0 && table.count > 0 }

    /// Whether something is to be learned from a record that was not found.
    var isLearning: Bool { pause == 0 && credit > 0 && table.byteCount < Self.byteLimit }

    /// A text that the losses and ids of shapes refer to.
    func text(_ text: LogText) -> ByteView {
        texts.view.slice(Int(text.start), Int(text.start) + Int(text.count))
    }

    // MARK: - Replaying

    /// Finds the shape of the record that a text begins with.
    mutating func match(_ text: ByteView) -> ShapeTable.Match? { table.match(text) }

    /// Writes the record that was matched; returns where its id stands, or nil on failure.
    mutating func write(
        _ match: ShapeTable.Match, of text: ByteView, to output: inout ByteBuffer
    ) -> Range<Int>? {
        let written = table.write(
            match, of: text, to: &output, markedPiece: effects[match.shape].idPiece)
        if written != nil, credit < Self.firstCredit { credit += 1 }
        return written
    }

    /// Notes that a record was of no known shape.
    mutating func noteMiss() {
        if pause > 0 {
            pause -= 1
            if pause == 0 { credit = Self.firstCredit / 8 }
        } else if credit <= 0 {
            // A file whose records are all different: looking would only cost.
            table.removeAll()
            effects.removeAll(keepingCapacity: true)
            losses.removeAll(keepingCapacity: true)
            texts.removeAll()
            pause = Self.pauseCount
        } else {
            credit -= 1
        }
    }

    // MARK: - Learning

    /// What was written of a record, and what it did to the books.
    struct Lesson {
        /// The line with its line feed.
        let line: ByteView
        /// Where in the output the record begins.
        let start: ByteBuffer.Mark
        /// Its losses in the log.
        let losses: Range<Int>
        /// The inside of the string that names its model.
        let model: ByteView?
        /// Its id, where it must be known later.
        let entry: RecordEntry?
        /// The inputs that it asks vectors for.
        let inputCount: Int
    }

    /// Learns the shape of a record that was converted and accepted.
    mutating func learn(
        _ lesson: Lesson, _ context: borrowing RecordContext, _ output: borrowing ByteBuffer,
        _ log: borrowing RecordLog
    ) {
        let (result, idPiece) = table.learn(
            context.view, line: lesson.line, context.inquiries, from: output, since: lesson.start,
            markedAt: lesson.entry?.writtenID ?? 0..<0)
        guard case .learned(let shape) = result else { return }
        let firstLoss = losses.count
        for event in log.losses[lesson.losses] {
            losses.append(
                Loss(
                    code: event.code, path: keep(log.view(event.path)),
                    column: table.anchor(ofOffset: event.column - 1)))
        }
        var id: ID?
        if let entry = lesson.entry {
            id = ID(
                slot: table.slot(ofPiece: idPiece, inShape: shape),
                path: keep(log.view(entry.idPath)),
                column: table.anchor(ofOffset: entry.column - 1))
        }
        while effects.count < shape { effects.append(.none) }
        effects.append(
            Effects(
                losses: firstLoss..<losses.count, model: lesson.model.map { keep($0) }, id: id,
                inputCount: lesson.inputCount, idPiece: idPiece))
    }

    private mutating func keep(_ text: ByteView) -> LogText {
        let start = texts.count
        texts.append(made: text)
        return LogText(
            start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: text.count))
    }
}
