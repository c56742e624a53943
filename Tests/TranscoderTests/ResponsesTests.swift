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
}
