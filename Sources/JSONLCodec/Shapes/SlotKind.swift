// SPDX-License-Identifier: Apache-2.0

// The places of a line that may differ between records of one shape, and what must hold of each.

/// What may stand in a slot; every kind is checked in full, whatever line it was learned from.
enum SlotKind: UInt8 {
    /// Nothing: only a literal that several shapes begin with.
    case none
    /// The end of the line.
    case end
    /// The inside of a string, not empty.
    case string
    /// The inside of a string that is an identifier (``ByteView/isIdentifier``).
    case identifier
    /// An identifier that begins with a letter or `_`.
    case name
    /// The end of a string: base64 in the standard alphabet, of a length divisible by four.
    case base64
    /// A number of one to fifteen digits.
    case count
    /// 0, or 0 and digits behind a point.
    case fraction
    /// Any number.
    case number
    /// An object that is not empty.
    case object
    /// An array that is not empty.
    case array
    /// An object of which it is known what the conversion makes of it.
    case translated
}

/// Something that was asked of a part of a line's text.
package struct TextInquiry {
    package enum Question {
        /// Its bytes.
        case content
        /// Whether it is an identifier; it is.
        case identifier
        /// Whether it is an identifier that begins with a letter or `_`; it is.
        case name
        /// Which other identifiers it equals.
        case equality
        /// Whether it is base64 that needs no repair; it is.
        case base64
    }

    package let question: Question
    /// Offsets into the line.
    package let range: Range<Int>

    package init(_ question: Question, _ range: Range<Int>) {
        self.question = question
        self.range = range
    }
}

extension ByteView {
    /// Whether it is `[A-Za-z0-9_-]{1,64}`: what every provider takes as an id.
    package var isIdentifier: Bool {
        count > 0 && count <= 64 && identifierCount == count
    }

    /// Whether it is an identifier that begins with a letter or `_`, as tool names do everywhere.
    package var isName: Bool {
        isIdentifier && self[0].beginsName
    }

    /// How many letters, digits, `_` and `-` it begins with.
    @inline(__always)
    var identifierCount: Int {
        var index = 0
        while index < count, self[index].isIdentifierPart { index += 1 }
        return index
    }

    /// Whether it is base64 in the standard alphabet that nobody need pad: no escapes, no `-` or
    /// `_`, a length divisible by four.
    package var isPlainBase64: Bool {
        count % 4 == 0 && plainBase64Count == count
    }
}

extension UInt8 {
    @inline(__always)
    fileprivate var isIdentifierPart: Bool {
        let lower = self | 0x20
        return lower &- UInt8(ascii: "a") < 26 || self &- UInt8(ascii: "0") < 10
            || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
    }

    @inline(__always)
    var beginsName: Bool {
        (self | 0x20) &- UInt8(ascii: "a") < 26 || self == UInt8(ascii: "_")
    }
}
