// SPDX-License-Identifier: Apache-2.0

// Makes the texts of a conversation out of the vocabulary.

/// Writes texts one after the other into memory that is kept from record to record.
struct TextMaker {
    /// All texts of the record, in UTF-8.
    private(set) var bytes: [UInt8] = []

    private static let base64 = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// The range of what `body` writes.
    mutating func text(_ body: (inout TextMaker) -> Void) -> TextRange {
        let start = bytes.count
        body(&self)
        return start..<bytes.count
    }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Words with blanks between them; the first letter is a capital where `isSentence`.
    mutating func words(
        _ count: Int, isSentence: Bool = false, _ random: inout SplitMix64
    ) {
        let start = bytes.count
        let words = Vocabulary.words
        let last = words.count - 1
        for index in 0..<count {
            if index > 0 { bytes.append(UInt8(ascii: " ")) }
            bytes.append(contentsOf: words[random.number(0...last)])
        }
        if isSentence, count > 0 { bytes[start] &= 0xDF }
    }

    /// Paragraphs of sentences, phrases in other scripts, speech and code, of about `length` bytes.
    mutating func essay(_ length: Int, _ random: inout SplitMix64) {
        let end = bytes.count + length
        while bytes.count < end {
            switch random.number(0...99) {
            case 0..<60:
                words(random.number(8...32), isSentence: true, &random)
                append(random.happens(percent: 85) ? ". " : ".\n\n")
            case 60..<78:
                append(random.pick(Vocabulary.phrases))
                append(" ")
            case 78..<88:
                append("\"")
                words(random.number(3...9), isSentence: true, &random)
                append(",\" she wrote. ")
            default:
                append("\n")
                append(random.pick(Vocabulary.snippets))
            }
        }
    }

    /// Digits of base 64: a multiple of four of them, so that no padding is needed.
    mutating func base64(_ count: Int, _ random: inout SplitMix64) {
        var rest = count / 4 * 4
        bytes.reserveCapacity(bytes.count + rest)
        while rest > 0 {
            var bits = random.next()
            for _ in 0..<min(rest, 8) {
                bytes.append(Self.base64[Int(bits & 63)])
                bits >>= 6
            }
            rest -= min(rest, 8)
        }
    }

    /// Lower-case letters, as the random part of an id.
    mutating func token(_ count: Int, _ random: inout SplitMix64) {
        var bits = random.next()
        for index in 0..<count {
            if index % 12 == 11 { bits = random.next() }
            bytes.append(Self.base64[26 + Int(bits & 31) % 26])
            bits >>= 5
        }
    }

    /// A whole number with leading zeros.
    mutating func number(_ value: Int, digits: Int) {
        var unit = 1
        for _ in 1..<max(digits, 1) { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
            unit /= 10
        }
    }
}
