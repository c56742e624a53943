// SPDX-License-Identifier: Apache-2.0

// What a file's records add up to.

import Transcoder

/// How often each of some values was met, in the order in which they came.
struct Tally {
    private(set) var entries: [(value: String, count: Int)] = []
    private var places: [String: Int] = [:]

    /// The most values that are told apart; the others are counted together.
    private static var valueLimit: Int { 1000 }
    private static var otherValues: String { "(others)" }

    mutating func add(_ value: String) {
        if let place = places[value] {
            entries[place].count += 1
        } else if entries.count < Self.valueLimit || value == Self.otherValues {
            places[value] = entries.count
            entries.append((value, 1))
        } else {
            add(Self.otherValues)
        }
    }

    /// The most frequent ones first.
    var ranked: [(value: String, count: Int)] {
        // By place where counts are equal: sorting alone promises no order.
        entries.enumerated()
            .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
            .map(\.element)
    }
}

/// The sums of all records of one or several files.
struct Statistics {
    private(set) var recordCount = 0
    var blankCount = 0
    /// All bytes, line feeds and blank lines too.
    var byteCount = 0
    private(set) var requestCount = 0
    private(set) var resultCount = 0
    private(set) var sizes = ValueHistogram()
    private(set) var formats = Tally()
    private(set) var models = Tally()
    /// The codes of records that cannot be read.
    private(set) var faults = Tally()
    private(set) var faultCount = 0

    // Of requests.

    private(set) var requestByteCount = 0
    private(set) var maxOutputTokens = 0
    /// Requests that say nothing of how many tokens the answer may have.
    private(set) var openEndedCount = 0

    // Of results.

    private(set) var failedCount = 0
    private(set) var ends: [AnswerEnd: Int] = [:]
    private(set) var failures = Tally()
    private(set) var usage = TokenUsage()
    private(set) var outputTokens = ValueHistogram()

    /// Adds a record.
    mutating func add(_ record: RecordSummary) {
        recordCount += 1
        sizes.add(record.byteCount)
        if let model = record.model { models.add(model) }
        if let fault = record.fault {
            faultCount += 1
            faults.add(fault.code)
        }
        guard let kind = record.kind else { return }
        if let format = record.format { formats.add("\(format) \(kind.rawValue)s") }
        switch kind {
        case .request: addRequest(record)
        case .result: addResult(record)
        }
    }

    private mutating func addRequest(_ record: RecordSummary) {
        requestCount += 1
        guard record.fault == nil else { return }
        requestByteCount += record.byteCount
        if let most = record.maxOutputTokens {
            maxOutputTokens += most
        } else {
            openEndedCount += 1
        }
    }

    private mutating func addResult(_ record: RecordSummary) {
        resultCount += 1
        if let failure = record.failure {
            failedCount += 1
            failures.add(failure)
        }
        if let end = record.end { ends[end, default: 0] += 1 }
        if let usage = record.usage {
            self.usage += usage
            outputTokens.add(usage.output)
        }
    }

    var succeededCount: Int { resultCount - failedCount }

    /// Tokens of the input: counted by the provider, or estimated.
    var inputTokens: Int {
        requestCount > 0
            ? usage.input + TokenEstimate.tokens(bytes: requestByteCount) : usage.input
    }

    /// Tokens of the output: counted by the provider, or the most that there may be.
    var mostOutputTokens: Int { usage.output + maxOutputTokens }
}

/// What a million tokens cost, in whatever currency.
struct TokenPrice {
    let input: Double
    let output: Double

    /// Reads `0.075,0.30`.
    init(_ text: String) throws(CommandFailure) {
        let pieces = text.split(separator: ",", omittingEmptySubsequences: false)
        guard pieces.count == 2, let input = Self.number(pieces[0]),
            let output = Self.number(pieces[1])
        else { throw .usage("--price takes two prices such as 0.075,0.30, not \"\(text)\"") }
        self.input = input
        self.output = output
    }

    private static func number(_ text: Substring) -> Double? {
        let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        guard isPlain, text.utf8.count <= 20 else { return nil }
        return Double(text)
    }

    func cost(ofInput tokens: Int) -> Double { Double(tokens) / 1e6 * input }
    func cost(ofOutput tokens: Int) -> Double { Double(tokens) / 1e6 * output }
}
