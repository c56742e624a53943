// SPDX-License-Identifier: Apache-2.0

// Writing JSON into a buffer: changing the level of escaping, and removing blanks.

import CJSONKernels

extension ByteBuffer {
    /// Appends the inside of a JSON string with its escapes decoded to UTF-8.
    ///
    /// - Parameter interior: Checked bytes from between the quotes of a string.
    /// - Complexity: O(*n*).
    package mutating func append(unescaping interior: ByteView) {
        guard json_kernels_exist() else { return append(unescapingPortably: interior) }
        rewritten &+= interior.count
        // Decoding never makes a text longer; a kernel may write 64 bytes beyond its end.
        reserve(interior.count + 64)
        var index = 0
        while index < interior.count {
            var written = 0
            // Sound: what is left of the text fits into what is left of the room.
            index += unsafe json_unescape(
                interior.base + index, interior.count - index, base + length, &written)
            length += written
            guard index < interior.count else { break }
            index += append(escapeOf: interior.slice(index, interior.count))
        }
    }

    /// The same without kernels.
    mutating func append(unescapingPortably interior: ByteView) {
        rewritten &+= interior.count
        reserve(interior.count + 16)
        var index = 0
        while index < interior.count {
            let plain = copy(
                from: interior, at: index, count: \.countBeforeBackslash,
                while: { $0 != UInt8(ascii: "\\") })
            index += plain.count
            guard plain.isStopped else { continue }
            index += append(escapeOf: interior.slice(index, interior.count))
        }
    }

    /// Copies up to sixteen bytes, and not beyond the first one that wants to be looked at.
    ///
    /// - Returns: How many bytes were copied, and whether such a byte stands behind them.
    @inline(__always)
    private mutating func copy(
        from text: ByteView, at index: Int, count: (ByteBlock) -> Int,
        while isPlain: (UInt8) -> Bool
    ) -> (count: Int, isStopped: Bool) {
        // Sound: the caller has reserved sixteen bytes, and the block ends inside of the text.
        if index + 16 <= text.count {
            let block = unsafe ByteBlock(loading: text.base + index)
            unsafe block.store(to: base + length)
            let copied = count(block)
            length += copied
            return (copied, copied < 16)
        }
        var end = index
        while end < text.count, isPlain(text[end]) {
            unsafe base[length] = text[end]
            length += 1
            end += 1
        }
        return (end - index, end < text.count)
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
        guard json_kernels_exist() else { return append(escapingPortably: text) }
        rewritten &+= text.count
        var index = 0
        while index < text.count {
            // A piece at a time, so that a long text does not ask for twice its length.
            let count = min(text.count - index, 4096)
            reserve(2 * count + 64)
            var written = 0
            // Sound: the room is what the kernel asks for.
            let taken = unsafe json_escape(text.base + index, count, base + length, &written)
            length += written
            index += taken
            guard taken < count else { continue }
            append(escapeFor: text[index])
            index += 1
        }
    }

    /// The same without kernels.
    mutating func append(escapingPortably text: ByteView) {
        rewritten &+= text.count
        reserve(text.count + text.count / 8)
        var index = 0
        while index < text.count {
            reserve(18)
            let plain = copy(
                from: text, at: index, count: \.countOfUnescaped,
                while: { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
            index += plain.count
            guard plain.isStopped else { continue }
            let byte = text[index]
            index += 1
            if byte >= 0x20 {
                unsafe base[length] = UInt8(ascii: "\\")
                unsafe base[length + 1] = byte
                length += 2
            } else {
                append(escapeFor: byte)
            }
        }
    }

    /// Appends the escape of a control character.
    private mutating func append(escapeFor byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
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
        let source = view.source(id, for: self)
        switch view.kind(id) {
        case .object, .array:
            let start = length
            append(minified: source, hasBlanks: view.hasBlanks(id))
            trace?.note(source, .minified, start..<length)
        default:
            append(copying: source)
        }
    }

    /// Appends a checked object or array without the blanks between its tokens.
    mutating func append(minified json: ByteView, hasBlanks: Bool) {
        guard !hasBlanks else { return appendWithoutBlanks(json) }
        unsafe append(json.base, json.count)
        copied &+= json.count
    }

    /// Notes that the output from a place on is a translation of an object.
    ///
    /// - Parameters:
    ///   - translation: The way of translating, from 0 to 3.
    ///   - id: The object; what was asked of it and inside of it is forgotten.
    ///   - view: The line.
    ///   - mark: Where in the output the translation begins.
    package mutating func noteTranslation(
        _ translation: Int, of id: NodeID, in view: JSONView, from mark: Mark
    ) {
        guard isTraced else { return }
        let counts = counts(since: mark)
        trace?.note(
            translation: translation, of: view.copyableSource(id), mark.length..<length,
            counts: counts)
        view.forgetInquiries(in: id)
    }

    /// Appends a whole number that is the sum of some counts of the line.
    package mutating func append(decimal value: Int, sumOf terms: CountTerms?) {
        let start = length
        append(decimal: value)
        trace?.note(sum: terms, value, start..<length)
    }

    /// Appends the object that stands as JSON text in a string, without blanks.
    ///
    /// - Parameters:
    ///   - object: The view of that text.
    ///   - interior: The inside of the string in the line.
    package mutating func append(minified object: JSONView, embeddedIn interior: ByteView) {
        let start = length
        append(minified: .root, of: object)
        trace?.note(interior, .embedded, start..<length)
    }

    /// Appends checked JSON text and leaves out the blanks outside of strings.
    private mutating func appendWithoutBlanks(_ json: ByteView) {
        rewritten &+= json.count
        if json_kernels_exist() {
            // Sound: the kernel writes no more than 64 bytes beyond the length of the text.
            reserve(json.count + 64)
            length += unsafe json_minify(json.base, json.count, base + length)
            return
        }
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
        let json = view.source(id, for: self)
        let isContainer = view.kind(id) == .object || view.kind(id) == .array
        let start = length
        append(escapingMinified: json, hasBlanks: isContainer && view.hasBlanks(id))
        trace?.note(json, .escaped, start..<length)
    }

    /// Appends checked JSON without blanks as the inside of a JSON string.
    mutating func append(escapingMinified json: ByteView, hasBlanks: Bool) {
        guard hasBlanks else { return append(escaping: json) }
        rewritten &+= json.count
        reserve(json.count * 3 + 128)
        guard !json_kernels_exist() else {
            // Sound: the room is what the kernel asks for.
            length += unsafe json_minify_escaping(json.base, json.count, base + length)
            return
        }
        // The text without blanks stands for a moment behind the place that its escaping can
        // take: only quotes and backslashes grow, to twice their length.
        let start = length
        length += json.count * 2 + 64
        let minified = length
        let rewrittenBefore = rewritten
        appendWithoutBlanks(json)
        let count = length - minified
        length = start
        append(escapingPortably: unsafe ByteView(base: base + minified, count: count))
        rewritten = rewrittenBefore
    }
}
