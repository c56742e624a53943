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
