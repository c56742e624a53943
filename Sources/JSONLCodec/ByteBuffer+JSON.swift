// SPDX-License-Identifier: Apache-2.0

// Writing JSON into a buffer: changing the level of escaping, and removing blanks.

extension ByteBuffer {
    /// Appends the inside of a JSON string with its escapes decoded to UTF-8.
    ///
    /// - Parameter interior: Checked bytes from between the quotes of a string.
    /// - Complexity: O(*n*).
    package mutating func append(unescaping interior: ByteView) {
        rewritten &+= interior.count
        reserve(interior.count)
        var rest = interior
        while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
            append(made: rest.slice(0, backslash))
            let length = append(escapeOf: rest.slice(backslash, rest.count))
            rest = rest.slice(backslash + length, rest.count)
        }
        append(made: rest)
    }

    /// Appends the character that an escape stands for; returns the length of the escape.
    private mutating func append(escapeOf bytes: ByteView) -> Int {
        guard bytes.count >= 2 else { return bytes.count }
        switch bytes[1] {
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0C)
        case UInt8(ascii: "n"): append(0x0A)
        case UInt8(ascii: "r"): append(0x0D)
        case UInt8(ascii: "t"): append(0x09)
        case UInt8(ascii: "u"):
            let scanner = unsafe StringScanner(base: bytes.base, count: bytes.count)
            guard let high = scanner.codeUnit(at: 0) else { return bytes.count }
            guard high & 0xFC00 == 0xD800, let low = scanner.codeUnit(at: 6) else {
                append(utf8: UInt32(high))
                return 6
            }
            append(utf8: 0x10000 + (UInt32(high) & 0x3FF) << 10 + (UInt32(low) & 0x3FF))
            return 12
        default: append(bytes[1])
        }
        return 2
    }

    private mutating func append(utf8 scalar: UInt32) {
        switch scalar {
        case 0..<0x80:
            append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800:
            append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        case 0x800..<0x10000:
            append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        default:
            append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        }
    }

    /// Appends UTF-8 text as the inside of a JSON string.
    ///
    /// - Complexity: O(*n*).
    package mutating func append(escaping text: ByteView) {
        rewritten &+= text.count
        reserve(text.count)
        var start = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                index += 1
                continue
            }
            append(made: text.slice(start, index))
            append(escapeFor: byte)
            index += 1
            start = index
        }
        append(made: text.slice(start, text.count))
    }

    private mutating func append(escapeFor byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            let digits: StaticString = "0123456789abcdef"
            append("u00")
            unsafe append(digits.utf8Start[Int(byte >> 4)])
            unsafe append(digits.utf8Start[Int(byte & 15)])
        }
    }

    /// Appends a value without the blanks between its tokens; every token stays as it is spelled.
    ///
    /// - Complexity: O(*n*).
    package mutating func append(minified id: NodeID, of view: JSONView) {
        switch view.kind(id) {
        case .object, .array:
            guard view.hasBlanks(id) else { fallthrough }
            appendWithoutBlanks(view.source(id))
        default:
            append(copying: view.source(id))
        }
    }

    /// Appends checked JSON text and leaves out the blanks outside of strings.
    private mutating func appendWithoutBlanks(_ json: ByteView) {
        reserve(json.count)
        var index = 0
        while index < json.count {
            let byte = json[index]
            if byte == UInt8(ascii: "\"") {
                let end = endOfString(json, from: index)
                append(made: json.slice(index, end))
                index = end
            } else {
                if byte > 0x20 { append(byte) }
                index += 1
            }
        }
        rewritten &+= json.count
    }

    private func endOfString(_ json: ByteView, from start: Int) -> Int {
        var hasEscapes = false
        let scanner = unsafe StringScanner(base: json.base, count: json.count)
        // The text was checked when it was indexed, so the scan cannot fail.
        return (try? scanner.end(ofStringAt: start, hasEscapes: &hasEscapes)) ?? json.count
    }

    /// Appends a value without blanks as the inside of a JSON string.
    ///
    /// - Complexity: O(*n*).
    package mutating func append(escapingMinified id: NodeID, of view: JSONView) {
        guard view.hasBlanks(id), view.kind(id) == .object || view.kind(id) == .array else {
            return append(escaping: view.source(id))
        }
        let json = view.source(id)
        var index = 0
        while index < json.count {
            let byte = json[index]
            if byte == UInt8(ascii: "\"") {
                let end = endOfString(json, from: index)
                append(escaping: json.slice(index, end))
                index = end
            } else {
                if byte > 0x20 { append(byte) }
                index += 1
            }
        }
    }
}
