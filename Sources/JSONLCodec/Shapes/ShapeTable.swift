// SPDX-License-Identifier: Apache-2.0

// Shapes of lines with the outputs that were made of them: the next such line is not converted
// again, but written from its slots.

/// What was learned from converted lines.
///
/// Nearly all lines of a batch file look like some line before them: the same members in the same
/// order, with other texts. The table keeps, for each such shape, what of the output is constant
/// and where slots of the line stand in it. Nothing of it knows a format: what a conversion looked
/// at is in the index (``Inquiries``), and what it copied is in the output's trace.
@safe
package struct ShapeTable: ~Copyable, @unchecked Sendable {
    // Sound to send: the table is the only owner of its memory and cannot be copied.

    /// One piece of an output: constant bytes, then a slot in some form.
    struct Piece: BitwiseCopyable {
        var literal: UInt32
        var literalCount: UInt32
        var slot: UInt16
        var form: CopyTrace.Form
        var hasSlot: Bool
        var termCount: UInt8 = 0
        /// The slots of a sum; those that are taken away are complemented.
        var terms = [4 of Int16](repeating: 0)
        var translation: UInt8 = 0
        var constant = 0
    }

    private struct Shape {
        var pieces: Range<Int>
        /// The slots that are compared with each other, and to which earlier one each is equal.
        var compared: Range<Int>
        let slotCount: Int
        /// What the conversion counted as copied and rewritten beyond what its slots amount to.
        var constant = ByteBuffer.Counts()
        /// The shape has repeated the line that it was learned from.
        var isVerified = false
    }

    private var trie = ShapeTrie()
    private var values = KnownValues()
    private var shapes: [Shape] = []
    private var pieces = TrivialArray<Piece>()
    private var compared: [(slot: Int, first: Int)] = []
    private var literals = ByteBuffer(capacity: 4096)
    private var embedded = ByteBuffer()
    /// Memory of lessons.
    private var draft = ShapeDraft()
    private var steps: [ShapeStep] = []
    private var replay: ByteBuffer? = ByteBuffer()
    private var indexer: JSONIndexer
    private var embeddedIndexer: JSONIndexer
    private let slots: UnsafeMutablePointer<SlotRange>
    /// The slots of the line that was matched last.
    private var matchedSlotCount = 0

    /// Creates an empty table for lines up to a depth.
    package init(depthLimit: Int, embeddedDepthLimit: Int) {
        indexer = JSONIndexer(depthLimit: depthLimit)
        embeddedIndexer = JSONIndexer(depthLimit: embeddedDepthLimit)
        unsafe slots = .allocate(capacity: ShapeDraft.slotLimit)
    }

    deinit { unsafe slots.deallocate() }

    /// The number of shapes up to which values that became nothing are compared by member.
    private static var openShapeLimit: Int { 256 }

    /// The bytes of memory that the shapes take.
    package var byteCount: Int {
        trie.byteCount + literals.count + pieces.count * MemoryLayout<Piece>.stride
    }

    /// The number of shapes.
    package var count: Int { shapes.count }

    /// Forgets everything.
    package mutating func removeAll() {
        trie.removeAll()
        values.removeAll()
        shapes.removeAll(keepingCapacity: true)
        pieces.removeAll()
        compared.removeAll(keepingCapacity: true)
        literals.removeAll()
    }

    // MARK: - Replaying

    /// A line of a known shape.
    package struct Match {
        /// The shape's number, from 0.
        package let shape: Int
        /// The bytes of the line, its line feed included.
        package let lineCount: Int
    }

    /// Finds the shape of the line that a text begins with, and checks the line in full.
    ///
    /// - Complexity: O(*n*) in the length of the line.
    package mutating func match(_ text: ByteView) -> Match? {
        values.makeRoom()
        guard let (number, count) = unsafe trie.match(text, into: slots, &indexer, &values) else {
            return nil
        }
        let shape = shapes[number - 1]
        guard shape.isVerified else { return nil }
        matchedSlotCount = shape.slotCount
        for index in shape.compared where !isEqualAsLearned(compared[index], text, shape) {
            return nil
        }
        return Match(shape: number - 1, lineCount: count)
    }

    /// Whether a slot equals the earlier one that it did, or none where it did not.
    private func isEqualAsLearned(
        _ entry: (slot: Int, first: Int), _ text: ByteView, _ shape: Shape
    ) -> Bool {
        let bytes = slot(entry.slot, of: text)
        if entry.first != entry.slot { return bytes == slot(entry.first, of: text) }
        for index in shape.compared {
            let other = compared[index]
            if other.slot == entry.slot { return true }
            if other.first == other.slot, bytes == slot(other.slot, of: text) { return false }
        }
        return true
    }

    /// The bytes of a slot of the line that was matched last.
    package func slot(_ index: Int, of text: ByteView) -> ByteView {
        let range = unsafe slots[index]
        return text.slice(range.start, range.end)
    }

    /// Writes the output of the line that was matched last.
    ///
    /// - Parameters:
    ///   - match: The match.
    ///   - text: The text that was matched.
    ///   - output: What the output is appended to; left as it was on failure.
    ///   - markedPiece: A piece whose place in the output is wanted, or -1.
    /// - Returns: Where the slot of that piece stands in the output, or nil where a string does
    ///   not hold the object that it must hold, or a difference is less than nothing.
    package mutating func write(
        _ match: Match, of text: ByteView, to output: inout ByteBuffer, markedPiece: Int = -1
    ) -> Range<Int>? {
        let shape = shapes[match.shape]
        var marked = 0..<0
        let start = output.mark
        for index in shape.pieces {
            let piece = pieces[index]
            output.append(
                padded: literals.view, Int(piece.literal),
                Int(piece.literal) + Int(piece.literalCount))
            guard piece.hasSlot else { continue }
            let slotStart = output.count
            if piece.form == .copy {
                let range = unsafe slots[Int(piece.slot)]
                output.append(padded: text, range.start, range.end)
                output.copied &+= range.end - range.start
            } else if !writeChanged(piece, text, &output) {
                output.rewind(to: start)
                return nil
            }
            if index - shape.pieces.lowerBound == markedPiece {
                marked = slotStart..<output.count
            }
        }
        output.add(shape.constant)
        return marked
    }

    private mutating func writeChanged(
        _ piece: Piece, _ text: ByteView, _ output: inout ByteBuffer
    ) -> Bool {
        switch piece.form {
        case .copy: break
        case .respelled:
            let bytes = slot(Int(piece.slot), of: text)
            output.append(made: bytes)
            output.rewritten &+= bytes.count
        case .escapedText: output.append(escaping: slot(Int(piece.slot), of: text))
        case .minified:
            writeValue(unsafe slots[Int(piece.slot)], KnownValues.Form.minified, text, &output)
        case .escaped:
            writeValue(unsafe slots[Int(piece.slot)], KnownValues.Form.escaped, text, &output)
        case .translated:
            let form = KnownValues.Form.translation + Int(piece.translation)
            values.write(form, of: unsafe slots[Int(piece.slot)].known, to: &output)
        case .embedded:
            embedded.removeAll(keepingAtMost: 1 << 20)
            embedded.append(unescaping: slot(Int(piece.slot), of: text))
            let json = embedded.view.trimmed
            guard json.count > 0, json[0] == UInt8(ascii: "{"),
                let (count, hasBlanks) = embeddedIndexer.checkValue(at: json, depth: 0),
                count == json.count
            else { return false }
            output.append(minified: json, hasBlanks: hasBlanks)
        case .sum:
            var sum = piece.constant
            for index in 0..<Int(piece.termCount) {
                let term = Int(piece.terms[index])
                sum += term < 0 ? -slot(~term, of: text).decimal : slot(term, of: text).decimal
            }
            // A difference that is less than nothing was never learned.
            guard sum >= 0 else { return false }
            output.append(decimal: sum)
        }
        return true
    }

    /// Writes an object or array in a form, which is kept where the value is.
    private mutating func writeValue(
        _ range: SlotRange, _ form: Int, _ text: ByteView, _ output: inout ByteBuffer
    ) {
        let json = text.slice(range.start, range.end)
        let isMinified = form == KnownValues.Form.minified
        if range.known >= 0, values.knows(form, of: range.known) {
            return values.write(form, of: range.known, to: &output)
        }
        let mark = output.mark
        if isMinified {
            output.append(minified: json, hasBlanks: range.hasBlanks)
        } else {
            output.append(escapingMinified: json, hasBlanks: range.hasBlanks)
        }
        if range.known >= 0 {
            values.keep(
                output.view.slice(mark.length, output.count), output.counts(since: mark), as: form,
                of: range.known)
        }
    }

    /// A place between the slots of a shape's lines.
    package struct Anchor: Sendable {
        /// The last slot before the place, or -1.
        fileprivate let slot: Int
        fileprivate let distance: Int
    }

    /// The place of an offset into the line that was matched last.
    package func anchor(ofOffset offset: Int) -> Anchor {
        var slot = -1
        while slot + 1 < matchedSlotCount, unsafe slots[slot + 1].end <= offset { slot += 1 }
        return Anchor(slot: slot, distance: offset - end(ofSlot: slot))
    }

    /// The offset of a place in the line that was matched last.
    package func offset(of anchor: Anchor) -> Int { end(ofSlot: anchor.slot) + anchor.distance }

    /// The offset after a slot; -1 stands for the beginning of the line.
    private func end(ofSlot index: Int) -> Int {
        index < 0 ? 0 : unsafe slots[index].end
    }

    // MARK: - Learning

    /// What became of an attempt to learn.
    package enum Lesson {
        /// The shape has a number now.
        case learned(shape: Int)
        /// The shape is known already, and was not found.
        case known
        /// Nothing can be learned from this line.
        case none
    }

    /// Learns the shape of a line that was just converted.
    ///
    /// - Parameters:
    ///   - view: The line, indexed, with what the conversion has asked of it.
    ///   - line: The line with its line feed.
    ///   - inquiries: What the conversion has asked of parts of the text.
    ///   - output: What it wrote, traced.
    ///   - mark: Where in the output that begins; a line feed stands behind it.
    ///   - place: Where the id of the record was written, if that is wanted later.
    /// - Returns: The lesson; and the piece that holds the slot at `place`, or -1 where that is
    ///   empty.
    package mutating func learn(
        _ view: JSONView, line: ByteView, _ inquiries: [TextInquiry],
        from output: borrowing ByteBuffer, since mark: ByteBuffer.Mark, markedAt place: Range<Int>
    ) -> (Lesson, markedPiece: Int) {
        let range = mark.length..<output.count - 1
        guard let trace = output.trace,
            draft.fill(
                view, inquiries, trace, output: range, opensIgnored: count < Self.openShapeLimit)
        else { return (.none, -1) }
        keepTranslations(line, output.view)
        steps.removeAll(keepingCapacity: true)
        var start = 0
        for slot in draft.slots {
            steps.append(
                ShapeStep(
                    literal: line.slice(start, slot.range.lowerBound), slot: slot.kind,
                    translation: slot.translation, depth: slot.depth))
            start = slot.range.upperBound
        }
        steps.append(ShapeStep(literal: line.slice(start, line.count - 1), slot: .end))
        guard trie.insert(steps, shape: shapes.count + 1) else { return (.known, -1) }
        let marked = appendDraft(output.view, markedAt: place)
        guard marked >= 0 || place.isEmpty else { return (.none, -1) }
        return (verify(line, output, since: mark), marked)
    }

    /// Keeps what objects were translated to; also where the shape is known.
    private mutating func keepTranslations(_ line: ByteView, _ output: ByteView) {
        for piece in draft.pieces where piece.form == .translated {
            guard let index = piece.slot else { continue }
            let slot = draft.slots[index]
            let bytes = line.slice(slot.range.lowerBound, slot.range.upperBound)
            guard KnownValues.sizes.contains(bytes.count) else { continue }
            let value =
                values.find(bytes, depth: slot.depth)
                ?? values.add(bytes, hasBlanks: draft.hasBlanks(slot), depth: slot.depth)
            guard value >= 0 else { continue }
            values.keep(
                output.slice(piece.output.lowerBound, piece.output.upperBound), piece.counts,
                as: KnownValues.Form.translation + slot.translation, of: value)
        }
    }

    /// The slot that a piece of a shape's output is made of.
    package func slot(ofPiece piece: Int, inShape shape: Int) -> Int {
        Int(pieces[shapes[shape].pieces.lowerBound + piece].slot)
    }

    /// Keeps the pieces of a shape; returns the one whose slot was written at a place.
    private mutating func appendDraft(_ output: ByteView, markedAt place: Range<Int>) -> Int {
        let firstPiece = pieces.count
        let firstCompared = compared.count
        var marked = -1
        for piece in draft.pieces {
            if piece.slot != nil, piece.literal.upperBound == place.lowerBound, !place.isEmpty {
                marked = pieces.count - firstPiece
            }
            var kept = Piece(
                literal: UInt32(truncatingIfNeeded: literals.count),
                literalCount: UInt32(truncatingIfNeeded: piece.literal.count),
                slot: UInt16(truncatingIfNeeded: piece.slot ?? 0), form: piece.form,
                hasSlot: piece.slot != nil || piece.form == .sum)
            literals.append(made: output.slice(piece.literal.lowerBound, piece.literal.upperBound))
            kept.termCount = UInt8(truncatingIfNeeded: piece.termCount)
            kept.terms = piece.terms
            kept.constant = piece.constant
            if let slot = piece.slot {
                kept.translation = UInt8(truncatingIfNeeded: draft.slots[slot].translation)
            }
            pieces.append(kept)
        }
        for (index, slot) in draft.slots.enumerated() where slot.isCompared {
            compared.append((index, index))
        }
        shapes.append(
            Shape(
                pieces: firstPiece..<pieces.count, compared: firstCompared..<compared.count,
                slotCount: draft.slots.count))
        return marked
    }

    /// Replays the line that a shape was learned from: the output must be the same.
    private mutating func verify(
        _ line: ByteView, _ output: borrowing ByteBuffer, since mark: ByteBuffer.Mark
    ) -> Lesson {
        let number = shapes.count - 1
        guard let (found, count) = unsafe trie.match(line, into: slots, &indexer, &values),
            found - 1 == number, count == line.count
        else { return .known }
        let match = Match(shape: number, lineCount: count)
        matchedSlotCount = shapes[number].slotCount
        let wanted = shapes[number].compared
        for index in wanted {
            let bytes = slot(compared[index].slot, of: line)
            let first = wanted.first { slot(compared[$0].slot, of: line) == bytes } ?? index
            compared[index].first = compared[first].slot
        }
        // The buffer is taken out of the table, which is busy while it writes.
        var replay = self.replay.take() ?? ByteBuffer()
        replay.removeAll(keepingAtMost: 1 << 20)
        let before = replay.mark
        let isSame =
            write(match, of: line, to: &replay) != nil
            && replay.view == output.view.slice(mark.length, output.count - 1)
        let replayed = replay.counts(since: before)
        self.replay = consume replay
        guard isSame else {
            assertionFailure("a shape does not repeat the line that it was learned from")
            return .none
        }
        let counts = output.counts(since: mark)
        shapes[number].constant.copied = counts.copied - replayed.copied
        shapes[number].constant.rewritten = counts.rewritten - replayed.rewritten
        shapes[number].isVerified = true
        return .learned(shape: number)
    }
}
