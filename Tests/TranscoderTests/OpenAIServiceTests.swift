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
}
