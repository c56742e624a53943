// SPDX-License-Identifier: Apache-2.0

// Works out the shape of one converted line: which bytes decided something, and which did not.

/// The shape of a line before it is kept: literals and slots, and the output made of them.
///
/// A byte that a conversion looked at is part of a literal, and so is every brace, name, blank and
/// word. Only values that were copied or ignored become slots. So the output of any line with the
/// same literals, whose slots hold what their kinds demand, is the same but for the slots.
struct ShapeDraft {
    struct Slot {
        var kind: SlotKind
        /// Offsets into the line.
        let range: Range<Int>
        /// How many containers are open around it.
        let depth: Int
        let node: NodeID
        var isCompared = false
        /// The way of translating, where it is translated.
        var translation = 0
    }

    struct Piece {
        /// Offsets into the output.
        let literal: Range<Int>
        var form: CopyTrace.Form = .copy
        /// The slot behind the literal; for sums the slots are in `terms`.
        var slot: Int?
        /// What the slot became, and what that counted.
        var output = 0..<0
        var counts = ByteBuffer.Counts()
        var terms: [(slot: Int, isNegative: Bool)] = []
        /// What a sum begins with.
        var constant = 0
    }

    private(set) var slots: [Slot] = []
    private(set) var pieces: [Piece] = []
    private let view: JSONView
    private let inquiries: [TextInquiry]

    /// The most slots of a line; most have fewer than fifty.
    static var slotLimit: Int { 512 }
    /// The longest string that may be part of a literal.
    private static var observedLimit: Int { 512 }

    /// Drafts the shape of a line.
    ///
    /// - Returns: nil where too much of the line was looked at, or a part of the output cannot be
    ///   told from its source.
    init?(
        _ view: JSONView, _ inquiries: [TextInquiry], _ trace: CopyTrace, output: Range<Int>
    ) {
        self.view = view
        self.inquiries = inquiries
        guard !trace.isBroken, !self.view.isAsked(.content, of: .root), draftSlots(trace),
            draftPieces(trace, output)
        else { return nil }
    }

    // MARK: - Slots

    private mutating func draftSlots(_ trace: CopyTrace) -> Bool {
        var position: UInt32 = 0
        var ends: [UInt32] = []
        while position < view.nodeCount {
            while let end = ends.last, position >= end { ends.removeLast() }
            let id = NodeID(position)
            position += 1
            switch view.kind(id) {
            case .key, .true, .false, .null:
                continue
            case .object, .array:
                let next = view[id].next
                guard isSlot(container: id) else {
                    ends.append(next)
                    continue
                }
                let kind: SlotKind = view.kind(id) == .object ? .object : .array
                let range = view.start(id)..<view.end(id)
                append(kind, range, id, depth: ends.count)
                if let copy = trace.copies.first(where: {
                    $0.form == .translated && $0.source == range
                }) {
                    slots[slots.count - 1].kind = .translated
                    slots[slots.count - 1].translation = copy.translation
                }
                position = next
            case .number:
                guard !view.isAsked(.content, of: id) else { continue }
                let kind: SlotKind = view.isAsked(.count, of: id) ? .count : .number
                append(kind, view.start(id)..<view.end(id), id, depth: ends.count)
            case .string:
                guard draft(string: id, depth: ends.count) else { return false }
            }
        }
        return slots.count <= Self.slotLimit
    }

    private func isSlot(container id: NodeID) -> Bool {
        id != .root && !view.isEmpty(id) && !view.isAsked(.content, of: id)
            && !view.isAsked(.structure, of: id)
    }

    private mutating func append(
        _ kind: SlotKind, _ range: Range<Int>, _ id: NodeID, depth: Int
    ) {
        slots.append(Slot(kind: kind, range: range, depth: depth, node: id))
    }

    /// Makes a string a slot as far as its bytes decided nothing; false where that is hopeless.
    private mutating func draft(string id: NodeID, depth: Int) -> Bool {
        let range = view.start(id) + 1..<view.end(id) - 1
        guard !range.isEmpty else { return true }
        var kind = SlotKind.string
        var start = range.lowerBound
        var isCompared = view.isAsked(.equality, of: id)
        if view.isAsked(.identifier, of: id) { kind = .identifier }
        if view.isAsked(.name, of: id) { kind = .name }
        var isLiteral = view.isAsked(.content, of: id)
        for inquiry in inquiries where range.contains(inquiry.range.lowerBound) {
            let isWhole = inquiry.range == range
            switch inquiry.question {
            case .content where inquiry.range.lowerBound == range.lowerBound:
                start = max(start, inquiry.range.upperBound)
            case .content: isLiteral = true
            case .identifier: kind = kind == .name ? .name : .identifier
            case .name: kind = .name
            case .equality: isCompared = true
            case .base64: kind = .base64
            }
            if inquiry.question != .content, inquiry.question != .base64, !isWhole {
                isLiteral = true
            }
        }
        let isPartial = start > range.lowerBound && start < range.upperBound
        // A rest of a string must not begin inside of an escape, and nobody has named it.
        if isPartial, kind != .base64 || view.isSpelledWithEscapes(id) || isCompared {
            isLiteral = true
        }
        if isCompared, kind != .identifier, kind != .name { isLiteral = true }
        guard !isLiteral, start < range.upperBound else {
            return range.count <= Self.observedLimit
        }
        append(kind, start..<range.upperBound, id, depth: depth)
        slots[slots.count - 1].isCompared = isCompared
        return true
    }

    /// Where some compared identifier is a literal, all are: literals are equal to themselves.
    var comparesLiterals: Bool {
        var position: UInt32 = 0
        while position < view.nodeCount {
            let id = NodeID(position)
            position += 1
            guard view.isAsked(.equality, of: id) else { continue }
            if !slots.contains(where: { $0.node == id && $0.isCompared }) { return true }
        }
        return inquiries.contains { inquiry in
            inquiry.question == .equality
                && !slots.contains { $0.range == inquiry.range && $0.isCompared }
        }
    }

    /// Whether there are blanks between the tokens of an object or array.
    func hasBlanks(_ slot: Slot) -> Bool { view.hasBlanks(slot.node) }

    // MARK: - Output

    private mutating func draftPieces(_ trace: CopyTrace, _ output: Range<Int>) -> Bool {
        guard !comparesLiterals else { return false }
        var start = output.lowerBound
        for copy in trace.copies {
            guard copy.output.lowerBound >= start else { return false }
            if copy.form == .sum {
                guard draft(sum: copy, from: start) else { return false }
                start = copy.output.upperBound
                continue
            }
            guard let (slot, margin) = slot(at: copy.source) else {
                // Bytes of literals are literals of the output; parts of slots are not ours.
                guard isLiteral(copy.source) else { return false }
                continue
            }
            guard accepts(copy.form, slot) else { return false }
            let end = copy.output.upperBound - margin
            let first = copy.output.lowerBound + margin
            pieces.append(
                Piece(
                    literal: start..<first, form: copy.form, slot: slot, output: first..<end,
                    counts: copy.counts))
            start = end
        }
        pieces.append(Piece(literal: start..<output.upperBound))
        return true
    }

    /// The slot that a copied range is, with or without the quotes around it.
    private func slot(at range: Range<Int>) -> (Int, margin: Int)? {
        for (index, slot) in slots.enumerated() {
            if slot.range == range { return (index, 0) }
            let isQuoted =
                slot.range.lowerBound == range.lowerBound + 1
                && slot.range.upperBound == range.upperBound - 1
            if isQuoted, view.kind(slot.node) == .string { return (index, 1) }
        }
        return nil
    }

    private func isLiteral(_ range: Range<Int>) -> Bool {
        !slots.contains { $0.range.overlaps(range) }
    }

    /// Whether a slot can be written in a form, whatever it holds.
    private func accepts(_ form: CopyTrace.Form, _ slot: Int) -> Bool {
        switch (form, slots[slot].kind) {
        case (.minified, .object), (.minified, .array), (.escaped, .object), (.escaped, .array),
            (.minified, .translated), (.escaped, .translated), (.translated, .translated):
            true
        case (.embedded, .string): true
        case (.copy, .object), (.copy, .array), (.copy, .translated): false
        case (.copy, _): true
        default: false
        }
    }

    private mutating func draft(sum copy: CopyTrace.Copy, from start: Int) -> Bool {
        var piece = Piece(literal: start..<copy.output.lowerBound, form: .sum)
        for index in 0..<copy.terms.count {
            let node = copy.terms[index]
            let isNegative = copy.terms.isNegative(index)
            if let slot = slots.firstIndex(where: { $0.node == node && $0.kind == .count }) {
                piece.terms.append((slot, isNegative))
            } else {
                // A count that something else has looked at is a literal.
                piece.constant += view.count(node) * (isNegative ? -1 : 1)
            }
        }
        pieces.append(piece)
        return true
    }
}

extension JSONView {
    /// Whether a conversion has asked that of a value.
    func isAsked(_ inquiry: Inquiries, of id: NodeID) -> Bool {
        self[id].asked.contains(inquiry)
    }
}
