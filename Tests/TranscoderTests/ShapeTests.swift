// SPDX-License-Identifier: Apache-2.0

// Records that are replayed from known shapes against the same records, all converted: every
// byte, every loss, every count must be the same, whatever stands in the slots.

import Foundation
import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct ShapeTests {
    /// A kind of records and a pair of formats.
    struct Direction: CustomTestStringConvertible {
        let kind: RecordKind
        let source: String
        let target: String
        var testDescription: String { "\(kind) \(source) -> \(target)" }

        static let all: [Direction] = RecordKind.allCases.flatMap { kind in
            Fixtures.spellings.flatMap { source in
                FormatID.allNames.compactMap { target in
                    target == source ? nil : Direction(kind: kind, source: source, target: target)
                }
            }
        }

        func configuration(learnsShapes: Bool) throws -> Configuration {
            var configuration = Configuration(target: try #require(FormatID(target)))
            configuration.source = FormatID(source)
            configuration.kind = kind
            configuration.onError = .skip
            configuration.keepsRejects = true
            configuration.options.model = "claude-3-gemini"
            configuration.options.created = 1_700_000_000
            configuration.learnsShapes = learnsShapes
            return configuration
        }
    }

    /// The records of the fixtures, by kind and format.
    private static let records: [String: [[UInt8]]] = {
        var records: [String: [[UInt8]]] = [:]
        for (folder, kind) in [("cases", RecordKind.request), ("results", .result)] {
            for name in Fixtures.folders(in: folder) {
                for format in Fixtures.spellings {
                    let file = name.appending(path: Fixtures.fileName(format))
                    guard let lines = try? Fixtures.lines(file) else { continue }
                    records["\(kind) \(format)", default: []] += lines
                }
            }
        }
        return records
    }()

    @Test(arguments: Direction.all)
    func replayedRecordsAreWhatConvertedOnesAre(_ direction: Direction) throws {
        var random = Mutator(seed: UInt64(direction.testDescription.utf8.count) * 7919)
        var input: [UInt8] = []
        let records = Self.records["\(direction.kind) \(direction.source)"] ?? []
        for record in records {
            // The second is replayed, where something can be learned; then come its relatives.
            for line in [record, record] { input += line + [UInt8(ascii: "\n")] }
            for _ in 0..<10 { input += random.mutated(record) + [UInt8(ascii: "\n")] }
            input += record + [UInt8(ascii: "\n")]
        }
        try check(input, direction)
    }

    @Test(arguments: RealFiles.names)
    func realFilesGiveTheSame(name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: RealFiles.folder.appending(path: name)))
        let folder = name.split(separator: "/")[0].split(separator: "-")
        let kind = try #require(RecordKind(rawValue: String(folder[1])))
        let source = folder[0] == "vertex" ? "gemini" : String(folder[0])
        var random = Mutator(seed: 11)
        var input: [UInt8] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(200).map(Array.init) {
            input += line + [UInt8(ascii: "\n")]
            input += random.mutated(line) + [UInt8(ascii: "\n")]
        }
        for target in FormatRegistry.names where target != source {
            try check(input, Direction(kind: kind, source: source, target: target))
        }
    }

    @Test func shapesAreLearnedAndUsed() throws {
        let direction = Direction(kind: .request, source: "openai", target: "bedrock")
        let conversion = try Conversion(direction.configuration(learnsShapes: true))
        var converter = BlockConverter(conversion)
        var block: [UInt8] = []
        for number in 0..<100 {
            let line = """
                {"custom_id": "r\(number)", "method": "POST", "url": "/v1/chat/completions", \
                "body": {"model": "m", "messages": [{"role": "user", "content": "\
                \(String(repeating: "word ", count: number + 1))"}], "max_tokens": \(number)}}\n
                """
            block += Array(line.utf8)
        }
        let position = BlockPosition(file: 0, firstLine: 1, isFileStart: true)
        converter.convert(block.span.bytes, position)
        // The first record is converted, the ninety-nine others are written from its shape.
        #expect(converter.replayedCount == 99)
    }

    /// Lines of both endpoints in turn, each by what was learned from its own kind; those that are
    /// in the target's dialect already are copied, and nothing is learned from them.
    @Test(arguments: [("gemini", 98), ("openai/responses", 49), ("openai/chat", 49), ("openai", 0)])
    func endpointsAreToldApart(target: String, expected: Int) throws {
        let direction = Direction(kind: .request, source: "openai", target: target)
        var block: [UInt8] = []
        for number in 0..<100 {
            let body =
                number % 2 == 0 ? #""messages":[{"role":"user","content":"a"}]"# : #""input":"a""#
            let path = number % 2 == 0 ? "chat/completions" : "responses"
            let line = """
                {"custom_id":"r\(number)","method":"POST","url":"/v1/\(path)",\
                "body":{"model":"m",\(body)}}\n
                """
            block += Array(line.utf8)
        }
        var converter = BlockConverter(try Conversion(direction.configuration(learnsShapes: true)))
        converter.convert(
            block.span.bytes, BlockPosition(file: 0, firstLine: 1, isFileStart: true))
        #expect(converter.replayedCount == expected)
        try check(block, direction)
    }

    /// Prompts are judged by their text: what was learned from one must not pass a template in
    /// another, whichever way they go, nor one that is spelled with escapes.
    @Test(arguments: [
        ("bedrock/llama", "openai"), ("bedrock/titan", "gemini"), ("openai", "bedrock/llama"),
        ("openai", "bedrock/titan"), ("bedrock", "bedrock/mistral"),
    ])
    func templatesAreSeenInEveryPrompt(source: String, target: String) throws {
        let texts = [
            "a b", "a [INST] b", "User: a", "c d", #"a\nBot:"#, #"\u003cs\u003e"#, #"\u0041"#,
            "e f",
        ]
        var input: [UInt8] = []
        for (number, text) in (texts + texts).enumerated() {
            let bodies = [
                "bedrock/llama": #"{"prompt":"\#(text)","max_gen_len":5}"#,
                "bedrock/titan": #"{"inputText":"\#(text)","textGenerationConfig":{}}"#,
                "bedrock": #"{"messages":[{"role":"user","content":[{"text":"\#(text)"}]}]}"#,
                "openai": #"{"messages":[{"role":"user","content":"\#(text)"}]}"#,
            ]
            let body = try #require(bodies[source])
            let line =
                source == "openai"
                ? #"{"custom_id":"\#(number)","url":"/v1/chat/completions","body":\#(body)}"#
                : #"{"recordId":"\#(number)","modelInput":\#(body)}"#
            input += Array("\(line)\n".utf8)
        }
        let direction = Direction(kind: .request, source: source, target: target)
        try check(input, direction)
        let report = try convert(input, direction.configuration(learnsShapes: true)).report
        #expect(report.errors.count == 4)
        let codes: Set = ["body.unsupported", "prompt.unsupported"]
        #expect(report.errors.allSatisfy { codes.contains($0.code) })
    }

    private func check(_ input: [UInt8], _ direction: Direction) throws {
        let expected = try convert(input, direction.configuration(learnsShapes: false))
        let found = try convert(input, direction.configuration(learnsShapes: true))
        if found.output != expected.output {
            let lines = zip(
                found.output.split(separator: UInt8(ascii: "\n")),
                expected.output.split(separator: UInt8(ascii: "\n")))
            let pair = lines.first { $0.0 != $0.1 }
            Issue.record(
                """
                \(direction.testDescription)
                replayed:  \(String(decoding: pair?.0 ?? [], as: UTF8.self))
                converted: \(String(decoding: pair?.1 ?? [], as: UTF8.self))
                """)
        }
        #expect(found.report.losses == expected.report.losses, "\(direction.testDescription)")
        #expect(found.report.errors == expected.report.errors, "\(direction.testDescription)")
        let (left, right) = (found.report, expected.report)
        #expect(left.recordsRead == right.recordsRead)
        #expect(left.recordsWritten == right.recordsWritten)
        #expect(left.bytesCopied == right.bytesCopied, "\(direction.testDescription)")
        #expect(left.bytesRewritten == right.bytesRewritten, "\(direction.testDescription)")
        #expect(left.models.map(\.name) == right.models.map(\.name))
        #expect(left.models.map(\.records) == right.models.map(\.records))
    }
}

/// Changes records: other values in the place of some, other blanks, now and then a broken byte.
private struct Mutator {
    private var state: UInt64

    private static let strings = [
        "", " ", "x", "plain words", "tab\\tquote\\\"", "\\u00e9\\ud83d\\ude00",
        "caf\u{E9} \u{1F680}",
        "{\\\"a\\\":1}", "{\\\"a\\\": [1, \\\"b\\\"]}", "[1]", "JSON please", "user", "assistant",
        "call_1", "1call", "a.b:c", "data:image/png;base64,AAAA", "AAAA", "AA-_", "AAA",
        String(repeating: "long ", count: 40),
    ].map { Array("\"\($0)\"".utf8) }
    private static let numbers = [
        "0", "1", "7", "1.0", "0.5", "0.25", "1.5", "-1", "1e2", "5.0", "123456789012345",
        "1234567890123456", "12345678901234567890", "0.1e1",
    ].map { Array($0.utf8) }
    private static let others = ["true", "false", "null", "{}", "[]", "{\"b\": 1}", "[\"c\"]"]
        .map { Array($0.utf8) }

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: state >> 33) % max(bound, 1)
    }

    mutating func mutated(_ record: [UInt8]) -> [UInt8] {
        var line = record
        for _ in 0...below(3) {
            switch below(12) {
            case 0: line.insert(UInt8(ascii: " "), at: below(line.count))
            case 1: line[below(line.count)] = UInt8(truncatingIfNeeded: below(256))
            default: line = replacedValue(of: line)
            }
        }
        return line.filter { $0 != UInt8(ascii: "\n") }
    }

    private mutating func replacedValue(of line: [UInt8]) -> [UInt8] {
        let places: [(range: Range<Int>, kind: JSONKind)] = ByteView.with(line.span.bytes) {
            var indexer = JSONIndexer()
            guard let view = try? indexer.index($0) else { return [] }
            return (1..<UInt32(max(view.nodeCount, 2))).compactMap { position in
                guard position < view.nodeCount else { return nil }
                let id = NodeID(position)
                return (view.start(id)..<view.end(id), view.kind(id))
            }
        }
        guard !places.isEmpty else { return line }
        let (range, kind) = places[below(places.count)]
        let pool: [[UInt8]]
        switch kind {
        case .key: return line
        case .string: pool = below(8) == 0 ? Self.numbers : Self.strings
        case .number: pool = below(8) == 0 ? Self.strings : Self.numbers
        default: pool = below(4) == 0 ? Self.strings : Self.others
        }
        return Array(line[..<range.lowerBound]) + pool[below(pool.count)]
            + Array(line[range.upperBound...])
    }
}
