// SPDX-License-Identifier: Apache-2.0

// Runs conversions in memory and compares what comes out.

import Foundation
import JSONLCodec

@testable import Transcoder

/// What came of a conversion.
struct Outcome {
    var output: [UInt8] = []
    var report = Report()

    /// The losses as golden cases write them: `code:path`, sorted.
    var warnings: [String] {
        report.losses.flatMap { loss in
            let path = loss.path.hasPrefix("$.") ? String(loss.path.dropFirst(2)) : loss.path
            return Array(repeating: "\(loss.code.rawValue):\(path)", count: loss.count)
        }.sorted()
    }

    /// The output as text.
    var text: String { String(decoding: output, as: UTF8.self) }
}

/// Converts bytes, cut into chunks of a size.
func convert(
    _ input: [UInt8], _ configuration: Configuration, chunkByteCount: Int = .max
) throws -> Outcome {
    var outcome = Outcome()
    var transcoder = try Transcoder(configuration)
    var start = 0
    while start < input.count {
        let end = min(input.count, start + min(chunkByteCount, input.count))
        let chunk = Array(input[start..<end])
        transcoder.feed(chunk.span.bytes) { outcome.append($0) }
        start = end
    }
    transcoder.finish { outcome.append($0) }
    outcome.report = transcoder.report
    return outcome
}

extension Outcome {
    fileprivate mutating func append(_ bytes: RawSpan) {
        for index in 0..<bytes.byteCount {
            output.append(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
        }
    }
}

/// JSON values that can be compared: numbers by value, objects without order, and strings that
/// hold JSON (tool arguments, Converse's schemas) as what they hold.
enum Canonical {
    /// A canonical text of a JSON value.
    static func text(_ json: [UInt8]) throws -> String {
        let value = try JSONSerialization.jsonObject(
            with: Data(json), options: [.fragmentsAllowed])
        let data = try JSONSerialization.data(
            withJSONObject: normalized(value, under: ""),
            options: [.sortedKeys, .fragmentsAllowed, .prettyPrinted, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    private static func normalized(_ value: Any, under name: String) -> Any {
        switch value {
        case let object as [String: Any]:
            return Dictionary(
                uniqueKeysWithValues: object.map { ($0.key, normalized($0.value, under: $0.key)) })
        case let array as [Any]:
            return array.map { normalized($0, under: "") }
        case let text as String where name == "arguments" || name == "schema":
            let inner = try? JSONSerialization.jsonObject(
                with: Data(text.utf8), options: [.fragmentsAllowed])
            return inner.map { normalized($0, under: "") } ?? text
        default:
            return value
        }
    }
}
