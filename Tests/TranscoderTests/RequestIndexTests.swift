// SPDX-License-Identifier: Apache-2.0

// Joining results with the client's own requests, and ids over a whole file.

import Foundation
import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct RequestIndexTests {
    private let requests = Array(
        """
        {"recordId":"a b","modelInput": {"messages": [ {"role":"user","content":[{"text":"1"}]}]}}
        \u{20}
        {"modelInput":{"messages":[{"role":"user","content":[{"text":"2"}]}],"toolConfig":{"tools":\
        [{"toolSpec":{"name":"9 lives","inputSchema":{"json":{}}}},{"toolSpec":{"name":"f",\
        "inputSchema":{"json":{}}}}]}},"recordId":"a_b"}
        {"recordId":"caf\\u00e9","modelInput":{"messages":[{"role":"user","content":[{"text":"3"}]}]}}
        broken
        """.utf8)

    private func index(chunk: Int = .max, results: String = "gemini") -> RequestIndex {
        var builder = RequestIndexBuilder(results: FormatID(results))
        var start = 0
        while start < requests.count {
            let end = min(requests.count, start + min(chunk, requests.count))
            builder.feed(Array(requests[start..<end]).span.bytes)
            start = end
        }
        return builder.finish(bytes: MemoryRequests(bytes: requests))
    }

    private func convert(
        _ lines: String, from source: String, to target: String = "bedrock", chunk: Int = .max
    ) throws -> Outcome {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.source = FormatID(source)
        configuration.kind = .result
        configuration.onError = .skip
        configuration.requests = index(chunk: chunk, results: source)
        return try TranscoderTests.convert(Array(lines.utf8), configuration)
    }

    private func failed(_ id: String) -> String {
        #"{"custom_id":"\#(id)","result":{"type":"canceled"}}"# + "\n"
    }

    @Test(arguments: [1, 7, 100, .max])
    func theEchoIsTheClientsOwnBytes(chunk: Int) throws {
        let line = #"{"key":"a b","error":{"code":3,"message":"m"}}"#
        let outcome = try convert(line, from: "gemini", chunk: chunk)
        #expect(
            outcome.text == """
                {"recordId":"a b","modelInput":{"messages": [ {"role":"user","content":\
                [{"text":"1"}]}]},"error":{"errorCode":400,"errorMessage":"m"}}

                """)
        #expect(outcome.warnings.isEmpty)
        #expect(index(chunk: chunk).count == 3)
    }

    @Test func unknownIDsAreReported() throws {
        let outcome = try convert(#"{"key":"zz","error":{"code":3}}"#, from: "gemini")
        #expect(!outcome.text.contains("modelInput"))
        #expect(outcome.warnings == ["result.model_input_missing:recordId"])
    }

    @Test func idsThatWereSpelledAnewComeBack() throws {
        let outcome = try convert(
            failed("a_b") + failed("a_b_2") + failed("caf_"), from: "anthropic")
        let ids = outcome.text.split(separator: "\n").map { $0.dropFirst(13).prefix { $0 != "\"" } }
        #expect(ids == ["a b", "a_b", "café"])
        #expect(outcome.text.components(separatedBy: "modelInput").count == 4)
    }

    /// A request that no conversion takes leaves its spelling to the next one.
    @Test func rejectedRequestsTakeNoSpelling() throws {
        let file = Array(
            """
            {"recordId":"a b","modelInput":{"messages":[{"role":"assistant","content":[{"text":"x"}]}]}}
            {"recordId":"a.b","modelInput":{"messages":[{"role":"user","content":[{"text":"x"}]}]}}
            """.utf8)
        var builder = RequestIndexBuilder(results: FormatID("anthropic"))
        builder.feed(file.span.bytes)
        var configuration = Configuration(target: try #require(FormatID("bedrock")))
        configuration.requests = builder.finish(bytes: MemoryRequests(bytes: file))
        let outcome = try TranscoderTests.convert(Array(failed("a_b").utf8), configuration)
        #expect(outcome.text.hasPrefix(#"{"recordId":"a.b","#))
    }

    /// Vertex shuffles its results, so their place in the file tells nothing.
    @Test func shuffledResultsAreNotJoinedByLine() throws {
        let line = #"{"status":"","request":{"contents":[]},"response":{"candidates":[]}}"#
        let outcome = try convert(line, from: "gemini")
        #expect(outcome.text.hasPrefix(#"{"recordId":"record-1","modelOutput":"#))
        #expect(
            outcome.warnings == ["id.synthesized:key", "result.model_input_missing:recordId"])
    }

    @Test func namesOfToolsThatWereSpelledAnewComeBack() throws {
        let line = """
            {"custom_id":"a_b","response":{"status_code":200,"body":{"choices":[{"message":{\
            "role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",\
            "function":{"name":"9_lives","arguments":"{}"}},{"id":"c2","type":"function",\
            "function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}}}
            """
        let outcome = try convert(line, from: "openai")
        #expect(outcome.text.contains(#""name":"9 lives""#))
        #expect(outcome.text.contains(#""name":"f""#))
    }

    @Test func resultsWithoutAnIDGetTheOneOfTheirLine() throws {
        let line = #"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#
        let outcome = try convert("\n\n" + line, from: "gemini")
        #expect(outcome.text.hasPrefix(#"{"recordId":"a_b","modelInput":{"#))
        #expect(outcome.warnings.isEmpty)
    }
}

@Suite struct RecordIDTests {
    private func convert(
        _ ids: [String], to target: String, kind: RecordKind = .request, chunk: Int = .max
    ) throws -> Outcome {
        let lines = ids.map { id in
            kind == .request
                ? #"{"recordId":\#(id),"modelInput":{"messages":[{"role":"user","content":[{"text":"q"}]}]}}"#
                : #"{"recordId":\#(id),"error":{"errorCode":400,"errorMessage":"m"}}"#
        }
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.source = FormatID("bedrock")
        configuration.kind = kind
        configuration.onError = .skip
        configuration.keepsRejects = true
        configuration.options.model = "m"
        let input = Array(lines.joined(separator: "\n").utf8)
        return try TranscoderTests.convert(input, configuration, chunkByteCount: chunk)
    }

    private func ids(_ outcome: Outcome) -> [Substring] {
        outcome.text.split(separator: "\n").map { $0.dropFirst(14).prefix { $0 != "\"" } }
    }

    @Test(arguments: [50, .max])
    func idsThatStandTwiceAreRefusedWhereTheProviderRefusesThem(chunk: Int) throws {
        let same = [#""a""#, #""b""#, #""\u0061""#, "5", #""5""#, #""a""#]
        for target in ["openai", "anthropic"] {
            let outcome = try convert(same, to: target, chunk: chunk)
            #expect(outcome.report.recordsWritten == 3)
            #expect(
                outcome.report.errors.map(\.code)
                    == Array(repeating: "duplicate_custom_id", count: 3))
            #expect(outcome.report.errors.map(\.place.line) == [3, 5, 6])
            #expect(outcome.report.errors.map { $0.firstUse?.line } == [1, 4, 1])
            #expect(outcome.report.errors.allSatisfy { $0.path == "$.recordId" })
        }
        #expect(try convert(same, to: "gemini").report.recordsWritten == 6)
    }

    @Test(arguments: [60, .max])
    func illegalIDsAreSpelledWithoutCollisions(chunk: Int) throws {
        let long = String(repeating: "é", count: 70)
        let outcome = try convert(
            [#""a b""#, #""a_b""#, #""a.b""#, #""a_b_2""#, "\"\(long)\"", "\"\(long)x\"", "7"],
            to: "anthropic", chunk: chunk)
        let bars = String(repeating: "_", count: 64)
        #expect(
            ids(outcome) == [
                "a_b", "a_b_2", "a_b_3", "a_b_2_2", Substring(bars),
                Substring(bars.prefix(62) + "_2"),
                "7",
            ])
        // One note a record: a legal id that was taken counts as well.
        let rewritten = outcome.report.losses.filter { $0.code == .idRewritten }
        #expect(rewritten.map(\.count).reduce(0, +) == 7)
        #expect(rewritten.allSatisfy { $0.path == "$.recordId" })
    }

    @Test func resultsOfOneIDKeepOneSpelling() throws {
        let outcome = try convert(
            [#""a b""#, #""a_b""#, #""a b""#, #""a_b""#], to: "anthropic", kind: .result)
        #expect(ids(outcome) == ["a_b", "a_b_2", "a_b", "a_b_2"])
    }

    @Test func aRejectedRecordTakesNoID() throws {
        let bad = #"{"recordId":"a","modelInput":{"messages":[]}}"#
        let good = bad.replacingOccurrences(
            of: "[]", with: #"[{"role":"user","content":[{"text":"q"}]}]"#)
        var configuration = Configuration(target: try #require(FormatID("openai")))
        configuration.onError = .skip
        configuration.options.model = "m"
        let outcome = try TranscoderTests.convert(Array((bad + "\n" + good).utf8), configuration)
        #expect(outcome.report.recordsWritten == 1)
        #expect(outcome.report.errors.map(\.code) == ["content.empty"])
    }
}
