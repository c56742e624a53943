// SPDX-License-Identifier: Apache-2.0

// One meaning, many spellings: every format converts to the very bytes of every other.

import Foundation
import Testing

@testable import Transcoder

/// A folder of `Tests/Fixtures/cases` or `results`: the same record in several formats.
struct Spellings {
    let name: String
    let folder: URL
    let kind: RecordKind
    let formats: [String]
    /// `from -> to`, and the losses expected there.
    let losses: [String: [String]]
    let options: [String: Any]

    init(_ folder: URL, _ kind: RecordKind) throws {
        self.folder = folder
        self.kind = kind
        name = folder.lastPathComponent
        formats = Fixtures.spellings.filter { format in
            FileManager.default.fileExists(
                atPath: folder.appending(path: Fixtures.fileName(format)).path)
        }
        losses = try Self.losses(folder.appending(path: "losses.txt"))
        let file = folder.appending(path: "options.json")
        if let data = try? Data(contentsOf: file) {
            let parsed = try JSONSerialization.jsonObject(with: data)
            options = parsed as? [String: Any] ?? [:]
        } else {
            options = [:]
        }
    }

    private static func losses(_ file: URL) throws -> [String: [String]] {
        var losses: [String: [String]] = [:]
        let text = try String(contentsOf: file, encoding: .utf8)
        for line in text.split(separator: "\n") {
            let cells = line.components(separatedBy: ": ")
            guard cells.count == 2 else { continue }
            losses[cells[0], default: []].append(cells[1])
        }
        return losses.mapValues { $0.sorted() }
    }

    /// The bytes of one spelling; `source` where it depends on where the record comes from.
    func bytes(_ format: String, from source: String? = nil) throws -> [UInt8] {
        if let source {
            let special = folder.appending(path: Fixtures.fileName(format, from: source))
            if let data = try? Data(contentsOf: special) { return [UInt8](data) }
        }
        return [UInt8](try Data(contentsOf: folder.appending(path: Fixtures.fileName(format))))
    }

    func configuration(_ source: String, _ target: String) throws -> Configuration {
        // To the provider's own name alone, the dialect would stay as it is.
        let isOwn = source.hasPrefix(target + "/")
        let dialect = isOwn ? FormatRegistry.format(named: target)?.dialects.first?.name : nil
        let name = [target, dialect].compactMap(\.self).joined(separator: "/")
        var configuration = Configuration(target: try #require(FormatID(name)))
        configuration.source = FormatID(source)
        configuration.kind = kind
        configuration.onError = .skip
        configuration.options.model = options["model"] as? String
        configuration.options.created = options["created"] as? Int
        if kind == .request, configuration.options.model == nil {
            let models = ["openai": "gpt-4o-mini", "anthropic": "claude-sonnet-4-5"]
            configuration.options.model = models[configuration.target.provider]
        }
        return configuration
    }
}

@Suite struct CaseTests {
    static let requests = Fixtures.folders(in: "cases")
    static let results = Fixtures.folders(in: "results")

    @Test(arguments: requests)
    func requestsAgree(folder: URL) throws { try check(Spellings(folder, .request)) }

    @Test(arguments: results)
    func resultsAgree(folder: URL) throws { try check(Spellings(folder, .result)) }

    @Test func thereAreCases() {
        #expect(Self.requests.count >= 25)
        #expect(Self.results.count >= 15)
    }

    private func check(_ spellings: Spellings) throws {
        for source in spellings.formats {
            for target in spellings.formats {
                let pair = "\(source) -> \(target)"
                let outcome = try convert(
                    spellings.bytes(source), spellings.configuration(source, target))
                let expected = try spellings.bytes(target, from: source)
                #expect(
                    outcome.text == String(decoding: expected, as: UTF8.self),
                    "\(spellings.name) \(pair): \(outcome.report.errors.map(\.message))")
                #expect(
                    outcome.warnings == spellings.losses[pair] ?? [],
                    "\(spellings.name) \(pair)")
                let detected = Detection.detect(line: spellings.line(source).span.bytes)
                let names = detected.map { [$0.format.provider, "\($0.format)"] } ?? []
                #expect(names.contains(source), "\(spellings.name) \(source)")
                #expect(detected?.kind == spellings.kind, "\(spellings.name) \(source)")
            }
        }
    }
}

extension Spellings {
    /// The record without its line feed.
    fileprivate func line(_ format: String) -> [UInt8] {
        ((try? bytes(format)) ?? []).filter { $0 != UInt8(ascii: "\n") }
    }
}
