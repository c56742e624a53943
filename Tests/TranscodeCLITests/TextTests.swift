// SPDX-License-Identifier: Apache-2.0

// Small things that print: numbers, sizes, patterns, excerpts, suggestions, JSON.

import Testing

@testable import transcode

@Suite struct TextTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (48_213, "48,213"), (1_234_567, "1,234,567"),
        (-4500, "-4,500"),
    ])
    func groups(_ number: Int, _ text: String) { #expect(Numbers.grouped(number) == text) }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"),
        (61_400_000, "61.4 MB"),
        (999_949, "999.9 kB"), (999_960, "1.0 MB"), (2_900_000_000, "2.9 GB"),
    ])
    func sizes(_ number: Int, _ text: String) { #expect(Numbers.bytes(number) == text) }

    @Test(arguments: [(0.0649, 2, "0.06"), (1.995, 1, "2.0"), (0.05, 1, "0.1"), (3, 0, "3")])
    func decimals(_ value: Double, _ places: Int, _ text: String) {
        #expect(Numbers.decimal(value, places: places) == text)
    }

    @Test(arguments: [
        ("200MB", 200_000_000), ("64MiB", 67_108_864), ("1.5GB", 1_500_000_000), ("10", 10),
        ("7b", 7), ("2kB", 2000), ("2KiB", 2048), ("1GiB", 1 << 30), ("0.1kB", 100),
    ])
    func parsesSizes(_ text: String, _ size: Int) { #expect(ByteSize.parse(text) == size) }

    @Test(arguments: [
        "", "MB", "-5", "1.5", "1,5MB", "1e6", "5 MB", "99999999999GB", "1.MB", "12M",
    ])
    func refusesSizes(_ text: String) { #expect(ByteSize.parse(text) == nil) }

    @Test(arguments: [
        ("$.body.messages[31].name", "$.body.messages[*].name"), ("$", "$"),
        ("$.a[0][12]", "$.a[*][*]"),
        ("$.odd[x].b[1]", "$.odd[x].b[*]"), ("$.open[", "$.open["), ("$.e[]", "$.e[]"),
    ])
    func patterns(_ path: String, _ pattern: String) {
        #expect(LossSummary.pattern(of: path) == pattern)
    }

    @Test(arguments: [
        ("opnai", "openai"), ("covnert", "convert"), ("gemni", "gemini"), ("xyzzy", nil),
        ("bed", "bedrock"),
    ])
    func suggests(_ word: String, _ nearest: String?) {
        let candidates = ["openai", "convert", "gemini", "bedrock"]
        #expect(Suggestion.nearest(to: word, among: candidates) == nearest)
    }

    @Test(arguments: [0, 1, 40, 75, 76, 77, 100, 159, 160])
    func excerptsAreNarrowAndPointAtTheFault(_ caret: Int) throws {
        var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 160)
        if caret < 160 { bytes[caret] = UInt8(ascii: "!") }
        let excerpt = Excerpt(bytes: bytes, caret: caret, isCutBefore: true, isCutAfter: true)
        let lines = excerpt.lines(number: 7, terminal: Terminal(ParsedArguments()))
        try #require(lines.count == 2)
        let text = Array(lines[0].dropFirst("  7 | ".count))
        #expect(text.count <= 76)
        let column = lines[1].dropFirst("    | ".count).count - 1
        if caret < 160 { #expect(text[column] == "!") }
    }

    @Test func excerptsCountWideLettersTwice() {
        let bytes = Array("日本語!".utf8)
        let excerpt = Excerpt(bytes: bytes, caret: 9, isCutBefore: false, isCutAfter: false)
        let lines = excerpt.lines(number: 1, terminal: Terminal(ParsedArguments()))
        #expect(lines == ["  1 | 日本語!", "    |       ^"])
    }

    @Test func textForTerminalsHoldsNoControlCharacters() {
        #expect("a\u{1B}[31mb\u{7}\u{9B}".printable == "a\u{FFFD}[31mb\u{FFFD}\u{FFFD}")
    }

    @Test func writesJSON() {
        var json = JSONWriter()
        json.object { json in
            json.member("a", 1)
            json.member("b", "\"\\\n\u{1}é")
            json.member("c", nil)
            json.list("d") { json in
                json.integer(1)
                json.object { _ in }
            }
            json.member("e", true)
            json.member("f", decimal: 0.5)
        }
        let expected = #"{"a":1,"b":"\"\\\n\u0001é","c":null,"d":[1,{}],"e":true,"f":0.500000}"#
        #expect(json.text == expected)
    }
}
