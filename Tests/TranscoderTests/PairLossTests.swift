// SPDX-License-Identifier: Apache-2.0

// The table of what is lost between two dialects, held against what conversions lose.

import Foundation
import Testing

@testable import Transcoder

@Suite struct PairLossTests {
    /// Codes that depend on a record alone, or on members that a single provider has; no pair of
    /// capabilities tells them.
    private static let ofRecords: Set<String> = [
        "id.synthesized", "id.rewritten", "endpoint.assumed", "system.hoisted",
        "messages.prefill", "json.bom_skipped",
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

    /// Faults of a record by itself, whatever it is converted to.
    private static let ofRecordsAlone: Set<String> = [
        "missing_field", "wrong_type", "content.empty", "content.media_type", "not_an_object",
        "tool_result.orphan", "endpoint.unsupported", "body.unsupported", "duplicate_custom_id",
        "embedding.dimensions", "embedding.multiple_inputs", "embedding.token_input",
    ]

    @Test func everyLossOfTheGoldenCasesIsInTheTable() throws {
        var count = 0
        for file in Fixtures.files(in: "golden") + Fixtures.files(in: "golden-own") {
            for line in try Fixtures.lines(file) {
                let golden = try GoldenCase(line: line)
                guard golden.kind == .request, golden.target != "bedrock/auto" else { continue }
                let found = Detection.detect(line: golden.input.span.bytes)
                let source = found?.format ?? FormatID(golden.source)
                let target = try golden.configuration().target
                guard let source, source != target,
                    let table = PairLoss.all(from: source, to: target)
                else { continue }
                let codes = Set(table.map(\.code))
                var met = golden.warnings.map { String($0.prefix { $0 != ":" }) }
                if let error = golden.error, !error.hasPrefix("json."),
                    !Self.ofRecordsAlone.contains(error), golden.options["strict"] == nil
                {
                    met.append(error)
                }
                for code in met where !Self.ofRecords.contains(code) {
                    #expect(codes.contains(code), "\(golden.name): \(source) -> \(target): \(code)")
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
        for expected in [
            loss("pictures", "content.unsupported:image", true),
            loss(
                "vectors of other lengths than 256, 512, 1024, 1536", "embedding.dimensions", true),
            loss("no word of what the vectors are for: documents", "param.defaulted", false),
            loss("tasks of which the target has a nearest one", "param.approximated", false),
        ] {
            #expect(toCohere.contains(expected), "\(expected)")
        }
        let fromTitan = try table("bedrock/titan-embed", "gemini/embed-content")
        #expect(fromTitan.filter(\.isRefused).map(\.code) == ["content.unsupported:image"])
        // A side that names no dialect is of the kind that the other one is.
        #expect(try table("openai/embeddings", "gemini") == table("openai", "gemini/embed-content"))
        #expect(
            try table("openai/embeddings", "gemini/vertex").map(\.code) == ["endpoint.unsupported"])
        #expect(
            try table("bedrock/converse", "bedrock/titan-embed").map(\.code)
                == ["body.unsupported"])
        let bedrock = try #require(FormatID("bedrock"))
        let embeddings = try #require(FormatID("openai/embeddings"))
        #expect(PairLoss.all(from: embeddings, to: bedrock) == nil)
    }
}
