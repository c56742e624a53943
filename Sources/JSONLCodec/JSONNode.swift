// SPDX-License-Identifier: Apache-2.0

// One entry of the index over a line, and the name of an entry.

/// The kinds of entries in an index.
@usableFromInline
package enum JSONKind: UInt8, Sendable {
    case object, array, string, number, `true`, `false`, null, key
}

/// The place of an entry in the index of a line.
@usableFromInline
package struct NodeID: Sendable, Hashable {
    /// The position in the index, counted from 0 in document order.
    @usableFromInline package let position: UInt32

    @inlinable
    package init(_ position: UInt32) {
        self.position = position
    }

    /// The outermost value of a line.
    @inlinable package static var root: NodeID { NodeID(0) }
}

/// What a conversion has asked of a value beyond its kind and whether there is anything in it.
///
/// The bytes of a value of which nothing was asked have decided nothing: at most they were copied.
/// ``ShapeTable`` rests on that, so whatever hands bytes out must note it here.
@usableFromInline
package struct Inquiries: OptionSet, Sendable {
    @usableFromInline package let rawValue: UInt8

    @inlinable
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Any of its bytes may have decided something.
    @inlinable package static var content: Inquiries { Inquiries(rawValue: 1) }
    /// The members or elements of a container were looked at.
    @inlinable package static var structure: Inquiries { Inquiries(rawValue: 2) }
    /// Whether a number is a count: digits only, and no more than 15 of them.
    @inlinable package static var count: Inquiries { Inquiries(rawValue: 4) }
    /// Whether a number is a plain fraction of one: 0, or 0 and digits behind a point.
    @inlinable package static var fraction: Inquiries { Inquiries(rawValue: 8) }
}

/// One value or member name of a line, as offsets into it; 16 bytes.
///
/// Entries stand in document order. A container is followed by its content; a member name (`key`)
/// is followed by its value. `next` steps over all of that, so siblings are reached without
/// looking at what lies between them.
@usableFromInline
package struct JSONNode {
    /// The offset of the first byte; for strings and names that of the opening quote.
    @usableFromInline package var start: UInt32
    /// The offset after the last byte; for strings and names after the closing quote.
    @usableFromInline package var end: UInt32
    /// The position of the next sibling's entry (for a name: of the next name).
    @usableFromInline package var next: UInt32
    /// What the entry is.
    @usableFromInline package var kind: JSONKind
    /// A string or name holds an escape; a container holds blanks between its tokens.
    @usableFromInline package var isMarked: Bool
    /// What the conversion of the record has depended on so far.
    @usableFromInline package var asked: Inquiries = []

    @inlinable
    init(start: UInt32, end: UInt32, next: UInt32, kind: JSONKind, isMarked: Bool) {
        self.start = start
        self.end = end
        self.next = next
        self.kind = kind
        self.isMarked = isMarked
    }
}
