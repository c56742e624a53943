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
        /// The slot behind the literal; for sums the slots are in `terms`, and those that are taken
        /// away are complemented.
        var slot: Int?
        /// What the slot became, and what that counted.
        var output = 0..<0
        var counts = ByteBuffer.Counts()
        var terms = [4 of Int16](repeating: 0)
        var termCount = 0
        /// What a sum begins with.
        var constant = 0
    }

    private(set) var slots: [Slot] = []
    private(set) var pieces: [Piece] = []
    private var view = JSONView.none
    /// Objects and arrays that became nothing are compared member by member, which is faster than
    /// checking them and makes more shapes.
    private var opensIgnored = false
    /// In the order of the line; those before `nextInquiry` belong to earlier strings.
    private var inquiries: [TextInquiry] = []
    private var nextInquiry = 0
    /// The ends of the containers that are open, as entries of the index.
    private var ends: [UInt32] = []

    init() {}

    /// The most slots of a line; most have fewer than fifty.
    static var slotLimit: Int { 512 }
    /// The longest string that may be part of a literal.
    private static var observedLimit: Int { 512 }
    /// The most questions about texts of one line.
    private static var inquiryLimit: Int { 1024 }

    /// Drafts the shape of a line, in the memory that there is.
    ///
    /// - Parameters:
    ///   - view: The line, indexed, with what was asked of it.
    ///   - inquiries: What was asked of parts of its text.
    ///   - trace: What the output has taken over.
    ///   - output: Where in the output the record stands.
    ///   - opensIgnored: Whether to look into values that became nothing.
    /// - Returns: false where too much of the line was looked at, or a part of the output cannot
    ///   be told from its source.
    mutating func fill(
        _ view: JSONView, _ inquiries: [TextInquiry], _ trace: CopyTrace, output: Range<Int>,
        opensIgnored: Bool
    ) -> Bool {
        self.view = view
        self.opensIgnored = opensIgnored
        slots.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
        guard !trace.isBroken, !view.isAsked(.content, of: .root),
            inquiries.count <= Self.inquiryLimit
        else { return false }
        sort(inquiries)
        return draftSlots(trace) && !comparesLiterals(inquiries) && draftPieces(trace, output)
    }

    /// Brings questions into the order of the line; most stand in it already.
    private mutating func sort(_ unsorted: [TextInquiry]) {
        nextInquiry = 0
        inquiries.removeAll(keepingCapacity: true)
        for inquiry in unsorted {
            inquiries.append(inquiry)
            var index = inquiries.count - 1
            while index > 0,
                inquiries[index - 1].range.lowerBound > inquiry.range.lowerBound
            {
                inquiries.swapAt(index - 1, index)
                index -= 1
            }
        }
    }

    // MARK: - Slots

    private mutating func draftSlots(_ trace: CopyTrace) -> Bool {
        var position: UInt32 = 0
        ends.removeAll(keepingCapacity: true)
        while position < view.nodeCount {
            while let end = ends.last, position >= end { ends.removeLast() }
            let id = NodeID(position)
            position += 1
            switch view.kind(id) {
            case .key, .true, .false, .null:
                continue
            case .object, .array:
                let next = view[id].next
                if view.isAsked(.content, of: id) {
                    // All that it holds has been looked at.
                    guard view.end(id) - view.start(id) <= Self.observedLimit else { return false }
                    position = next
                    continue
                }
                guard isSlot(container: id, trace) else {
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
                var kind: SlotKind = view.isAsked(.count, of: id) ? .count : .number
                if view.isAsked(.fraction, of: id) {
                    // A count is no fraction, but for 0; to be both, a number must be a literal.
                    guard kind == .number else { continue }
                    kind = .fraction
                }
                append(kind, view.start(id)..<view.end(id), id, depth: ends.count)
            case .string:
                guard draft(string: id, depth: ends.count) else { return false }
            }
        }
        return slots.count <= Self.slotLimit
    }

    private func isSlot(container id: NodeID, _ trace: CopyTrace) -> Bool {
        guard id != .root, !view.isEmpty(id), !view.isAsked(.structure, of: id)
        else { return false }
        let range = view.start(id)..<view.end(id)
        return !opensIgnored || trace.copies.contains { $0.source.overlaps(range) }
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
        var isCompared = false
        var isLiteral = view.isAsked(.content, of: id)
        while nextInquiry < inquiries.count,
            inquiries[nextInquiry].range.lowerBound < range.lowerBound
        {
            nextInquiry += 1
        }
        for inquiry in inquiries[nextInquiry...] {
            guard inquiry.range.lowerBound < range.upperBound else { break }
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
    private func comparesLiterals(_ inquiries: [TextInquiry]) -> Bool {
        inquiries.contains { inquiry in
            guard inquiry.question == .equality else { return false }
            guard let slot = slot(from: inquiry.range.lowerBound) else { return true }
            return slots[slot].range != inquiry.range || !slots[slot].isCompared
        }
    }

    /// The slot that begins at an offset.
    private func slot(from offset: Int) -> Int? {
        let index = firstSlot(from: offset)
        return index < slots.count && slots[index].range.lowerBound == offset ? index : nil
    }

    /// The first slot that begins at an offset or behind it.
    private func firstSlot(from offset: Int) -> Int {
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].range.lowerBound < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether there are blanks between the tokens of an object or array.
    func hasBlanks(_ slot: Slot) -> Bool { view.hasBlanks(slot.node) }

    // MARK: - Output

    private mutating func draftPieces(_ trace: CopyTrace, _ output: Range<Int>) -> Bool {
        var start = output.lowerBound
        for copy in trace.copies {
            guard copy.output.lowerBound >= start else { return false }
            if copy.form == .sum {
                draft(sum: copy, from: start)
                start = copy.output.upperBound
                continue
            }
            guard let (slot, margin) = slot(at: copy.source) else {
                // Bytes of literals are literals of the output.
                if isLiteral(copy.source) { continue }
                guard let end = draft(container: copy, from: start) else { return false }
                start = end
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
        if let index = slot(from: range.lowerBound), slots[index].range == range {
            return (index, 0)
        }
        guard range.count > 2, let index = slot(from: range.lowerBound + 1),
            slots[index].range.upperBound == range.upperBound - 1,
            view.kind(slots[index].node) == .string
        else { return nil }
        return (index, 1)
    }

    private func isLiteral(_ range: Range<Int>) -> Bool {
        let next = firstSlot(from: range.lowerBound)
        if next < slots.count, slots[next].range.overlaps(range) { return false }
        return next == 0 || !slots[next - 1].range.overlaps(range)
    }

    /// Takes an object or array that was copied, and looked into before, apart.
    ///
    /// - Returns: The end of its output, or nil where it cannot be followed.
    private mutating func draft(container copy: CopyTrace.Copy, from start: Int) -> Int? {
        guard copy.form == .minified || copy.form == .escaped else { return nil }
        let isEscaped = copy.form == .escaped
        let isRespelled = view.hasBlanks(copy.source)
        var literalStart = start
        var end = copy.output.lowerBound
        var offset = copy.source.lowerBound
        var isInString = false
        var index = firstSlot(from: offset)
        while index < slots.count, slots[index].range.lowerBound < copy.source.upperBound {
            let slot = slots[index]
            // Whether all of the value counts as spelled anew depends on the blanks in these.
            guard slot.kind != .object, slot.kind != .array, slot.kind != .translated else {
                return nil
            }
            end += length(offset..<slot.range.lowerBound, isEscaped, &isInString)
            let form: CopyTrace.Form =
                isEscaped ? .escapedText : isRespelled ? .respelled : .copy
            pieces.append(Piece(literal: literalStart..<end, form: form, slot: index))
            end += isEscaped ? length(slot.range, true, &isInString) : slot.range.count
            literalStart = end
            offset = slot.range.upperBound
            index += 1
        }
        end += length(offset..<copy.source.upperBound, isEscaped, &isInString)
        pieces.append(Piece(literal: literalStart..<end))
        return end == copy.output.upperBound ? end : nil
    }

    /// How many bytes a literal within a container becomes.
    private func length(
        _ range: Range<Int>, _ isEscaped: Bool, _ isInString: inout Bool
    ) -> Int {
        let bytes = view.copyableBytes(range.lowerBound, range.upperBound)
        var length = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\\") {
                // An escape, of which no part can end the string.
                length += isEscaped ? 3 : 2
                if isEscaped,
                    bytes[index + 1] == UInt8(ascii: "\\")
                        || bytes[index + 1] == UInt8(ascii: "\"")
                {
                    length += 1
                }
                index += 2
                continue
            }
            if byte == UInt8(ascii: "\"") {
                isInString.toggle()
                length += isEscaped ? 2 : 1
            } else if isInString || byte > 0x20 {
                length += 1
            }
            index += 1
        }
        return length
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

    private mutating func draft(sum copy: CopyTrace.Copy, from start: Int) {
        // What is no slot of it is a literal, and so is its share.
        var piece = Piece(
            literal: start..<copy.output.lowerBound, form: .sum, constant: copy.value)
        for index in 0..<copy.terms.count {
            let node = copy.terms[index]
            let isNegative = copy.terms.isNegative(index)
            guard let slot = slot(from: view.start(node)), slots[slot].kind == .count else {
                continue
            }
            let term = Int16(truncatingIfNeeded: slot)
            piece.terms[piece.termCount] = isNegative ? ~term : term
            piece.termCount += 1
            piece.constant -= view.count(node) * (isNegative ? -1 : 1)
        }
        pieces.append(piece)
    }
}

extension JSONView {
    /// Whether there are blanks between the tokens of the object or array at a place.
    fileprivate func hasBlanks(_ range: Range<Int>) -> Bool {
        var position: UInt32 = 0
        while position < nodeCount {
            let id = NodeID(position)
            if start(id) == range.lowerBound, end(id) == range.upperBound { return hasBlanks(id) }
            position += 1
        }
        return false
    }

    /// Whether a conversion has asked that of a value.
    func isAsked(_ inquiry: Inquiries, of id: NodeID) -> Bool {
        self[id].asked.contains(inquiry)
    }
}
