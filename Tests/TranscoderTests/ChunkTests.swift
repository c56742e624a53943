// SPDX-License-Identifier: Apache-2.0

// The output does not depend on how the input is cut into chunks, or on blocks.

import Foundation
import JSONLCodec
import Testing

@testable import Transcoder

@Suite struct ChunkTests {
    /// All records of a kind and format of the fixtures, good and bad, with blank lines between.
    static func file(_ kind: RecordKind, _ format: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for folder in Fixtures.folders(in: kind == .request ? "cases" : "results") {
            let dialects = Fixtures.spellings.filter {
                $0 == format || $0.hasPrefix("\(format)/")
            }
            let files = dialects.compactMap {
                try? Data(contentsOf: folder.appending(path: Fixtures.fileName($0)))
            }
            guard !files.isEmpty else { continue }
            for file in files { bytes += [UInt8](file) }
            bytes += Array("\r\n{\"broken\":\n \n".utf8)
        }
        return bytes
    }

    /// The names of all dialects of embeddings.
    private static let embeddingTargets = FormatRegistry.all.flatMap { format in
        format.embeddingDialects.map { "\(format.name)/\($0.name)" }
    }

    func configuration(
        _ kind: RecordKind, _ source: String, _ target: String
    ) throws -> Configuration {
        var configuration = Configuration(target: try #require(FormatID(target)))
        configuration.kind = kind
        configuration.source = FormatID(source)
        configuration.onError = .skip
        configuration.keepsRejects = true
        configuration.options.model = "claude-sonnet-4-5"
        return configuration
    }

    @Test(arguments: RecordKind.allCases, FormatRegistry.names)
    func everySplitGivesTheSameBytes(kind: RecordKind, source: String) throws {
        let input = try Self.file(kind, source)
        for target in FormatID.allNames {
            let configuration = try configuration(kind, source, target)
            let whole = try convert(input, configuration)
            // Anthropic has no embeddings, so that there is nothing to write.
            let isForeign = source == "anthropic" && Self.embeddingTargets.contains(target)
            #expect(!whole.output.isEmpty || isForeign)
            for chunk in [1, 2, 3, 7, 61, 1024, 4096] {
                let pieces = try convert(input, configuration, chunkByteCount: chunk)
                #expect(pieces.output == whole.output, "\(target), chunks of \(chunk)")
                #expect(pieces.warnings == whole.warnings)
                #expect(pieces.report.errors == whole.report.errors)
                #expect(pieces.report.blankLines == whole.report.blankLines)
            }
        }
    }

    /// Every record alone, cut in two at every byte.
    @Test(arguments: FormatRegistry.names)
    func everyCutOfARecordGivesTheSameBytes(source: String) throws {
        for folder in Fixtures.folders(in: "cases") {
            let file = folder.appending(path: "\(source).jsonl")
            guard let data = try? Data(contentsOf: file), data.count < 700 else { continue }
            let input = [UInt8](data)
            let configuration = try configuration(.request, source, "gemini")
            let whole = try convert(input, configuration)
            for cut in 1..<input.count {
                var outcome: [UInt8] = []
                var transcoder = try Transcoder(configuration)
                let append = { (bytes: RawSpan) in
                    bytes.withUnsafeBytes { outcome += Array($0) }
                }
                transcoder.feed(Array(input[..<cut]).span.bytes, append)
                transcoder.feed(Array(input[cut...]).span.bytes, append)
                transcoder.finish(append)
                #expect(outcome == whole.output, "\(folder.lastPathComponent) at \(cut)")
            }
        }
    }

    /// Blocks of any size, converted by several converters and committed in order.
    @Test(arguments: FormatRegistry.names)
    func blocksOfSeveralConvertersGiveTheSameBytes(source: String) throws {
        let input = try Self.file(.request, source)
        for target in FormatID.allNames {
            let configuration = try configuration(.request, source, target)
            let whole = try convert(input, configuration)
            let conversion = try Conversion(configuration)
            var first = BlockConverter(conversion)
            var second = BlockConverter(conversion)
            var sequencer = RecordSequencer(conversion)
            var output: [UInt8] = []
            var line = 1
            let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, bytes) in lines.enumerated() where index < lines.count - 1 {
                let block = Array(bytes) + [UInt8(ascii: "\n")]
                let position = BlockPosition(
                    file: 0, firstLine: line, isFileStart: index == 0)
                if index % 2 == 0 {
                    first.convert(block.span.bytes, position)
                    sequencer.commit(&first)
                    first.withOutput { $0.withUnsafeBytes { output += Array($0) } }
                } else {
                    second.convert(block.span.bytes, position)
                    sequencer.commit(&second)
                    second.withOutput { $0.withUnsafeBytes { output += Array($0) } }
                }
                line += 1
            }
            #expect(output == whole.output, "\(target)")
            #expect(sequencer.report.errors == whole.report.errors)
            #expect(sequencer.report.losses == whole.report.losses)
        }
    }

    @Test(arguments: [Configuration.ErrorPolicy.skip, .stop])
    func copiedRecordsStayBesideDuplicates(policy: Configuration.ErrorPolicy) throws {
        func line(_ id: String, _ url: String, _ input: String) -> String {
            #"{"custom_id":"\#(id)","method":"POST","url":"\#(url)","body":{"model":"m",\#(input)}}"#
        }
        let messages = #""messages":[{"role":"user","content":"q"}]"#
        let copied = ["b", "c", "e"].map { line($0, "/v1/chat/completions", messages) }
        let converted = ["a", "a", "d"].map { line($0, "/v1/responses", #""input":"q""#) }
        let lines = [
            converted[0], copied[0], copied[1], converted[1], copied[2], converted[2],
        ]
        var configuration = Configuration(target: try #require(FormatID("openai/chat")))
        configuration.source = FormatID("openai")
        configuration.kind = .request
        configuration.onError = policy
        let outcome = try convert(Array(lines.joined(separator: "\n").utf8), configuration)
        #expect(outcome.report.errors.map(\.code) == ["duplicate_custom_id"])
        let written = outcome.text.split(separator: "\n").map(String.init)
        let a = line("a", "/v1/chat/completions", messages)
        let d = line("d", "/v1/chat/completions", messages)
        let all = [a, copied[0], copied[1], copied[2], d]
        #expect(written == (policy == .skip ? all : Array(all.prefix(3))))
        #expect(outcome.report.recordsWritten == written.count)
        #expect(outcome.report.recordsPassedThrough == (policy == .skip ? 3 : 2))
    }
}
