// SPDX-License-Identifier: Apache-2.0

// Results of requests without ids: joined by the request that the provider repeats.

import Foundation
import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct RequestEchoTests {
    // MARK: - Meaning

    private func meaning(_ text: String) throws -> UInt64 {
        var indexer = JSONIndexer()
        var bytes = ByteBuffer()
        bytes.append(utf8: text)
        let view = try indexer.index(bytes.view)
        return view.meaning(of: .root)
    }

    @Test(arguments: [
        (#"{"a":1,"b":[1,2]}"#, #"{ "b" : [1.0, 2e0], "a": 10e-1 }"#),
        (#"{"a":{}}"#, #"{"a":{"b":null},"c":null}"#), (#"{"a":"é"}"#, #"{"\u0061":"\u00e9"}"#),
        ("[0]", "[-0.0]"), ("1e400", "2e400"), (#""🚀""#, #""\ud83d\ude80""#),
        (#"{"a":[{"x":1,"y":2}]}"#, #"{"a":[{"y":2,"x":1.00}]}"#),
    ])
    func spellingsOfOneMeaning(one: String, other: String) throws {
        #expect(try meaning(one) == meaning(other))
    }

    @Test(arguments: [
        (#"{"a":1,"b":2}"#, #"{"a":2,"b":1}"#), ("[1,2]", "[2,1]"), ("[]", "{}"), ("[null]", "[]"),
        (#"{"a":"1"}"#, #"{"a":1}"#), (#"{"a":true}"#, #"{"a":false}"#), ("[[1],2]", "[[1,2]]"),
        (#"{"a":{"b":1}}"#, #"{"b":{"a":1}}"#), (#"{"a":"b"}"#, #"{"b":"a"}"#),
        (#"{"a":0}"#, #"{"a":false}"#), (#"{"a":[]}"#, #"{}"#), (#""a""#, #""b""#),
        (#"{"a":1,"c":{"a":1}}"#, #"{"c":{"a":1}}"#),
    ])
    func otherMeanings(one: String, other: String) throws {
        #expect(try meaning(one) != meaning(other))
    }

    // MARK: - Vertex AI

    private static let requests = ["one", "two", "two", "three", "two"].map { text in
        #"{"request":{"contents":[{"role":"user","parts":[{"text":"\#(text)"}]}],"#
            + #""generationConfig":{"temperature":1.0}}}"#
    }

    private static func result(_ text: String, _ answer: String) -> String {
        #"{"status":"","processed_time":"2025-01-01T00:00:00Z","request":{"#
            + #""generationConfig":{"temperature":1,"topK":null},"contents":[{"parts":[{"text":"#
            + #""\#(text)","file_data":null}],"role":"user"}],"tools":null},"response":{"#
            + #""candidates":[{"content":{"parts":[{"text":"\#(answer)"}],"role":"model"},"#
            + #""finishReason":"STOP"}]}}"#
    }

    private func index(_ lines: [String]) -> RequestIndex {
        let bytes = Array(lines.joined(separator: "\n").utf8)
        var builder = RequestIndexBuilder()
        builder.feed(bytes.span.bytes)
        return builder.finish(bytes: MemoryRequests(bytes: bytes))
    }

    private func convert(
        _ results: [String], of requests: [String], from source: String, to target: String,
        chunk: Int = .max
    ) throws -> Outcome {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.source = FormatID(source)
        configuration.kind = .result
        configuration.onError = .skip
        configuration.options.model = "m"
        configuration.options.created = 1
        configuration.requests = index(requests)
        let text = Array(results.joined(separator: "\n").utf8)
        return try TranscoderTests.convert(text, configuration, chunkByteCount: chunk)
    }

    /// Whatever comes between them: ids are those of the lines, in the order of the results.
    @Test(
        arguments: ["bedrock", "openai", "anthropic", "gemini/generate-content"], [1, 300, Int.max])
    func everyRequestGetsOneResult(target: String, chunk: Int) throws {
        let results = [
            ("two", "A"), ("three", "B"), ("two", "C"), ("other", "D"), ("one", "E"), ("two", "F"),
        ].map(Self.result)
        let outcome = try convert(
            results, of: Self.requests, from: "vertex", to: target, chunk: chunk)
        let member =
            target == "bedrock" ? "recordId" : target.hasPrefix("gem") ? "key" : "custom_id"
        let found = outcome.text.split(separator: "\n").map { line in
            let id = line.components(after: #""\#(member)":""#)
            let answer = "ABCDEF".first { line.contains(#":"\#($0)""#) }
            return "\(answer.map(String.init) ?? "?") \(id)"
        }
        #expect(
            found == [
                "A record-2", "B record-4", "C record-3", "D result-4", "E record-1",
                "F record-5",
            ])
        // The one that answers nothing of the file has the name of its own line.
        #expect(outcome.warnings.filter { $0.hasPrefix("id.synthesized") }.count == 1)
    }

    @Test func idsComeBeforeEchoes() throws {
        let labelled =
            #"{"request":{"contents":[{"parts":[{"text":"two"}],"role":"user"}],"#
            + #""labels":{"my_custom_id":"x"}}}"#
        let requests = [
            #"{"custom_id":"b","request":{"contents":[]}}"#, Self.requests[1], labelled,
        ]
        let results = [
            #"{"custom_id":"b","status":"","request":{"contents":[]},"response":{"candidates":[]}}"#,
            #"{"status":"Bad Request: x","request":{"contents":[{"parts":[{"text":"two"}],"#
                + #""role":"user"}],"labels":{"my_custom_id":"x"}},"response":{}}"#,
            Self.result("two", "A"),
        ]
        let index = index(requests)
        #expect((0..<3).map { index.id(at: $0) } == ["b", "record-2", "x"])
        let outcome = try convert(results, of: requests, from: "vertex", to: "openai")
        let ids = outcome.text.split(separator: "\n").map {
            $0.components(after: #""custom_id":""#)
        }
        #expect(ids == ["b", "x", "record-2"])
    }

    /// Bedrock gives ids of its own to records that have none.
    @Test func idsThatTheProviderHasMadeUpGiveWay() throws {
        let bodies = ["one", "two"].map {
            #"{"messages":[{"role":"user","content":[{"text":"\#($0)"}]}],"#
                + #""inferenceConfig":{"temperature":0.50}}"#
        }
        let output =
            #""modelOutput":{"output":{"message":{"role":"assistant","content":[{"text":"a"}]}},"#
            + #""stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}"#
        let results = bodies.reversed().enumerated().map {
            #"{"modelInput":\#($1.replacing("0.50", with: "0.5")),\#(output),"recordId":"RECORD0\#($0)"}"#
        }
        let requests = bodies.map { #"{"modelInput":\#($0)}"# }
        let outcome = try convert(results, of: requests, from: "bedrock", to: "openai")
        let ids = outcome.text.split(separator: "\n").map {
            $0.components(after: #""custom_id":""#)
        }
        #expect(ids == ["record-2", "record-1"])
        #expect(outcome.warnings.isEmpty)
    }
}

extension StringProtocol {
    /// The text between some characters and the next quote.
    fileprivate func components(after mark: String) -> String {
        let rest = components(separatedBy: mark).dropFirst().first ?? ""
        return String(rest.prefix { $0 != "\"" })
    }
}
