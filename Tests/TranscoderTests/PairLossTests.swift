// SPDX-License-Identifier: Apache-2.0

// The table of what is lost between two dialects, held against what conversions lose.

import Foundation
import Testing

@testable import Transcoder

@Suite struct PairLossTests {
    /// Codes that depend on a record alone, or on members that a single provider has; no pair of
    /// capabilities tells them.
    private static let ofRecords: Set<String> = [
        "param.defaulted", "id.synthesized", "endpoint.assumed", "system.hoisted",
        "messages.prefill", "tool_args.invalid", "safety.dropped", "param.dropped",
        "content.renamed", "param.approximated",
    ]

    @Test func everyLossOfTheFixturesIsInTheTable() throws {
        var count = 0
        for folder in Fixtures.folders(in: "cases") {
            for (pair, losses) in try Spellings(folder, .request).losses {
                let names = pair.components(separatedBy: " -> ")
                guard names.count == 2, let source = FormatID(names[0]),
                    let target = FormatID(names[1])
                else { continue }
                let table = try #require(PairLoss.all(from: source, to: target))
                let codes = Set(table.map(\.code))
                for loss in losses {
                    let code = String(loss.prefix { $0 != ":" })
                    #expect(
                        codes.contains(code) || Self.ofRecords.contains(code),
                        "\(folder.lastPathComponent), \(pair): \(loss)")
                    count += 1
                }
            }
        }
        #expect(count > 100)
    }

    @Test func aDialectLosesNothingToItself() throws {
        for name in FormatID.allNames {
            let format = try #require(FormatID(name))
            guard let losses = PairLoss.all(from: format, to: format) else {
                #expect(name.hasSuffix("/auto"))
                continue
            }
            #expect(losses == [], "\(name)")
        }
    }

    @Test func whatACapabilityLacksIsNamed() throws {
        func table(_ source: String, _ target: String) throws -> [PairLoss] {
            let from = try #require(FormatID(source))
            let to = try #require(FormatID(target))
            return try #require(PairLoss.all(from: from, to: to))
        }
        let loss = { PairLoss(concept: $0, code: $1, isRefused: $2) }
        let toBedrock = try table("openai", "bedrock")
        #expect(toBedrock.contains(loss("logit bias", "param.dropped", false)))
        #expect(toBedrock.contains(loss("temperature over 1", "param.clamped", false)))
        #expect(
            toBedrock.contains(loss("content at an address on the web", "content.remote_url", true))
        )
        let toTitan = try table("anthropic", "bedrock/titan")
        #expect(
            toTitan.contains(loss("anything but one text of the user", "prompt.unsupported", true)))
        #expect(!toTitan.contains { $0.concept.contains("tool") })
        let toCohere = try table("gemini/embed-content", "bedrock/cohere-embed")
        #expect(
            toCohere == [
                loss(
                    "vectors of other lengths than 256, 512, 1024, 1536", "embedding.dimensions",
                    true),
                loss(
                    "no word of what the vectors are for: documents", "param.defaulted", false),
                loss("tasks of which the target has a nearest one", "param.approximated", false),
            ])
        #expect(try table("bedrock/titan-embed", "gemini/embed-content") == [])
        #expect(try table("openai/embeddings", "gemini").map(\.code) == ["endpoint.unsupported"])
        #expect(try table("bedrock", "bedrock/titan-embed").map(\.code) == ["body.unsupported"])
    }
}
