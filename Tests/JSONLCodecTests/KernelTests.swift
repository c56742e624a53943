// SPDX-License-Identifier: Apache-2.0

// The wide kernels against the portable code: the same answers for every text and every cut.

import CJSONKernels
import Testing

@testable import JSONLCodec

@Suite struct KernelTests {
    /// The sets of kernels that this processor runs.
    private static var all: [UnsafePointer<json_kernels>] {
        [JSON_KERNEL_AVX2, JSON_KERNEL_AVX512].compactMap { json_kernels_of($0) }
    }

    /// Pieces of strings, sound and broken, that are joined at random.
    private static let pieces: [[UInt8]] =
        [
            "a", "word ", "a run of plain text that is longer than any step ", "\\n", "\\\"",
            "\\\\", "\\/", "\\u00e9", "\\u00E9", "\\uD83D\\uDE00", "\\ud834\\udd1e", "\\uFFFF",
            "\u{E9}", "\u{4E1C}\u{4EAC}", "\u{1F680}", "\u{7FF}\u{800}\u{FFFF}\u{10000}", "{}:,[]",
            "\\\\\\\\", "-", "_", "A+/=",
        ].map { Array($0.utf8) }
    private static let faults: [[UInt8]] = [
        [0x0A], [0x1F], [0x00], [0x80], [0xC2], [0xC0, 0x80], [0xED, 0xA0, 0x80],
        [0xE0, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xE4, 0xB8],
        [0xF0, 0x9F, 0x9A],
        [0xFF], Array("\\x".utf8), Array("\\u12".utf8), Array("\\uD83D".utf8),
        Array("\\uDE00".utf8), Array("\\uD83D\\n".utf8), Array("\\uD83D\\uD83D".utf8),
        Array("\\u12G4".utf8), Array("\\".utf8),
    ]

    /// What a scan says: the offset of the quote or -1, and whether there is a backslash.
    private struct Verdict: Equatable {
        var end: Int
        var hasEscapes: Bool
    }

    private func portable(_ text: [UInt8]) -> Verdict {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return Verdict(end: -1, hasEscapes: false) }
            let scanner = StringScanner(base: base, count: bytes.count)
            var hasEscapes = false
            let end = try? scanner.endPortably(from: 0, hasEscapes: &hasEscapes)
            return Verdict(end: end.map { $0 - 1 } ?? -1, hasEscapes: hasEscapes)
        }
    }

    private func wide(_ text: [UInt8], _ kernels: UnsafePointer<json_kernels>) -> Verdict {
        // The memory ends where the text does, so that the address sanitizer sees every byte read.
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return Verdict(end: -1, hasEscapes: false) }
            var hasEscapes = false
            let end = kernels.pointee.string_end(base, bytes.count, &hasEscapes)
            return Verdict(end: end == json_kernel_none ? -1 : Int(end), hasEscapes: hasEscapes)
        }
    }

    @Test func stringsEndWhereThePortableScanSays() {
        var random = SplitMix(state: 7)
        for round in 0..<20_000 {
            var text: [UInt8] = []
            for _ in 0..<random.below(14) { text += Self.pieces[random.below(Self.pieces.count)] }
            if round % 3 == 0 {
                let fault = Self.faults[random.below(Self.faults.count)]
                text.insert(contentsOf: fault, at: random.below(text.count + 1))
            }
            if round % 8 != 0 { text.append(UInt8(ascii: "\"")) }
            for _ in 0..<random.below(3) { text += Self.pieces[random.below(Self.pieces.count)] }
            let expected = portable(text)
            for kernels in Self.all {
                let found = wide(text, kernels)
                #expect(found.end == expected.end, "\(String(decoding: text, as: UTF8.self))")
                // Behind a fault nobody asks for the escapes.
                guard expected.end >= 0 else { continue }
                #expect(found.hasEscapes == expected.hasEscapes)
            }
        }
    }

    @Test func everyEscapeAndCharacterIsJudgedAtEveryPlace() {
        for piece in Self.pieces + Self.faults {
            for place in 0..<140 {
                var text = [UInt8](repeating: UInt8(ascii: "x"), count: place)
                text += piece + Array("tail\"".utf8)
                let expected = portable(text)
                for kernels in Self.all { #expect(wide(text, kernels).end == expected.end) }
            }
        }
    }

    @Test func valuesEndWhereTheIndexerSays() throws {
        for name in fixtureNames("json", suffix: ".json") {
            let text = try fixture("json", name)
            guard text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") else {
                continue
            }
            var indexer = JSONIndexer()
            let expected: (count: Int, hasBlanks: Bool)? = ByteView.with(text.span.bytes) {
                guard let view = try? indexer.index($0) else { return nil }
                return (view.end(.root), view.hasBlanks(.root))
            }
            for kernels in Self.all {
                var hasBlanks = false
                let found = text.withUnsafeBufferPointer { bytes in
                    bytes.baseAddress.map {
                        kernels.pointee.value_end(
                            $0, bytes.count, UInt32(Limits().depthLimit), &hasBlanks)
                    } ?? json_kernel_none
                }
                if let expected {
                    #expect(found == expected.count, "\(name)")
                    #expect(hasBlanks == expected.hasBlanks, "\(name)")
                } else if found != json_kernel_none {
                    // The value itself is sound: the fault stands behind it.
                    let value = Array(text.prefix(found))
                    #expect(fault(in: value) == nil, "\(name)")
                }
            }
        }
    }

    /// What a kernel says of the value that a text begins with: its length or -1, and its blanks.
    private func value(
        _ text: [UInt8], _ kernels: UnsafePointer<json_kernels>
    ) -> (count: Int, hasBlanks: Bool) {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return (-1, false) }
            var hasBlanks = false
            let limit = UInt32(Limits().depthLimit)
            return (kernels.pointee.value_end(base, bytes.count, limit, &hasBlanks), hasBlanks)
        }
    }

    /// What the indexer says of a text that is one value.
    private func indexed(
        _ text: [UInt8], _ indexer: inout JSONIndexer
    ) -> (count: Int, hasBlanks: Bool)? {
        ByteView.with(text.span.bytes) {
            guard let view = try? indexer.index($0) else { return nil }
            return (view.end(.root), view.hasBlanks(.root))
        }
    }

    @Test func changedValuesAreJudgedAsTheIndexerDoes() throws {
        var random = SplitMix(state: 11)
        var indexer = JSONIndexer()
        var soundCount = 0
        for round in 0..<60_000 {
            var text: [UInt8] = [UInt8(ascii: "[")]
            // Padding moves what follows to every place of a step.
            text += Array(repeating: UInt8(ascii: " "), count: random.below(3) * random.below(40))
            appendValue(to: &text, &random, depth: 0)
            text.append(UInt8(ascii: "]"))
            for _ in 0..<(round % 4 == 0 ? 0 : random.below(3)) { change(&text, &random) }
            guard text.first == UInt8(ascii: "[") else { continue }
            let expected = indexed(text, &indexer)
            soundCount += expected == nil ? 0 : 1
            for kernels in Self.all {
                let found = value(text, kernels)
                if let expected {
                    #expect(found == expected, "\(String(decoding: text, as: UTF8.self))")
                } else if found.count >= 0 {
                    // The value itself is sound: the fault stands behind it.
                    let prefix = Array(text.prefix(found.count))
                    #expect(
                        indexed(prefix, &indexer) != nil,
                        "\(String(decoding: text, as: UTF8.self))")
                }
            }
        }
        #expect(soundCount > 20_000)
    }

    private func appendValue(to text: inout [UInt8], _ random: inout SplitMix, depth: Int) {
        let blank = random.below(6) == 0
        if blank { text += Array(" \t\r\n".utf8).prefix(random.below(5)) }
        switch random.below(depth > 4 ? 6 : 10) {
        case 0...2: appendString(to: &text, &random)
        case 3, 4:
            let scalars = [
                "0", "-0", "12", "-1.5e+10", "1E400", "true", "false", "null", "123456789012345678",
                "0.000000000000000000000000000000000000000000000000000000000000000000000000001",
            ]
            text += Array(scalars[random.below(scalars.count)].utf8)
        case 5: text += Array(["{}", "[]", "{ }", "[\n]", "\"\""][random.below(5)].utf8)
        case 6, 7:
            text.append(UInt8(ascii: "["))
            for index in 0..<random.below(5) {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                appendValue(to: &text, &random, depth: depth + 1)
            }
            text.append(UInt8(ascii: "]"))
        default:
            text.append(UInt8(ascii: "{"))
            for index in 0..<random.below(5) {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                if blank { text.append(UInt8(ascii: " ")) }
                appendString(to: &text, &random)
                if blank { text.append(UInt8(ascii: "\n")) }
                text.append(UInt8(ascii: ":"))
                appendValue(to: &text, &random, depth: depth + 1)
            }
            text.append(UInt8(ascii: "}"))
        }
        if blank { text.append(UInt8(ascii: "\t")) }
    }

    private func appendString(to text: inout [UInt8], _ random: inout SplitMix) {
        text.append(UInt8(ascii: "\""))
        for _ in 0..<random.below(6) { text += Self.pieces[random.below(Self.pieces.count)] }
        text.append(UInt8(ascii: "\""))
    }

    /// Breaks a text in some way, or leaves it sound by chance.
    private func change(_ text: inout [UInt8], _ random: inout SplitMix) {
        guard !text.isEmpty else { return }
        let place = random.below(text.count)
        let signs = Array("{}[]:,\"\\ 0-.eutfn\n\u{1}".utf8) + [0x80, 0xC3, 0xED, 0xF0]
        switch random.below(5) {
        case 0: text.remove(at: place)
        case 1: text.insert(signs[random.below(signs.count)], at: place)
        case 2: text[place] = signs[random.below(signs.count)]
        case 3: text.insert(contentsOf: Self.faults[random.below(Self.faults.count)], at: place)
        default: text.removeSubrange(place...)
        }
    }

    @Test func base64EndsAtTheFirstOtherByte() {
        var random = SplitMix(state: 8)
        let stops = Array("\"\\-_\n".utf8) + [0x80, 0xFF, 0x00]
        for count in 0..<200 {
            var text = (0..<count).map { _ in UInt8(ascii: "A") + UInt8(random.below(26)) }
            for kernels in Self.all { #expect(base64End(text, kernels) == count) }
            guard count > 0 else { continue }
            let place = random.below(count)
            text[place] = stops[random.below(stops.count)]
            for kernels in Self.all { #expect(base64End(text, kernels) == place) }
        }
    }

    private func base64End(_ text: [UInt8], _ kernels: UnsafePointer<json_kernels>) -> Int {
        text.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { Int(kernels.pointee.base64_end($0, bytes.count)) } ?? 0
        }
    }

    @Test func escapesComeAndGoAsWithoutKernels() {
        var random = SplitMix(state: 12)
        let controls: [[UInt8]] = [[0x0A], [0x1F], [0x00], [0x09], [0x08], [0x0C], [0x0D]]
        for round in 0..<20_000 {
            var interior: [UInt8] = []
            for _ in 0..<random.below(14) {
                interior += Self.pieces[random.below(Self.pieces.count)]
            }
            let text = bytes(of: interior) { $0.append(unescapingPortably: $1) }
            #expect(bytes(of: interior) { $0.append(unescaping: $1) } == text)
            var plain = text
            if round % 2 == 0 {
                let control = controls[random.below(controls.count)]
                plain.insert(contentsOf: control, at: random.below(plain.count + 1))
            }
            let escaped = bytes(of: plain) { $0.append(escapingPortably: $1) }
            #expect(bytes(of: plain) { $0.append(escaping: $1) } == escaped)
            for kernels in Self.all {
                let result = copied(interior, kernels.pointee.unescape)
                let stop = interior[result.taken...]
                #expect(stop.isEmpty || stop.starts(with: Array("\\u".utf8)))
                #expect(text.starts(with: result.copy))
                let back = copied(plain, kernels.pointee.escape)
                #expect(plain[back.taken...].first.map { $0 < 0x20 } ?? true)
                #expect(escaped.starts(with: back.copy))
            }
        }
    }

    private func bytes(
        of text: [UInt8], _ append: (inout ByteBuffer, ByteView) -> Void
    ) -> [UInt8] {
        var buffer = ByteBuffer()
        ByteView.with(text.span.bytes) { append(&buffer, $0) }
        return (0..<buffer.view.count).map { buffer.view[$0] }
    }

    private typealias Copy =
        @convention(c) (
            UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?
        ) -> Int

    private func copied(_ text: [UInt8], _ copy: Copy?) -> (taken: Int, copy: [UInt8]) {
        var target = [UInt8](repeating: 0, count: 2 * text.count + 64)
        var written = 0
        let taken = text.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.flatMap { copy?($0, bytes.count, &target, &written) } ?? 0
        }
        return (taken, Array(target.prefix(written)))
    }

    @Test func blanksGoAndNothingElse() {
        var random = SplitMix(state: 9)
        for _ in 0..<4_000 {
            var spaced: [UInt8] = []
            var plain: [UInt8] = []
            for _ in 0..<random.below(30) {
                if random.below(2) == 0 {
                    spaced.append(contentsOf: Array(" \t\r\n".utf8).prefix(random.below(5)))
                }
                var token = Array(
                    ["{", "}", ":", ",", "1.5e3", "null", "[]"][random.below(7)].utf8)
                if random.below(2) == 0 {
                    token = [UInt8(ascii: "\"")]
                    for _ in 0..<random.below(4) {
                        token += Self.pieces[random.below(Self.pieces.count)]
                    }
                    token.append(UInt8(ascii: "\""))
                }
                spaced += token
                plain += token
            }
            for kernels in Self.all {
                var target = [UInt8](repeating: 0, count: spaced.count + 64)
                let count = spaced.withUnsafeBufferPointer { bytes in
                    bytes.baseAddress.map {
                        Int(kernels.pointee.minify($0, bytes.count, &target))
                    } ?? 0
                }
                #expect(Array(target.prefix(count)) == plain)
                var escaped = [UInt8](repeating: 0, count: 3 * spaced.count + 128)
                let length = spaced.withUnsafeBufferPointer { bytes in
                    bytes.baseAddress.map {
                        Int(kernels.pointee.minify_escaping($0, bytes.count, &escaped))
                    } ?? 0
                }
                let expected = self.bytes(of: plain) { $0.append(escapingPortably: $1) }
                #expect(Array(escaped.prefix(length)) == expected)
            }
        }
    }

    @Test func lastLineFeedIsFound() {
        for count in 0..<100 {
            var text = [UInt8](repeating: UInt8(ascii: "x"), count: count)
            #expect(ByteView.with(text.span.bytes) { $0.lastLineFeed } == nil)
            for place in 0..<count {
                text[place] = UInt8(ascii: "\n")
                #expect(ByteView.with(text.span.bytes) { $0.lastLineFeed } == place)
            }
        }
    }
}

/// A small generator of random numbers, the same everywhere.
struct SplitMix {
    var state: UInt64

    /// A number from 0 up to a bound, which is not reached.
    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(bound, 1)))
    }
}
