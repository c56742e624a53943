// SPDX-License-Identifier: Apache-2.0

// Changing the level of escaping for users of the library, whose bytes nobody has checked.

extension ByteBuffer {
    /// Appends UTF-8 text as the inside of a JSON string: quotes, backslashes and control
    /// characters are escaped.
    ///
    /// - Parameter text: Any bytes; those from 0x80 on are taken over as they are.
    /// - Complexity: O(*n*).
    public mutating func append(escaping text: RawSpan) {
        ByteView.with(text) { append(escaping: $0) }
    }

    /// Appends the inside of a JSON string with its escapes decoded to UTF-8.
    ///
    /// - Parameter interior: Bytes from between the quotes of a string. Only escapes are checked;
    ///   everything else is taken over as it is.
    /// - Throws: The first escape that is none of RFC 8259, or half of a surrogate pair; nothing
    ///   is appended then.
    /// - Complexity: O(*n*).
    public mutating func append(unescaping interior: RawSpan) throws(JSONError) {
        try ByteView.with(interior) { (bytes) throws(JSONError) in
            try Self.checkEscapes(of: bytes)
            append(unescaping: bytes)
        }
    }

    /// Decoding takes every escape for a good one, so whatever comes from outside is looked at
    /// before it.
    private static func checkEscapes(of interior: ByteView) throws(JSONError) {
        var rest = interior
        while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
            let start = interior.count - rest.count + backslash
            rest = rest.slice(backslash, rest.count)
            let length = try lengthOfEscape(at: rest, start)
            rest = rest.slice(length, rest.count)
        }
    }

    /// The length of the escape that a text begins with; a surrogate pair counts as one.
    private static func lengthOfEscape(
        at bytes: ByteView, _ offset: Int
    ) throws(JSONError) -> Int {
        guard bytes.count >= 2 else { throw JSONError(.invalidEscape, at: offset) }
        switch bytes[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            break
        default:
            throw JSONError(.invalidEscape, at: offset)
        }
        let scanner = unsafe StringScanner(base: bytes.base, count: bytes.count)
        guard let unit = scanner.codeUnit(at: 0) else {
            throw JSONError(.invalidEscape, at: offset)
        }
        guard unit & 0xF800 == 0xD800 else { return 6 }
        guard unit < 0xDC00, let low = scanner.codeUnit(at: 6), low & 0xFC00 == 0xDC00 else {
            throw JSONError(.loneSurrogate, at: offset)
        }
        return 12
    }
}
