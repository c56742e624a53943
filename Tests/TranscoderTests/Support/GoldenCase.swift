// SPDX-License-Identifier: Apache-2.0

// One line of a golden file: an input, options, and what is to come of it.

import Foundation
import JSONLCodec
import Testing

@testable import Transcoder

/// A golden case, in the format of docs/RULINGS.md, "E Case files".
struct GoldenCase {
    let name: String
    let kind: RecordKind
    let source: String
    let target: String
    let options: [String: Any]
    /// The client's requests by id, raw.
    let requests: [(id: String, body: [UInt8])]
    let input: [UInt8]
    let expected: [UInt8]?
    let expectedRaw: String?
    let error: String?
    let warnings: [String]

    init(line: [UInt8]) throws {
        let parsed = try #require(
            JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        name = try #require(parsed["name"] as? String)
        kind = try #require(RecordKind(rawValue: parsed["kind"] as? String ?? ""))
        source = try #require(parsed["from"] as? String)
        target = try #require(parsed["to"] as? String)
        options = parsed["options"] as? [String: Any] ?? [:]
        error = parsed["error"] as? String
        warnings = (parsed["warnings"] as? [String] ?? []).sorted()
        expectedRaw = parsed["expected_raw"] as? String
        let raw = RawMembers(line)
        if let text = raw["input_raw"] {
            // Foundation's parser takes byte order marks out of strings.
            var plain = ByteBuffer()
            ByteView.with(text.span.bytes) { plain.append(unescaping: $0.slice(1, $0.count - 1)) }
            input = plain.bytes
        } else {
            input = try #require(raw["input"])
        }
        expected = raw["expected"]
        requests =
            raw["options"].flatMap { RawMembers($0)["requests"] }.map { RawMembers($0).compact }
            ?? []
    }

    /// The configuration that the options ask for.
    func configuration() throws -> Configuration {
        let body = options["bedrock_body"] as? String
        let targetName = target == "bedrock" ? body.map { "bedrock/\($0)" } ?? target : target
        var configuration = Configuration(target: try #require(FormatID(targetName)))
        configuration.source = FormatID(source)
        configuration.kind = kind
        configuration.onError = .skip
        configuration.options.model = options["model"] as? String
        configuration.options.created = options["created"] as? Int
        if let name = options["gemini_id"] as? String {
            configuration.options.geminiID = try #require(.init(rawValue: name))
        }
        if let name = options["openai_max_tokens_field"] as? String {
            let spelling: ConversionOptions.OpenAIMaxTokens = try #require(.init(rawValue: name))
            configuration.options.openAIMaxTokens = spelling
        }
        if let name = options["gemini_schema"] as? String {
            configuration.options.geminiSchema = try #require(.init(rawValue: name))
        }
        if options["strict"] as? Bool == true { configuration.options.onLoss = .fail }
        if !requests.isEmpty { configuration.requests = makeRequestIndex() }
        return configuration
    }

    private func makeRequestIndex() -> RequestIndex {
        var file: [UInt8] = []
        for (id, body) in requests {
            var line = ByteBuffer()
            var name = ByteBuffer()
            name.append(utf8: id)
            line.append("{\"recordId\":\"")
            line.append(escaping: name.view)
            line.append("\",\"modelInput\":")
            line.append(body.span.bytes)
            line.append("}\n")
            file += line.bytes
        }
        var builder = RequestIndexBuilder()
        builder.feed(file.span.bytes)
        return builder.finish(bytes: MemoryRequests(bytes: file))
    }
}

/// A request file that is held in memory.
struct MemoryRequests: RequestBytes {
    let bytes: [UInt8]

    func read(offset: Int, count: Int, into buffer: inout ByteBuffer) -> Bool {
        guard offset + count <= bytes.count else { return false }
        buffer.append(Array(bytes[offset..<offset + count]).span.bytes)
        return true
    }
}

/// The members of an object as they are spelled.
struct RawMembers {
    let all: [(id: String, body: [UInt8])]
    /// The same without blanks between the tokens.
    let compact: [(id: String, body: [UInt8])]

    init(_ json: [UInt8]) {
        var indexer = JSONIndexer()
        (all, compact) = ByteView.with(json.span.bytes) { text in
            guard let view = try? indexer.index(text) else { return ([], []) }
            let all = view.members(.root).map { name, value in
                (id: view.decoded(name), body: json.slice(view.start(value), view.end(value)))
            }
            let compact = view.members(.root).map { name, value in
                var buffer = ByteBuffer()
                buffer.append(minified: value, of: view)
                return (id: view.decoded(name), body: buffer.bytes)
            }
            return (all, compact)
        }
    }

    subscript(name: String) -> [UInt8]? { all.first { $0.id == name }?.body }
}

extension [UInt8] {
    fileprivate func slice(_ lower: Int, _ upper: Int) -> [UInt8] { Array(self[lower..<upper]) }
}
