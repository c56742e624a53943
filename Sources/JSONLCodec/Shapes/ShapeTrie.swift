// SPDX-License-Identifier: Apache-2.0

// The known shapes of lines as a trie: literals and slots, shared as far as shapes begin alike.

/// A literal and the slot behind it.
struct ShapeNode {
    /// Where the literal stands in the memory of the trie.
    var literal: UInt32
    var literalCount: UInt32
    /// The first byte of the literal, and of it a mask that is 0 where there is none: most nodes
    /// that do not fit show it here.
    var lead: UInt8 = 0
    var leadMask: UInt8 = 0
    /// The positions of other nodes; 0 for none.
    var firstChild: UInt32 = 0
    var nextSibling: UInt32 = 0
    /// The shape that ends here, where the slot is `end`.
    var shape: UInt32 = 0
    var slot: SlotKind
    /// The way of translating, where the slot is `translated`.
    var translation: UInt8 = 0
    /// How many containers are open around the slot.
    var depth: UInt16
    /// How many values of an object's or array's slot were not known, less those that were.
    var unknownCount: Int16 = 0
}

/// What a line must hold from one slot to the next.
struct ShapeStep {
    let literal: ByteView
    var slot: SlotKind
    var translation = 0
    var depth = 0
}

/// A place of a line that a slot took.
struct SlotRange {
    var start: Int
    var end: Int
    /// There are blanks between the tokens of an object or array.
    var hasBlanks = false
    /// Which of the known values it is, or -1.
    var known = -1
}

/// Shapes, and how to find the one of a line.
///
/// A line is compared with literals and its slots are scanned, from its first byte to its line
/// feed; what matches has been checked in full. Lookup never goes back: where two shapes could
/// both go on, one is taken, and the line may be missed, which costs time and nothing else.
@safe
struct ShapeTrie: ~Copyable {
    private var nodes = TrivialArray<ShapeNode>(capacity: 256)
    /// The bytes of the literals.
    private var literals = ByteBuffer(capacity: 16 << 10)

    init() { addRoot() }

    /// The bytes of memory in use.
    var byteCount: Int { nodes.count * MemoryLayout<ShapeNode>.stride + literals.count }

    /// Forgets all shapes.
    mutating func removeAll() {
        nodes.removeAll()
        literals.removeAll()
        addRoot()
    }

    private mutating func addRoot() {
        nodes.append(ShapeNode(literal: 0, literalCount: 0, slot: .none, depth: 0))
    }

    // MARK: - Looking up

    /// Finds the shape of the line that a text begins with.
    ///
    /// - Parameters:
    ///   - text: A text whose first line may be of a known shape.
    ///   - slots: Gets the ranges of the slots; has room for ``ShapeDraft/slotLimit`` of them.
    ///   - indexer: Checks objects and arrays.
    ///   - values: The objects and arrays that need no check.
    /// - Returns: The shape, and the length of the line with its line feed.
    @inline(__always)
    mutating func match(
        _ text: ByteView, into slots: UnsafeMutablePointer<SlotRange>,
        _ indexer: inout JSONIndexer, _ values: inout KnownValues
    ) -> (shape: Int, count: Int)? {
        var offset = 0
        var slotCount = 0
        var candidate = nodes[0].firstChild
        while candidate != 0 {
            let node = unsafe nodes.base + Int(candidate)
            let start = unsafe offset + Int(node.pointee.literalCount)
            guard start < text.count,
                unsafe (text.base[offset] ^ node.pointee.lead) & node.pointee.leadMask == 0,
                unsafe equalBytes(
                    text.base + offset, literal(node), Int(node.pointee.literalCount))
            else {
                candidate = unsafe node.pointee.nextSibling
                continue
            }
            switch unsafe node.pointee.slot {
            case .none:
                offset = start
            case .end:
                // The line feed is not part of the literal, so that there is a byte behind it.
                guard text[start] == UInt8(ascii: "\n") else {
                    candidate = unsafe node.pointee.nextSibling
                    continue
                }
                return unsafe (Int(node.pointee.shape), start + 1)
            case let kind:
                guard
                    let slot = unsafe SlotScanner.scan(kind, text, from: start)
                        ?? scanContainer(node, text, from: start, &indexer, &values)
                else {
                    candidate = unsafe node.pointee.nextSibling
                    continue
                }
                unsafe slots[slotCount] = slot
                slotCount += 1
                offset = slot.end
            }
            candidate = unsafe node.pointee.firstChild
        }
        return nil
    }

    /// Scans an object or array: one that is known, or else one that is checked.
    @inline(never)
    private func scanContainer(
        _ node: UnsafeMutablePointer<ShapeNode>, _ text: ByteView, from start: Int,
        _ indexer: inout JSONIndexer, _ values: inout KnownValues
    ) -> SlotRange? {
        let kind = unsafe node.pointee.slot
        let depth = Int(unsafe node.pointee.depth)
        let opening: UInt8
        switch kind {
        case .object, .translated: opening = UInt8(ascii: "{")
        case .array: opening = UInt8(ascii: "[")
        default: return nil
        }
        guard start < text.count, text[start] == opening else { return nil }
        let rest = text.slice(start, text.count)
        let isCached = unsafe node.pointee.unknownCount < Self.unknownLimit
        if isCached || kind == .translated, let value = values.find(rest, depth: depth) {
            let (count, hasBlanks) = values.facts(of: value)
            let form = KnownValues.Form.translation + Int(unsafe node.pointee.translation)
            guard kind != .translated || values.knows(form, of: value) else { return nil }
            unsafe node.pointee.unknownCount = max(node.pointee.unknownCount - 1, -64)
            return SlotRange(start: start, end: start + count, hasBlanks: hasBlanks, known: value)
        }
        guard kind != .translated,
            let (count, hasBlanks) = indexer.checkValue(at: rest, depth: depth),
            count > 2
        else { return nil }
        var slot = SlotRange(start: start, end: start + count, hasBlanks: hasBlanks)
        if isCached, KnownValues.sizes.contains(count) {
            unsafe node.pointee.unknownCount += 1
            slot.known = values.add(rest.slice(0, count), hasBlanks: hasBlanks, depth: depth)
        }
        return slot
    }

    /// How many values of a slot may turn out to be new before they are no longer kept.
    private static var unknownLimit: Int16 { 32 }

    @inline(__always)
    private func literal(_ node: UnsafePointer<ShapeNode>) -> UnsafePointer<UInt8> {
        unsafe UnsafePointer(literals.base) + Int(node.pointee.literal)
    }

    // MARK: - Adding

    /// Adds a shape.
    ///
    /// - Parameters:
    ///   - steps: Literals and the slots behind them; the last one is the end.
    ///   - shape: What ``match(_:into:_:)`` is to return for such lines.
    /// - Returns: false where the trie knows these steps already.
    mutating func insert(
        _ steps: [ShapeStep], shape: Int
    ) -> Bool {
        var parent = 0
        for step in steps {
            var literal = step.literal
            var isPlaced = false
            while !isPlaced {
                let (child, common) = child(of: parent, literal, step)
                guard let child else {
                    let node = append(literal, step)
                    link(node, under: parent)
                    parent = node
                    break
                }
                if common < Int(nodes[child].literalCount) { split(child, at: common) }
                literal = literal.slice(common, literal.count)
                let isSame = nodes[child].holds(step) && literal.count == 0
                if nodes[child].slot != .none && !isSame { split(child, at: common) }
                isPlaced = isSame
                parent = child
            }
        }
        guard nodes[parent].shape == 0 else { return false }
        nodes[parent].shape = UInt32(truncatingIfNeeded: shape)
        return true
    }

    /// The child that begins like a step, and for how many bytes.
    private func child(
        of parent: Int, _ literal: ByteView, _ step: ShapeStep
    ) -> (Int?, common: Int) {
        var position = Int(nodes[parent].firstChild)
        while position != 0 {
            let node = nodes[position]
            let known = literals.view.slice(
                Int(node.literal), Int(node.literal) + Int(node.literalCount))
            var common = 0
            while common < known.count, common < literal.count, known[common] == literal[common] {
                common += 1
            }
            if common > 0 { return (position, common) }
            if known.count == 0, literal.count == 0, node.holds(step) { return (position, 0) }
            position = Int(node.nextSibling)
        }
        return (nil, 0)
    }

    /// Makes the beginning of a node's literal a node of its own, above the rest.
    private mutating func split(_ position: Int, at common: Int) {
        let lower = appendNode(nodes[position])
        nodes[lower].literal += UInt32(truncatingIfNeeded: common)
        nodes[lower].literalCount -= UInt32(truncatingIfNeeded: common)
        nodes[lower].nextSibling = 0
        setLead(of: lower)
        nodes[position].literalCount = UInt32(truncatingIfNeeded: common)
        nodes[position].slot = .none
        nodes[position].translation = 0
        nodes[position].shape = 0
        nodes[position].firstChild = UInt32(truncatingIfNeeded: lower)
        setLead(of: position)
    }

    private mutating func append(_ literal: ByteView, _ step: ShapeStep) -> Int {
        let start = literals.count
        literals.append(made: literal)
        return appendNode(
            ShapeNode(
                literal: UInt32(truncatingIfNeeded: start),
                literalCount: UInt32(truncatingIfNeeded: literal.count), slot: step.slot,
                translation: UInt8(truncatingIfNeeded: step.translation),
                depth: UInt16(truncatingIfNeeded: step.depth)))
    }

    private mutating func link(_ node: Int, under parent: Int) {
        nodes[node].nextSibling = nodes[parent].firstChild
        nodes[parent].firstChild = UInt32(truncatingIfNeeded: node)
    }

    private mutating func setLead(of position: Int) {
        let node = nodes[position]
        nodes[position].leadMask = node.literalCount > 0 ? 0xFF : 0
        nodes[position].lead =
            node.literalCount > 0 ? literals.view[Int(node.literal)] : 0
    }

    private mutating func appendNode(_ node: ShapeNode) -> Int {
        let position = nodes.append(node)
        setLead(of: position)
        return position
    }
}

extension ShapeNode {
    /// Whether the slot is that of a step; where it stands decides on its depth.
    fileprivate func holds(_ step: ShapeStep) -> Bool {
        slot == step.slot && Int(translation) == step.translation
    }
}
