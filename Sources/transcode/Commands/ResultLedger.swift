// SPDX-License-Identifier: Apache-2.0

// Which result answers which request: one small entry a request, never the results themselves.

import JSONLCodec
import Transcoder

/// What became of a request.
enum AnswerOutcome: UInt8, BitwiseCopyable {
    case missing
    /// A result is there that nobody can read.
    case unreadable
    case failed
    /// Cut at the token limit.
    case cut
    /// Filtered, or refused by the model.
    case filtered
    case whole

    init(_ record: RecordSummary) {
        if record.fault != nil {
            self = .unreadable
        } else if record.failure != nil {
            self = .failed
        } else {
            switch record.end {
            case .length: self = .cut
            case .contentFilter: self = .filtered
            default: self = .whole
            }
        }
    }

    /// Of two results with one id the one of higher rank counts.
    var rank: Int {
        switch self {
        case .missing: 0
        case .unreadable: 1
        case .failed: 2
        case .cut, .filtered: 3
        case .whole: 4
        }
    }
}

/// Where the result of a request stands: 24 bytes, since there is one for each request.
struct Answer: BitwiseCopyable {
    let offset: Int
    private let length: UInt32
    private let lineNumber: UInt32
    private let fileIndex: UInt32
    let lane: UInt8
    let outcome: AnswerOutcome

    init(
        offset: Int, count: Int, line: Int, file: Int, lane: Int, outcome: AnswerOutcome
    ) {
        self.offset = offset
        length = UInt32(clamping: count)
        lineNumber = UInt32(clamping: line)
        fileIndex = UInt32(clamping: file)
        self.lane = UInt8(clamping: lane)
        self.outcome = outcome
    }

    /// No result at all.
    static var none: Answer {
        Answer(offset: 0, count: 0, line: 0, file: 0, lane: 0, outcome: .missing)
    }

    var count: Int { Int(length) }
    var line: Int { Int(lineNumber) }
    var file: Int { Int(fileIndex) }
}

/// The results of a batch, by the position of their requests.
final class ResultLedger {
    private let index: RequestIndex
    private let inputs: ResultInputs
    private let errorLimit: Int
    private var answers: TrivialArray<Answer>
    private var counts: [AnswerOutcome: Int] = [:]
    /// The formats of the results, one for each provider.
    private(set) var lanes: [Detection] = []
    /// The tokens of all results that count.
    private(set) var usage = TokenUsage()
    /// Results that gave way to better ones with the same id.
    private(set) var replacedCount = 0
    private(set) var messages: [Message] = []
    private(set) var errorCount = 0
    /// Records that were read.
    private(set) var resultCount = 0

    init(_ index: RequestIndex, inputs: ResultInputs, errorLimit: Int) {
        self.index = index
        self.inputs = inputs
        self.errorLimit = errorLimit
        answers = TrivialArray(repeating: .none, count: index.count)
        counts[.missing] = index.count
    }

    /// The result of the request at a position.
    subscript(position: Int) -> Answer { answers[position] }

    /// How many requests have come to an end of some kinds.
    func count(_ outcomes: AnswerOutcome...) -> Int {
        outcomes.reduce(0) { $0 + (counts[$1] ?? 0) }
    }

    var requestCount: Int { answers.count }
    var succeededCount: Int { count(.whole, .cut, .filtered) }
    var failedCount: Int { count(.failed, .unreadable) }
    var missingCount: Int { count(.missing) }

    // MARK: - Entering results

    /// Enters the results of a block.
    func add(
        _ block: ScannedBlock, _ bytes: borrowing ByteBuffer
    ) throws(CommandFailure) {
        for record in block.records { try add(record, block.block, bytes) }
    }

    private func add(
        _ record: RecordSummary, _ block: SourceBlock, _ bytes: borrowing ByteBuffer
    ) throws(CommandFailure) {
        resultCount += 1
        let file = block.position.file
        if record.kind == .request {
            return complain(
                record, file, ErrorCode.mixedFormats.rawValue, "this is a request among results")
        }
        if let fault = record.fault { note(Message(fault, files: inputs.names)) }
        guard let position = position(of: record, file: file) else {
            // One error a line is enough.
            guard record.fault == nil else { return }
            let sentence =
                record.id.map { "no request has the id \"\($0)\"" }
                ?? (record.echo == nil
                    ? "the result has no id, so it cannot be told what it answers"
                    : "the result has no id, and repeats none of the requests")
            return complain(record, file, "unknown_id", sentence)
        }
        let outcome = AnswerOutcome(record)
        let known = answers[position]
        if known.outcome != .missing {
            guard isBetter(outcome, than: known, record, file, position) else { return }
            if let usage = try inputs.usage(of: known) { self.usage -= usage }
        }
        let answer = Answer(
            offset: try inputs.keep(record, block, bytes), count: record.byteCount,
            line: record.line, file: file, lane: lane(of: record), outcome: outcome)
        answers[position] = answer
        counts[known.outcome, default: 0] -= 1
        counts[outcome, default: 0] += 1
        if let usage = record.usage { self.usage += usage }
    }

    private func position(of record: RecordSummary, file: Int) -> Int? {
        if let id = record.id,
            let position = index.position(of: id, answeredBy: record.format?.provider ?? "")
        {
            return position
        }
        if let echo = record.echo {
            // Of requests that mean the same each gets one of the results.
            let positions = index.positions(ofEcho: echo)
            return positions.first { answers[$0].outcome == .missing } ?? positions.first
        }
        if record.id != nil { return nil }
        // Order is kept by bare lines only, and by those of one file.
        return record.isBare && file == 0 ? index.position(onLine: record.line) : nil
    }

    /// Whether a result takes the place of another one; of two whole answers the first stays.
    private func isBetter(
        _ outcome: AnswerOutcome, than known: Answer, _ record: RecordSummary, _ file: Int,
        _ position: Int
    ) -> Bool {
        guard outcome != .whole || known.outcome != .whole else {
            let id = index.id(at: position)
            note(
                Message(
                    file: inputs.names[file], line: record.line, column: record.idColumn,
                    code: "duplicate_result",
                    sentence: "the request \"\(id)\" has an answer already", recordID: id,
                    firstUse: (inputs.names[known.file], known.line, 1)))
            return false
        }
        replacedCount += 1
        // Of equals the last one counts: it is what the retry came to.
        return outcome.rank >= known.outcome.rank
    }

    private func lane(of record: RecordSummary) -> Int {
        guard let format = record.format else { return 0 }
        if let lane = lanes.firstIndex(where: { $0.format.provider == format.provider }) {
            return lane
        }
        lanes.append(Detection(format: format, kind: .result))
        return lanes.count - 1
    }

    // MARK: - Complaints

    private func complain(
        _ record: RecordSummary, _ file: Int, _ code: String, _ sentence: String
    ) {
        note(
            Message(
                file: inputs.names[file], line: record.line, column: record.idColumn,
                code: code, sentence: sentence, recordID: record.id))
    }

    /// Adds an error; beyond the limit it is only counted.
    func note(_ message: @autoclosure () -> Message) {
        errorCount += 1
        if messages.count < errorLimit { messages.append(message()) }
    }

    /// Counts errors that nobody has described.
    func noteFurther(_ count: Int) { errorCount += max(count, 0) }
}
