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
    /// The requests, each with a position of its own.
    let requests: RequestIndex
    private let provider: String
    /// All requests of the job, those without an id too.
    private let requestCount: Int
    /// A bit for each request: whether it was answered.
    private var answered: [UInt64]
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

    /// Creates a sink.
    ///
    /// - Parameters:
    ///   - requests: Where the client's requests are.
    ///   - count: How many there are, those without an id too.
    ///   - provider: Who has run them.
    ///   - writer: Where results go.
    init(_ requests: RequestIndex, count: Int, provider: String, _ writer: any BlobWriter) {
        self.requests = requests
        requestCount = count
        self.provider = provider
        answered = Array(repeating: 0, count: requests.count / 64 + 1)
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
            guard let position = requests.position(of: id, answeredBy: provider) else {
                unknown += 1
                return
            }
            guard !isAnswered(position) else {
                duplicates += 1
                return
            }
            answered[position / 64] |= 1 << UInt64(position % 64)
        }
        kept += line
        kept.append(UInt8(ascii: "\n"))
        if isMade { missingCount += 1 }
        if summary.failure == nil { succeeded += 1 } else { failed += 1 }
        if let tokens = summary.usage { usage += tokens }
    }

    private func isAnswered(_ position: Int) -> Bool {
        answered[position / 64] & 1 << UInt64(position % 64) != 0
    }

    /// The positions of requests that were not answered.
    var missing: [Int] { (0..<requests.count).filter { !isAnswered($0) } }

    var outcome: ResultConversion.Outcome {
        // What has no id of its own and no answer: nothing can stand for it but a number.
        let silent = max(0, requestCount - succeeded - failed)
        let unanswered =
            missingCount - rejections.named
            + max(0, silent - (rejections.all - rejections.named))
        var outcome = ResultConversion.Outcome(
            total: succeeded + failed + silent, succeeded: succeeded, failed: failed + silent)
        for (count, what) in [
            (unanswered, "requests were not answered"), (rejections.all, "bad lines were left out"),
            (duplicates, "ids were answered twice"), (unknown, "answers were to no request"),
            (unreadable, "answers could not be read"),
        ] where count > 0 {
            outcome.remarks.append("\(count) \(what)")
        }
        return outcome
    }
}
