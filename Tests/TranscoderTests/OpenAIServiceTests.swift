// SPDX-License-Identifier: Apache-2.0

// Lines for the services that take OpenAI's files: each in its own form, and read again as it was.

import Foundation
import Testing

@testable import Transcoder

@Suite struct OpenAIServiceTests {
    private static let line = """
        {"recordId":"r1","modelInput":{"messages":[{"role":"user","content":[{"text":"q"}]}],\
        "inferenceConfig":{"maxTokens":5}}}
        """

    private func convert(
        _ text: String, _ target: String, _ service: OpenAIService,
        _ maxTokens: ConversionOptions.OpenAIMaxTokens? = nil
    ) throws -> Outcome {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.options.model = target.hasPrefix("openai") ? "m" : nil
        configuration.options.openAIService = service
        configuration.options.openAIMaxTokens = maxTokens
        return try TranscoderTests.convert(Array(text.utf8), configuration)
    }

    @Test(arguments: [
        (
            OpenAIService.openai, "openai",
            #","method":"POST","url":"/v1/chat/completions","body":{"model":"m","#,
            #""max_completion_tokens":5"#
        ),
        (
            .azure, "openai", #","method":"POST","url":"/chat/completions","body":{"model":"m","#,
            #""max_completion_tokens":5"#
        ),
        (
            .azure, "openai/responses",
            #","method":"POST","url":"/responses","body":{"model":"m","#,
            #""max_output_tokens":5"#
        ),
        (.mistral, "openai", #"{"custom_id":"r1","body":{"model":"m","#, #""max_tokens":5"#),
        (.together, "openai", #"{"custom_id":"r1","body":{"model":"m","#, #""max_tokens":5"#),
    ])
    func everyServiceHasItsLines(
        _ service: OpenAIService, _ target: String, _ envelope: String, _ limit: String
    ) throws {
        let text = try convert(Self.line, target, service).text
        #expect(text.contains(envelope) && text.contains(limit), "\(text)")
        // Whoever has written them, they say what they said.
        let back = try convert(text, "bedrock", .openai)
        #expect(back.text == Self.line + "\n")
        let isBare = service == .mistral || service == .together
        #expect(back.warnings == (isBare ? ["endpoint.assumed:url"] : []))
    }

    @Test func theSpellingOfTheLimitCanBeNamed() throws {
        let text = try convert(Self.line, "openai", .mistral, .maxCompletionTokens).text
        #expect(text.contains(#""max_completion_tokens":5"#))
        #expect(
            try convert(Self.line, "openai", .azure, .maxTokens).text.contains(#""max_tokens":5"#))
    }

    // MARK: - Names and members of the services

    private func bodyLine(_ members: String, _ lineMembers: String = "") -> String {
        #"{"custom_id":"r1"\#(lineMembers),"body":{"model":"m","messages":["#
            + #"{"role":"user","content":"q"}]\#(members)}}"#
    }

    @Test(arguments: [
        (#","random_seed":7"#, #""seed":7"#, ""),
        (#","random_seed":7,"seed":7"#, #""seed":7"#, "param.dropped:body.seed"),
        (#","top_k":4"#, nil, "param.dropped:body.top_k"),
        (#","tool_choice":"auto","min_p":0.1"#, nil, "param.dropped:body.min_p"),
    ])
    func namesOfServicesAreRead(members: String, setting: String?, loss: String) throws {
        let path = #","method":"POST","url":"/v1/chat/completions""#
        let outcome = try convert(bodyLine(members, path), "gemini", .openai)
        let config = setting.map { #","generationConfig":{\#($0)}"# } ?? ""
        let contents = #""contents":[{"role":"user","parts":[{"text":"q"}]}]"#
        #expect(outcome.text == #"{"key":"r1","request":{\#(contents)\#(config)}}"# + "\n")
        #expect(outcome.warnings == (loss.isEmpty ? [] : [loss]))
        let sampled = try convert(bodyLine(#","top_k":4"#, path), "gemini", .together)
        #expect(sampled.text.contains(#""generationConfig":{"topK":4}"#))
        let wrong = try convert(bodyLine(#","random_seed":"4""#, path), "gemini", .openai)
        #expect(wrong.report.errors.map(\.code) == ["wrong_type"])
    }

    private static let own =
        #","seed":3,"top_k":4,"user":"u","logit_bias":{"1":2},"verbosity":"low","store":false,"#
        + #""safety_identifier":"s","tools":[{"type":"function","function":{"name":"f"}},"#
        + #"{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"allowed_tools","#
        + #""allowed_tools":{"mode":"required","tools":[{"type":"function","function":"#
        + #"{"name":"g"}}]}}"#

    /// A file of OpenAI's own format is written anew for a service that is named.
    @Test func mistralIsGivenWhatItTakes() throws {
        let outcome = try convert(bodyLine(Self.own), "openai", .mistral)
        let members =
            #","top_k":4,"random_seed":3,"tools":[{"type":"function","function":{"name":"g","#
            + #""parameters":{"type":"object","properties":{}}}}],"tool_choice":"required""#
        #expect(outcome.text == bodyLine(members) + "\n")
        #expect(
            Set(outcome.warnings)
                == [
                    "endpoint.assumed:url", "param.dropped:body.user",
                    "param.dropped:body.logit_bias", "param.dropped:body.verbosity",
                    "safety.dropped:body.safety_identifier",
                ])
    }

    @Test func togetherIsGivenOpenAIsMembers() throws {
        let outcome = try convert(bodyLine(#","user":"u","top_k":4,"seed":3"#), "openai", .together)
        #expect(outcome.text == bodyLine(#","top_k":4,"seed":3,"user":"u""#) + "\n")
        #expect(outcome.warnings == ["endpoint.assumed:url"])
    }

    /// Whatever the endpoint is, it stays; where no service is named, the line does.
    @Test(arguments: [
        ("chat/completions", #""messages":[{"role":"user","content":"q"}]"#),
        ("responses", #""instructions":"i","input":"q""#),
        ("embeddings", #""input":"q","dimensions":5"#),
    ])
    func aFileOfItsOwnFormatIsWrittenAnew(path: String, members: String) throws {
        func line(_ url: String?) -> String {
            let endpoint = url.map { #""method":"POST","url":"\#($0)","# } ?? ""
            return #"{"custom_id":"r1",\#(endpoint)"body":{"model":"m",\#(members)}}"#
        }
        let full = line("/v1/" + path)
        for target in ["openai", "openai/\(path.prefix { $0 != "/" })"] {
            #expect(try convert(full, target, .azure).text == line("/" + path) + "\n")
            #expect(try convert(line("/" + path), target, .openai).text == full + "\n")
            let bare = try convert(full, target, .mistral).text
            let renamed = line(nil).replacing("dimensions", with: "output_dimension")
            #expect(bare == renamed + "\n")
        }
        let configuration = Configuration(target: try #require(FormatID("openai")))
        let spaced = full.replacing(",", with: ", ")
        #expect(try TranscoderTests.convert(Array(spaced.utf8), configuration).text == spaced)
    }

    // MARK: - Thoughts

    private func result(
        _ text: String, _ target: String, _ reasoning: ConversionOptions.OpenAIReasoning
    ) throws -> Outcome {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.kind = .result
        configuration.options.created = 1
        configuration.options.openAIReasoning = reasoning
        return try TranscoderTests.convert(Array(text.utf8), configuration)
    }

    private func chat(_ message: String) -> String {
        #"{"id":"b","custom_id":"r","response":{"status_code":200,"request_id":"q","body":"#
            + #"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"#
            + #""message":{"role":"assistant",\#(message)},"logprobs":null,"#
            + #""finish_reason":"stop"}]}},"error":null}"#
    }

    @Test(arguments: [
        (#""content":"a","reasoning_content":"t","reasoning":null"#, "t", [String]()),
        (#""reasoning":"t","content":"a","reasoning_content":"""#, "t", []),
        (
            #""reasoning":"t","content":"a","reasoning_content":"t""#, "t",
            ["reasoning.dropped:response.body.choices[0].message.reasoning_content"]
        ),
        (
            #""reasoning":{"x":1},"content":"a""#, nil,
            ["reasoning.dropped:response.body.choices[0].message.reasoning"]
        ),
        (#""reasoning":"","content":"a""#, nil, []),
    ])
    func thoughtsOfServicesAreRead(
        message: String, thought: String?, losses: [String]
    ) throws {
        let outcome = try result(chat(message), "gemini", .reasoning)
        let parts = thought.map { #"{"text":"\#($0)","thought":true},"# } ?? ""
        #expect(outcome.text.contains(#""parts":[\#(parts){"text":"a"}]"#), "\(outcome.text)")
        #expect(outcome.warnings == losses)
        let dropped = try result(chat(message), "gemini", .drop)
        #expect(dropped.text.contains(#""parts":[{"text":"a"}]"#))
        #expect(dropped.warnings.isEmpty == (thought == nil && losses.isEmpty))
    }

    @Test(arguments: ConversionOptions.OpenAIReasoning.allCases)
    func thoughtsAreWrittenWhereTheServiceHasThem(
        spelling: ConversionOptions.OpenAIReasoning
    ) throws {
        let line = #"""
            {"key":"r","response":{"candidates":[{"content":{"role":"model","parts":[\#
            {"text":"t\n","thought":true},{"text":"\"u","thought":true},\#
            {"text":"a","thoughtSignature":"AA=="}]},"finishReason":"STOP"}],"modelVersion":"m",\#
            "responseId":"c"}}
            """#
        let outcome = try result(line, "openai", spelling)
        let thoughts = #","\#(spelling.rawValue)":"t\n\"u""#
        let message =
            #""message":{"role":"assistant","content":"a","refusal":null"#
            + (spelling == .drop ? "" : thoughts) + "}"
        #expect(outcome.text.contains(message), "\(outcome.text)")
        let part = "response.candidates[0].content.parts"
        #expect(
            outcome.warnings
                == (spelling == .drop
                    ? [
                        "reasoning.dropped:\(part)[0]", "reasoning.dropped:\(part)[1]",
                        "reasoning.dropped:\(part)[2].thoughtSignature",
                    ] : ["reasoning.signature_dropped:\(part)[2].thoughtSignature"]))
        // What was written so is read so.
        let back = try result(outcome.text, "gemini", spelling)
        #expect(back.text.contains(#""thought":true"#) == (spelling != .drop))
    }
}
