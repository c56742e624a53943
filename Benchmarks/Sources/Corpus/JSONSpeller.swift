// SPDX-License-Identifier: Apache-2.0

// Spells values as JSON, in the two ways that real files are spelled.

/// How a record is spelled.
struct Spelling {
    /// Blanks after commas and colons, as Python's `json.dumps` writes them.
    var isSpaced: Bool
    /// Everything outside of ASCII as `\u` escapes, as Python's `json.dumps` writes it.
    var isASCII: Bool
    /// The members of every object in random order.
    var isShuffled: Bool
}

/// Writes JSON values at the end of a line.
struct JSONSpeller {
    var spelling: Spelling
    /// The order of shuffled members.
    var random: SplitMix64
    /// The JSON inside of a string, before it is escaped.
    private var inner: [UInt8] = []

    private static let digits = Array("0123456789abcdef".utf8)
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    init(spelling: Spelling, random: SplitMix64) {
        self.spelling = spelling
        self.random = random
    }

    /// Appends a value; texts are looked up in `source`.
    mutating func write(_ value: JSONValue, of source: [UInt8], to line: inout [UInt8]) {
        switch value {
        case .object(var members):
            if spelling.isShuffled { shuffle(&members) }
            write(members, of: source, to: &line)
        case .array(let elements):
            write(elements, of: source, to: &line)
        case .text(let range):
            write(string: source, range, to: &line)
        case .prefixed(let constant, let range):
            line.append(Self.quote)
            line.append(contentsOf: constant.utf8)
            line.append(contentsOf: source[range])
            line.append(Self.quote)
        case .string(let constant):
            write(constant: constant, to: &line)
        case .whole(let number):
            Self.write(number, to: &line)
        case .hundredths(let number):
            Self.write(hundredths: number, to: &line)
        case .null:
            line.append(contentsOf: "null".utf8)
        case .bool(let isTrue):
            line.append(contentsOf: isTrue ? "true".utf8 : "false".utf8)
        case .embedded(let value):
            write(embedded: value, of: source, to: &line)
        }
    }

    private mutating func write(
        _ members: [JSONValue.Member], of source: [UInt8], to line: inout [UInt8]
    ) {
        line.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in members {
            if !isFirst { separate(&line) }
            isFirst = false
            write(constant: member.name, to: &line)
            line.append(UInt8(ascii: ":"))
            if spelling.isSpaced { line.append(UInt8(ascii: " ")) }
            write(member.value, of: source, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    private mutating func write(
        _ elements: [JSONValue], of source: [UInt8], to line: inout [UInt8]
    ) {
        line.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { separate(&line) }
            isFirst = false
            write(element, of: source, to: &line)
        }
        line.append(UInt8(ascii: "]"))
    }

    private func separate(_ line: inout [UInt8]) {
        line.append(UInt8(ascii: ","))
        if spelling.isSpaced { line.append(UInt8(ascii: " ")) }
    }

    private mutating func shuffle(_ members: inout [JSONValue.Member]) {
        guard members.count > 1 else { return }
        for index in stride(from: members.count - 1, to: 0, by: -1) {
            members.swapAt(index, random.number(0...index))
        }
    }

    // MARK: - Strings

    /// Constants are ASCII without anything to escape.
    private func write(constant: String, to line: inout [UInt8]) {
        line.append(Self.quote)
        line.append(contentsOf: constant.utf8)
        line.append(Self.quote)
    }

    /// The JSON is spelled in UTF-8, as models write it, and what is around it escapes it.
    private mutating func write(
        embedded value: JSONValue, of source: [UInt8], to line: inout [UInt8]
    ) {
        let outer = spelling
        spelling.isASCII = false
        var json = inner
        inner = []
        json.removeAll(keepingCapacity: true)
        write(value, of: source, to: &json)
        spelling = outer
        write(string: json, 0..<json.count, to: &line)
        inner = json
    }

    private func write(string bytes: [UInt8], _ range: Range<Int>, to line: inout [UInt8]) {
        line.append(Self.quote)
        var start = range.lowerBound
        var index = start
        while index < range.upperBound {
            let byte = bytes[index]
            if isPlain(byte) {
                index += 1
                continue
            }
            line.append(contentsOf: bytes[start..<index])
            index +=
                byte < 0x80
                ? Self.escape(byte, &line) : Self.escape(scalarAt: index, in: bytes, &line)
            start = index
        }
        line.append(contentsOf: bytes[start..<range.upperBound])
        line.append(Self.quote)
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        guard byte >= 0x20, byte != Self.quote, byte != Self.backslash else { return false }
        return byte < 0x7F || !spelling.isASCII
    }

    /// Escapes an ASCII byte; returns the bytes used.
    private static func escape(_ byte: UInt8, _ line: inout [UInt8]) -> Int {
        switch byte {
        case quote, backslash:
            line.append(backslash)
            line.append(byte)
        case 0x09: line.append(contentsOf: "\\t".utf8)
        case 0x0A: line.append(contentsOf: "\\n".utf8)
        case 0x0D: line.append(contentsOf: "\\r".utf8)
        default: escape(unit: UInt32(byte), &line)
        }
        return 1
    }

    /// Escapes a character outside of ASCII; returns the bytes used.
    ///
    /// The text is ours, so it is well formed.
    private static func escape(
        scalarAt index: Int, in bytes: [UInt8], _ line: inout [UInt8]
    ) -> Int {
        let lead = UInt32(bytes[index])
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var scalar = lead & (0xFF >> UInt32(length + 1))
        for offset in 1..<length {
            scalar = scalar << 6 | UInt32(bytes[index + offset] & 0x3F)
        }
        if scalar < 0x10000 {
            escape(unit: scalar, &line)
        } else {
            escape(unit: 0xD800 + (scalar - 0x10000) >> 10, &line)
            escape(unit: 0xDC00 + scalar & 0x3FF, &line)
        }
        return length
    }

    private static func escape(unit: UInt32, _ line: inout [UInt8]) {
        line.append(backslash)
        line.append(UInt8(ascii: "u"))
        for shift: UInt32 in [12, 8, 4, 0] {
            line.append(digits[Int(unit >> shift & 15)])
        }
    }

    // MARK: - Numbers

    private static func write(_ number: Int, to line: inout [UInt8]) {
        if number < 0 { line.append(UInt8(ascii: "-")) }
        let magnitude = number.magnitude
        var unit: UInt = 1
        while magnitude / unit >= 10 { unit *= 10 }
        while unit > 0 {
            line.append(digits[Int(magnitude / unit % 10)])
            unit /= 10
        }
    }

    /// The shortest spelling, with one decimal at least.
    private static func write(hundredths number: Int, to line: inout [UInt8]) {
        write(number / 100, to: &line)
        line.append(UInt8(ascii: "."))
        line.append(digits[number / 10 % 10])
        if number % 10 != 0 { line.append(digits[number % 10]) }
    }
}
