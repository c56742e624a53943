// SPDX-License-Identifier: Apache-2.0

// Where converted results arrive: each id once, none that nobody asked for, all of them counted.

import JSONLCodec
import NIOCore
import Storage
import Transcoder

/// Reads records out of bytes that come in pieces.
struct LineScanner: ~Copyable {
    private var scanner = RecordScanner()
    private var rest: [UInt8] = []
    private var line = 1

    /// Reads the records that further bytes complete.
    mutating func feed(_ bytes: [UInt8], _ body: (RecordSummary, ArraySlice<UInt8>) -> Void) {
        rest += bytes
        guard let last = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
        let block = Array(rest[...last])
        rest = Array(rest[(last + 1)...])
        scan(block, body)
    }

    /// Reads the last record, where it has no line feed.
    mutating func finish(_ body: (RecordSummary, ArraySlice<UInt8>) -> Void) {
        let block = rest
        rest = []
        if !block.isEmpty { scan(block, body) }
    }

    private mutating func scan(
        _ block: [UInt8], _ body: (RecordSummary, ArraySlice<UInt8>) -> Void
    ) {
        let position = BlockPosition(file: 0, firstLine: line, isFileStart: line == 1)
        scanner.scan(block.span.bytes, position) { summary in
            body(summary, block[summary.offset..<(summary.offset + summary.byteCount)])
        }
        line += block.count { $0 == UInt8(ascii: "\n") }
    }
}

/// Takes converted results.
final class ResultSink {
    let writer: any BlobWriter
    /// The ids that were asked, and whether each was answered.
    private var isAnswered: [String: Bool]
    private let order: [String]
    private var succeeded = 0
    private var failed = 0
    private var duplicates = 0
    private var unknown = 0
    private var missingCount = 0
    /// Records of the provider that nobody could read.
    var unreadable = 0
    /// Bad lines of the input, and how many of them have a result that says so.
    var rejections: (all: Int, named: Int) = (0, 0)
    private(set) var usage = TokenUsage()

    init(_ ids: [String], _ writer: any BlobWriter) {
        order = ids
        isAnswered = Dictionary(ids.map { ($0, false) }, uniquingKeysWith: { first, _ in first })
        self.writer = writer
    }

    /// Takes lines, whole or not.
    func take(_ bytes: [UInt8], _ scanner: inout LineScanner, isMade: Bool = false) async throws {
        var kept: [UInt8] = []
        scanner.feed(bytes) { keep($0, $1, isMade, &kept) }
        if !kept.isEmpty { try await writer.append(NIOCore.ByteBuffer(bytes: kept)) }
    }

    /// Takes the last line.
    func end(_ scanner: inout LineScanner, isMade: Bool = false) async throws {
        var kept: [UInt8] = []
        scanner.finish { keep($0, $1, isMade, &kept) }
        if !kept.isEmpty { try await writer.append(NIOCore.ByteBuffer(bytes: kept)) }
    }

    private func keep(
        _ summary: RecordSummary, _ line: ArraySlice<UInt8>, _ isMade: Bool, _ kept: inout [UInt8]
    ) {
        if let id = summary.id {
            switch isAnswered[id] {
            case false: isAnswered[id] = true
            case true:
                duplicates += 1
                return
            case nil:
                // Requests without an id were given one on the way.
                guard order.isEmpty || id.hasPrefix("record-") else {
                    unknown += 1
                    return
                }
            }
        }
        kept += line
        kept.append(UInt8(ascii: "\n"))
        if isMade { missingCount += 1 }
        if summary.failure == nil { succeeded += 1 } else { failed += 1 }
        if let tokens = summary.usage { usage += tokens }
    }

    /// The ids that were not answered, in the order of the requests.
    var missing: [String] { order.filter { isAnswered[$0] == false } }

    var outcome: ResultConversion.Outcome {
        let unnamed = rejections.all - rejections.named
        var outcome = ResultConversion.Outcome(
            total: max(order.count, succeeded + failed) + unnamed, succeeded: succeeded,
            failed: failed + unnamed)
        for (count, what) in [
            (missingCount - rejections.named, "requests were not answered"),
            (rejections.all, "bad lines were left out"), (duplicates, "ids were answered twice"),
            (unknown, "answers were to no request"), (unreadable, "answers could not be read"),
        ] where count > 0 {
            outcome.remarks.append("\(count) \(what)")
        }
        return outcome
    }
}
