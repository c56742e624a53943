// SPDX-License-Identifier: Apache-2.0

// The fuzz target: any bytes, converted in any direction, end in output or errors, never a trap;
// what comes out is JSONL, and the same for every cut of the input into chunks.

import JSONLCodec
import Transcoder

/// The directions that inputs choose from.
private let directions: [Configuration] = {
    var all: [Configuration] = []
    for kind in RecordKind.allCases {
        for source in ["bedrock", "openai", "gemini", "anthropic"] {
            for target in FormatID.allNames {
                guard let sourceID = FormatID(source), let targetID = FormatID(target) else {
                    continue
                }
                var configuration = Configuration(target: targetID)
                configuration.kind = kind
                configuration.source = sourceID
                configuration.onError = .skip
                configuration.keepsRejects = true
                configuration.options.model = "claude-gemini-2.5"
                all.append(configuration)
            }
        }
    }
    return all
}()

/// Converts an input, cut into chunks of a size.
private func convert(
    _ input: UnsafeRawBufferPointer, _ configuration: Configuration, chunk: Int
) -> (output: [UInt8], report: Report) {
    var output = ByteBuffer()
    guard var transcoder = try? Transcoder(configuration) else { fatalError("no direction") }
    var start = 0
    while start < input.count {
        let end = min(input.count, start + chunk)
        let piece = UnsafeRawBufferPointer(rebasing: input[start..<end])
        transcoder.feed(piece.bytes) { output.append($0) }
        start = end
    }
    transcoder.finish { output.append($0) }
    return (output.bytes, transcoder.report)
}

/// Checks that records which are replayed from shapes are what they would be converted to: the
/// input stands twice, so that the second half knows the shapes of the first.
private func checkShapes(_ input: UnsafeRawBufferPointer, _ configuration: Configuration) {
    let twice = Array(input) + [UInt8(ascii: "\n")] + Array(input)
    var plain = configuration
    plain.learnsShapes = false
    twice.withUnsafeBytes { bytes in
        let (replayed, report) = convert(bytes, configuration, chunk: .max - 1)
        let (converted, expected) = convert(bytes, plain, chunk: .max - 1)
        precondition(replayed == converted, "a replayed record is not what it is converted to")
        precondition(report.losses == expected.losses, "a replayed record loses something else")
        precondition(report.errors == expected.errors, "a replayed record was wrong")
        precondition(report.bytesCopied == expected.bytesCopied, "a replay counts otherwise")
    }
}

/// Reads an input without converting it; returns the number of records.
private func scan(_ input: UnsafeRawBufferPointer, _ configuration: Configuration) -> Int {
    let expected = configuration.source.flatMap { format in
        configuration.kind.map { Detection(format: format, kind: $0) }
    }
    var scanner = RecordScanner(expected: expected)
    var count = 0
    var end = 0
    scanner.scan(input.bytes, BlockPosition(file: 0, firstLine: 1, isFileStart: true)) { record in
        precondition(record.offset >= end, "records overlap")
        end = record.offset + record.byteCount
        precondition(end <= input.count, "a record is longer than the input")
        precondition(record.fault == nil || record.kind == .request || record.failure != nil)
        count += 1
    }
    return count
}

/// The entry that libFuzzer calls with one input after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTranscoder(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count > 1 else { return 0 }
    // Inputs to begin with are whole records, which choose by their length.
    let isRecord = start[0] == UInt8(ascii: "{")
    let configuration = directions[(isRecord ? count : Int(start[0])) % directions.count]
    let skipped = isRecord ? 0 : 1
    let input = UnsafeRawBufferPointer(start: start + skipped, count: count - skipped)
    let (output, report) = convert(input, configuration, chunk: .max - 1)
    // A file that stays in its format keeps its blank lines.
    let lines = output.split(separator: UInt8(ascii: "\n")).filter { line in
        !line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
    precondition(lines.count == report.recordsWritten, "a record is more or less than a line")
    precondition(
        report.recordsRead == report.recordsWritten + report.recordsRejected, "a record is lost")
    var indexer = JSONIndexer(depthLimit: 2048)
    for line in lines {
        let isJSON = Array(line).withUnsafeBytes { bytes in
            ByteView.with(bytes.bytes) { (try? indexer.index($0)) != nil }
        }
        precondition(isJSON, "the output is no JSON")
    }
    let (pieces, _) = convert(input, configuration, chunk: 1 + count % 7)
    precondition(pieces == output, "the output depends on the chunks")
    checkShapes(input, configuration)
    precondition(scan(input, configuration) == report.recordsRead, "a record is not scanned")
    return 0
}
