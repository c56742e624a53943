// SPDX-License-Identifier: Apache-2.0

// Lines that go to their own provider as they are, but for what a batch needs of each: an id, so
// that its answer can be told from the others, and that it is not blank.

import JSONLCodec
import Transcoder

/// Gives ids to lines that have none, and leaves blank lines out.
final class LineNaming {
    private let member: String
    private var scanner = LineScanner()

    /// Creates a filter for lines of a provider's own dialect.
    init(provider: String) {
        member =
            switch provider {
            case "bedrock": "recordId"
            case "openai": "custom_id"
            default: "key"
            }
    }

    /// The lines that further bytes complete.
    func name(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        scanner.feed(bytes) { [member] in Self.append($1, $0, member, to: &output) }
        return output
    }

    /// The last lines.
    func end(_ bytes: [UInt8]) -> [UInt8] {
        var output = name(bytes)
        scanner.finish { [member] in Self.append($1, $0, member, to: &output) }
        return output
    }

    private static func append(
        _ line: ArraySlice<UInt8>, _ summary: RecordSummary, _ member: String,
        to output: inout [UInt8]
    ) {
        var rest = line
        if summary.id == nil, let brace = line.firstIndex(of: UInt8(ascii: "{")) {
            output.append(contentsOf: line[...brace])
            rest = line[(brace + 1)...]
            let next: UInt8 = rest.first { $0 > 0x20 } ?? 0
            let comma = next == UInt8(ascii: "}") ? "" : ","
            let name = "\"\(member)\":\"record-\(summary.line)\"" + comma
            output.append(contentsOf: name.utf8)
        }
        output.append(contentsOf: rest)
        output.append(UInt8(ascii: "\n"))
    }
}
