// SPDX-License-Identifier: Apache-2.0

// Reading an indexed line: kinds, members, elements, text, numbers.

/// An indexed line.
///
/// A trivial value that borrows both the line and the index: valid until the indexer that made it
/// is used again or the line goes away. All offsets come from the index, which was built over
/// these very bytes, so reads stay inside them.
@safe
@usableFromInline
package struct JSONView {
    @usableFromInline let line: ByteView
    @usableFromInline let nodes: UnsafeMutablePointer<JSONNode>
    /// The number of entries in the index.
    @usableFromInline package let nodeCount: Int

    init(text: ByteView, nodes: UnsafeMutablePointer<JSONNode>, nodeCount: Int) {
        line = text
        unsafe self.nodes = nodes
        self.nodeCount = nodeCount
    }

    /// No line at all; only a value to start from.
    package static var none: JSONView {
        unsafe JSONView(text: .empty, nodes: noNode, nodeCount: 1)
    }

    @inlinable
    subscript(id: NodeID) -> JSONNode {
        assert(id.position < nodeCount)
        return unsafe nodes[Int(id.position)]
    }

    /// Notes that a conversion depends on something of a value.
    @inlinable
    package func note(_ inquiry: Inquiries, of id: NodeID) {
        assert(id.position < nodeCount)
        unsafe nodes[Int(id.position)].asked.formUnion(inquiry)
    }

    /// Whether nothing was asked yet of a value and what it holds.
    package func isUntouched(_ id: NodeID) -> Bool {
        for position in id.position..<self[id].next
        where !self[NodeID(position)].asked.isEmpty { return false }
        return true
    }

    /// Forgets what was asked of a value and what it holds.
    func forgetInquiries(in id: NodeID) {
        for position in id.position..<self[id].next { unsafe nodes[Int(position)].asked = [] }
    }

    /// The whole line.
    @inlinable
    package var text: ByteView {
        note(.content, of: .root)
        return line
    }

    // MARK: - Values

    /// What a value is.
    @inlinable
    package func kind(_ id: NodeID) -> JSONKind { self[id].kind }

    /// The offset of a value's first byte in the line.
    @inlinable
    package func start(_ id: NodeID) -> Int { Int(self[id].start) }

    /// The offset after a value's last byte in the line.
    @inlinable
    package func end(_ id: NodeID) -> Int { Int(self[id].end) }

    /// A value as it is spelled.
    @inlinable
    package func source(_ id: NodeID) -> ByteView {
        note(.content, of: id)
        return copyableSource(id)
    }

    /// What stands between the quotes of a string or member name, escapes untouched.
    @inlinable
    package func interior(_ id: NodeID) -> ByteView {
        note(.content, of: id)
        return copyableInterior(id)
    }

    /// A value as it is spelled, to be written into an output and not to be looked at.
    ///
    /// What is written into an output that is not traced counts as looked at.
    package func source(_ id: NodeID, for output: borrowing ByteBuffer) -> ByteView {
        if !output.isTraced { note(.content, of: id) }
        return copyableSource(id)
    }

    /// The inside of a string, to be written into an output and not to be looked at.
    package func interior(_ id: NodeID, for output: borrowing ByteBuffer) -> ByteView {
        if !output.isTraced { note(.content, of: id) }
        return copyableInterior(id)
    }

    /// A value as it is spelled, for those who note themselves what they ask of it.
    @inlinable
    package func copyableSource(_ id: NodeID) -> ByteView {
        let node = self[id]
        return line.slice(Int(node.start), Int(node.end))
    }

    /// The inside of a string, for those who note themselves what they ask of it.
    @inlinable
    package func copyableInterior(_ id: NodeID) -> ByteView {
        let node = self[id]
        return line.slice(Int(node.start) + 1, Int(node.end) - 1)
    }

    /// The line with the line feed behind it, for those who know that there is one.
    package var lineWithLineFeed: ByteView {
        // Sound where the line was cut out of a block at its line feed.
        unsafe ByteView(base: line.base, count: line.count + 1)
    }

    /// Bytes of the line, for those who note themselves what they ask of them.
    @inlinable
    package func copyableBytes(_ lower: Int, _ upper: Int) -> ByteView {
        line.slice(lower, upper)
    }

    /// Whether a string or member name holds an escape.
    @inlinable
    package func hasEscapes(_ id: NodeID) -> Bool {
        note(.content, of: id)
        return self[id].isMarked
    }

    /// Whether a string holds an escape: for those who look at its bytes only through `interior`.
    @inlinable
    package func isSpelledWithEscapes(_ id: NodeID) -> Bool { self[id].isMarked }

    /// Whether a container holds blanks between its tokens.
    @inlinable
    func hasBlanks(_ id: NodeID) -> Bool { self[id].isMarked }

    /// Whether a container or a string holds nothing; what anyone may ask of any value.
    @inlinable
    package func isEmpty(_ id: NodeID) -> Bool {
        let node = self[id]
        return node.kind == .string ? node.end - node.start == 2 : node.next == id.position + 1
    }

    /// Whether a string means the same text as an ASCII literal, however it is spelled.
    @inlinable
    package func string(_ id: NodeID, is literal: StaticString) -> Bool {
        let node = self[id]
        guard node.kind == .string || node.kind == .key else { return false }
        note(.content, of: id)
        return node.isMarked ? escapedString(id, is: literal) : interior(id) == literal
    }

    @usableFromInline
    func escapedString(_ id: NodeID, is literal: StaticString) -> Bool {
        decoded(id) == "\(literal)"
    }

    /// The text of a string or name with its escapes decoded.
    ///
    /// - Complexity: O(*n*), and it allocates: for rare paths and messages.
    package func decoded(_ id: NodeID) -> String {
        guard hasEscapes(id) else { return interior(id).text }
        var buffer = ByteBuffer()
        buffer.append(unescaping: interior(id))
        return buffer.view.text
    }

    // MARK: - Containers

    /// The entry after a value and all that it holds.
    @inlinable
    package func next(after id: NodeID) -> NodeID {
        note(.structure, of: id)
        return NodeID(self[id].next)
    }

    /// The elements of an array, or nothing for any other value.
    @inlinable
    package func elements(_ id: NodeID) -> JSONElements {
        note(.structure, of: id)
        return JSONElements(view: self, id: id, isArray: self[id].kind == .array)
    }

    /// The members of an object, or nothing for any other value.
    @inlinable
    package func members(_ id: NodeID) -> JSONMembers {
        note(.structure, of: id)
        return JSONMembers(view: self, id: id, isObject: self[id].kind == .object)
    }

    /// The number of elements or members.
    ///
    /// - Complexity: O(*n*) in that number.
    package func childCount(_ id: NodeID) -> Int {
        note(.structure, of: id)
        var count = 0
        var child = id.position + 1
        let end = self[id].next
        while child < end {
            count += 1
            child = self[NodeID(child)].next
        }
        return count
    }
}

/// The entry that ``JSONView/none`` points to; never written.
nonisolated(unsafe) private let noNode: UnsafeMutablePointer<JSONNode> = {
    let node = UnsafeMutablePointer<JSONNode>.allocate(capacity: 1)
    unsafe node.initialize(to: JSONNode(start: 0, end: 0, next: 1, kind: .null, isMarked: false))
    return unsafe node
}()

/// The elements of an array, in order.
@usableFromInline
package struct JSONElements: Sequence, IteratorProtocol {
    @usableFromInline let view: JSONView
    @usableFromInline var position: UInt32
    @usableFromInline let end: UInt32

    @inlinable
    init(view: JSONView, id: NodeID, isArray: Bool) {
        self.view = view
        position = id.position + 1
        end = isArray ? view[id].next : 0
    }

    @inlinable
    package mutating func next() -> NodeID? {
        guard position < end else { return nil }
        defer { position = view[NodeID(position)].next }
        return NodeID(position)
    }
}

/// The members of an object, in order: the entries of the name and of the value.
@usableFromInline
package struct JSONMembers: Sequence, IteratorProtocol {
    @usableFromInline let view: JSONView
    @usableFromInline var position: UInt32
    @usableFromInline let end: UInt32

    @inlinable
    init(view: JSONView, id: NodeID, isObject: Bool) {
        self.view = view
        position = id.position + 1
        end = isObject ? view[id].next : 0
    }

    @inlinable
    package mutating func next() -> (name: NodeID, value: NodeID)? {
        guard position < end else { return nil }
        let name = NodeID(position)
        position = view[name].next
        return (name, NodeID(name.position + 1))
    }
}
