// SPDX-License-Identifier: Apache-2.0

// The Responses API: what its records lose, what is missing in them, and how they are recognised.

import Foundation
import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct ResponsesTests {
    private func convert(
        _ lines: [String], _ kind: RecordKind, _ source: String, _ target: String,
        _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> Outcome {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.source = FormatID(source)
        configuration.kind = kind
        configuration.onError = .skip
        configuration.options.model = "m"
        configuration.options.created = 1
        change(&configuration)
        let text = lines.map { $0 + "\n" }.joined()
        return try TranscoderTests.convert(Array(text.utf8), configuration)
    }

    // MARK: - Log probabilities

    /// The bytes are made of each token's own text, also where a line is like one before it.
    @Test func bytesAreThoseOfTheToken() throws {
        let lines = ["a", "b", #"\u00e9"#, "cd", #"\""#].map { token in
            #"{"id":"b","custom_id":"r","response":{"status_code":200,"request_id":"q","body":"#
                + #"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":["#
                + #"{"index":0,"message":{"role":"assistant","content":"x","refusal":null},"#
                + #""logprobs":{"content":[{"token":"\#(token)","logprob":-0.50,"bytes":null,"#
                + #""top_logprobs":[]}],"refusal":null},"finish_reason":"stop"}]}},"error":null}"#
        }
        for learnsShapes in [true, false] {
            let outcome = try convert(lines, .result, "openai", "openai/responses") {
                $0.learnsShapes = learnsShapes
            }
            let bytes = outcome.text.split(separator: "\n").map { line in
                line.components(separatedBy: #""bytes":"#).last?.prefix { $0 != "]" } ?? ""
            }
            #expect(bytes == ["[97", "[98", "[195,169", "[99,100", "[34"], "\(outcome.text)")
            #expect(outcome.text.contains(#""logprob":-0.50,"bytes":[97],"top_logprobs":[]}"#))
        }
    }

    // MARK: - The endpoint

    private func endpoint(_ body: String) throws -> OpenAIEndpoint? {
        var indexer = JSONIndexer()
        var text = ByteBuffer()
        text.append(utf8: body)
        return OpenAIEndpoint(input: .root, try indexer.index(text.view))
    }

    /// Whatever embeddings and moderations lack, tells a response, and nothing without a value.
    @Test(arguments: ResponsesTerms.BodyMember.allCases)
    func membersTellTheEndpoint(member: ResponsesTerms.BodyMember) throws {
        guard member != .input else { return }
        let isShared = member == .model || member == .user
        let name = member.rawValue
        #expect(try endpoint(#"{"input":"x","\#(name)":1}"#) == (isShared ? nil : .responses))
        #expect(try endpoint(#"{"\#(name)":[],"input":"x"}"#) == (isShared ? nil : .responses))
        #expect(try endpoint(#"{"input":"x","\#(name)":null}"#) == nil)
        #expect(try endpoint(#"{"\#(name)":1,"messages":[]}"#) == .chat)
        #expect(try endpoint(#"{"input":["x"],"\#(name)":1}"#) == .embeddings)
        #expect(try endpoint(#"{"input":"x","\#(name)":1,"dimensions":5}"#) == .embeddings)
        #expect(try endpoint(#"{"input":[{"role":"user"}],"\#(name)":1}"#) == .responses)
    }

    /// Services that name the endpoint where the batch is made have lines without it.
    @Test(arguments: [OpenAIService.mistral, .together])
    func linesWithoutAPathAreReadBack(service: OpenAIService) throws {
        func written(_ config: String) throws -> String {
            let line =
                #"{"recordId":"r1","modelInput":{"messages":[{"role":"user","content":["#
                + #"{"text":"q"}]}]\#(config)}}"#
            let outcome = try convert([line], .request, "bedrock", "openai/responses") {
                $0.options.openAIService = service
            }
            #expect(!outcome.text.contains("url"))
            return String(outcome.text.dropLast())
        }
        let line = try written(#","inferenceConfig":{"temperature":0.5}"#)
        let back = try convert([line], .request, "openai", "bedrock")
        #expect(back.text.contains(#""inferenceConfig":{"temperature":0.5}"#))
        #expect(back.warnings == ["endpoint.assumed:url"])
        // A model and a text are as much as embeddings and moderations have.
        let bare = try convert([try written("")], .request, "openai", "bedrock")
        #expect(bare.report.errors.map(\.code) == ["endpoint.unsupported"])
    }

    // MARK: - Signatures

    private static let answers = [
        "openai/responses":
            #"{"custom_id":"r","response":{"status_code":200,"body":{"object":"response","#
            + #""status":"completed","output":[{"type":"reasoning","encrypted_content":"s","#
            + #""summary":[{"type":"summary_text","text":"t"}]}]}}}"#,
        "gemini":
            #"{"key":"r","response":{"candidates":[{"content":{"parts":[{"text":"t","#
            + #""thought":true,"thoughtSignature":"s"}]},"finishReason":"STOP"}]}}"#,
        "anthropic":
            #"{"custom_id":"r","result":{"type":"succeeded","message":{"content":["#
            + #"{"type":"thinking","thinking":"t","signature":"s"}],"stop_reason":"end_turn"}}}"#,
    ]

    /// Claude's are reported at the block, others where they stand (I-A4).
    @Test(arguments: [
        ("openai/responses", "openai/chat", "response.body.output[0].encrypted_content"),
        ("gemini", "openai/chat", "response.candidates[0].content.parts[0].thoughtSignature"),
        ("gemini", "openai/responses", "response.candidates[0].content.parts[0].thoughtSignature"),
        ("anthropic", "openai/chat", "result.message.content[0]"),
        ("anthropic", "openai/responses", "result.message.content[0]"),
    ])
    func signaturesAreReportedWhereTheyStand(
        source: String, target: String, place: String
    ) throws {
        let line = try #require(Self.answers[source])
        let outcome = try convert([line], .result, source, target) {
            $0.options.openAIReasoning = .reasoning
        }
        #expect(outcome.warnings == ["reasoning.signature_dropped:\(place)"])
    }

    // MARK: - Tool choice

    /// What is missing is named as the dialect has it.
    @Test(arguments: [
        ("responses", #""tool_choice":{"type":"function"}"#, "tool_choice.name"),
        (
            "responses", #""tool_choice":{"type":"function","function":{}}"#,
            "tool_choice.function.name"
        ),
        ("responses", #""tool_choice":{"type":"allowed_tools"}"#, "tool_choice.tools"),
        ("chat", #""tool_choice":{"type":"function"}"#, "tool_choice.function"),
        ("chat", #""tool_choice":{"type":"function","function":{}}"#, "tool_choice.function.name"),
        ("chat", #""tool_choice":{"type":"allowed_tools"}"#, "tool_choice.allowed_tools"),
        (
            "chat", #""tool_choice":{"type":"allowed_tools","allowed_tools":{}}"#,
            "tool_choice.allowed_tools.tools"
        ),
        ("chat", #""function_call":{}"#, "function_call.name"),
    ])
    func whatIsChosenIsMissing(dialect: String, members: String, place: String) throws {
        let path = dialect == "chat" ? "chat/completions" : "responses"
        let messages = #"[{"role":"user","content":"q"}]"#
        let prompt = dialect == "chat" ? #""messages":\#(messages)"# : #""input":\#(messages)"#
        let line = #"{"custom_id":"r","url":"/v1/\#(path)","body":{\#(prompt),\#(members)}}"#
        let error = try convert([line], .request, "openai", "gemini").report.errors.first
        #expect(error?.code == "missing_field")
        #expect(error?.path == "$.body.\(place)")
    }

    /// What stands beside a failure is reported, and what it says is kept.
    @Test(arguments: [
        (#""status":"cancelled","output":[]"#, 499, "", false),
        (
            #""status":"cancelled","output":[{"type":"reasoning"}],"error":{"message":"why"}"#, 499,
            "why", true
        ),
        (
            #""status":"failed","error":{"code":"server_error","message":"m"},"output":[{}]"#, 500,
            "m",
            true
        ),
    ])
    func failuresBesideOutput(
        members: String, status: Int, message: String, isReported: Bool
    ) throws {
        let line =
            #"{"id":"b","custom_id":"r","response":{"status_code":200,"request_id":"q","body":"#
            + #"{"object":"response",\#(members)}},"error":null}"#
        let outcome = try convert([line], .result, "openai", "bedrock")
        #expect(outcome.text.contains(#""errorCode":\#(status)"#), "\(outcome.text)")
        #expect(message.isEmpty || outcome.text.contains(#""errorMessage":"\#(message)""#))
        #expect(outcome.warnings.contains("param.dropped:response.body.output") == isReported)
    }
}
