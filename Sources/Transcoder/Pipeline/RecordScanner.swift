// SPDX-License-Identifier: Apache-2.0

// Reads records of any format without converting them: what they say about themselves.

public import JSONLCodec

/// Reads what records say about themselves, whatever format each of them has.
///
/// ```swift
/// var scanner = RecordScanner()
/// scanner.scan(lines, BlockPosition(file: 0, firstLine: 1, isFileStart: true)) { record in
///     if record.failure != nil { failedCount += 1 }
/// }
/// ```
public struct RecordScanner: ~Copyable, Sendable {
    private let limits: Limits
    private let expected: Detection?
    private let readsEchoes: Bool
    private var indexer: JSONIndexer
    private var context = RecordContext(options: ConversionOptions())
    private var request = Request()
    private var response = Response()

    /// Creates a scanner.
    ///
    /// - Parameters:
    ///   - limits: The bounds of lines.
    ///   - expected: What a record is taken for that looks like none; nil: it is of no format.
    public init(limits: Limits = Limits(), expected: Detection? = nil) {
        self.init(limits: limits, expected: expected, requests: nil)
    }

    /// Creates a scanner for the results of requests, some of which may have no id.
    package init(limits: Limits, expected: Detection?, requests: RequestIndex?) {
        self.limits = limits
        readsEchoes = requests?.hasEchoes == true
        self.expected = expected
        indexer = JSONIndexer(depthLimit: limits.depthLimit)
    }

    /// Reads the records of a block.
    ///
    /// - Parameters:
    ///   - block: Whole lines; at the end of a file the last one may lack its line feed.
    ///   - position: Where the block stands.
    ///   - body: Takes one record after the other.
    /// - Returns: The number of blank lines.
    /// - Complexity: O(*n*).
    @discardableResult
    public mutating func scan(
        _ block: RawSpan, _ position: BlockPosition, _ body: (RecordSummary) -> Void
    ) -> Int {
        ByteView.with(block) { scan($0, position, body) }
    }

    private mutating func scan(
        _ block: ByteView, _ position: BlockPosition, _ body: (RecordSummary) -> Void
    ) -> Int {
        var number = position.firstLine
        var offset = 0
        var blankCount = 0
        if position.isFileStart, block.starts(with: "\u{FEFF}") { offset = 3 }
        for line in LineIterator(block.slice(offset, block.count)) {
            if line.isBlank {
                blankCount += 1
            } else {
                var summary = RecordSummary(line: number, offset: offset, byteCount: line.count)
                let isTooLong = position.isTooLong || line.count > limits.lineByteLimit
                read(line, isTooLong: isTooLong, file: position.file, into: &summary)
                body(summary)
            }
            number += 1
            offset += line.count + 1
        }
        return blankCount
    }

    private mutating func read(
        _ line: ByteView, isTooLong: Bool, file: Int, into summary: inout RecordSummary
    ) {
        var view: JSONView?
        do throws(RecordError) {
            if isTooLong {
                throw RecordError(
                    .lineTooLong, .offset(min(limits.lineByteLimit, line.count)),
                    "the line is over the limit")
            }
            let indexed = try index(line)
            view = indexed
            guard indexed.kind(.root) == .object else {
                throw RecordError(.notAnObject, at: .root, "a record must be a JSON object")
            }
            try readRecord(indexed, into: &summary)
        } catch {
            describe(error, line, view, file: file, in: &summary)
        }
    }

    private mutating func index(_ line: ByteView) throws(RecordError) -> JSONView {
        do throws(JSONError) {
            return try indexer.index(line)
        } catch {
            throw RecordError(error)
        }
    }

    private mutating func readRecord(
        _ view: JSONView, into summary: inout RecordSummary
    ) throws(RecordError) {
        guard let detection = Detection.detect(view) ?? expected,
            let format = FormatRegistry.format(named: detection.format.provider)
        else { throw RecordError(.unknownFormat, at: .root, "the record is of no known format") }
        summary.format = detection.format
        summary.kind = detection.kind
        context.begin(view, line: summary.line)
        context.acceptsQuotedNumbers = format.acceptsQuotedNumbers
        switch detection.kind {
        case .request:
            request.reset()
            defer { note(request.id, in: &summary) }
            try format.requestReader.read(into: &request, &context)
            noteRequest(in: &summary)
        case .result:
            response.reset()
            summary.isBare = format.isBareResult(view)
            if readsEchoes { summary.echo = RequestEchoes.meaning(in: view) }
            defer { note(response.id, in: &summary) }
            try format.resultReader.read(into: &response, &context)
            noteResult(in: &summary)
        }
    }

    private func note(_ id: RecordID, in summary: inout RecordSummary) {
        if let text = id.text { summary.id = context.decoded(text) }
        if let node = id.node { summary.idColumn = context.view.start(node) + 1 }
    }

    private func noteRequest(in summary: inout RecordSummary) {
        summary.model = request.model.map { context.view.decoded($0) }
        if request.operation == .embeddings {
            summary.embeddingInputs = request.embedding.count
            // Vectors are no tokens.
            summary.maxOutputTokens = 0
        }
        guard let node = request.settings[.maxOutputTokens],
            let most = try? context.integer(node)
        else { return }
        let answers = request.settings[.choiceCount].flatMap { try? context.integer($0) } ?? 1
        let (product, overflow) = max(most, 0).multipliedReportingOverflow(by: max(answers, 1))
        // What no model can answer says nothing about a batch.
        summary.maxOutputTokens = overflow ? nil : min(product, 1 << 40)
    }

    private func noteResult(in summary: inout RecordSummary) {
        summary.model = response.model.map { context.decoded($0) }
        if response.usage.isPresent { summary.usage = TokenUsage(response.usage) }
        if let failure = response.failure {
            // A failure says nothing of its dialect: it is taken for what the others are.
            if let expected, expected.kind == .result,
                expected.format.provider == summary.format?.provider
            {
                summary.format = expected.format
            }
            summary.failure =
                switch failure.kind {
                case .http: String(failure.status)
                case .expired: "expired"
                case .canceled: "canceled"
                }
        } else if response.block != nil {
            summary.failure = "blocked"
        } else if response.choices.isEmpty, response.vectors.isEmpty {
            summary.failure = "no_body"
        } else {
            for choice in response.choices {
                summary.end = Self.worse(summary.end, end(of: choice))
            }
        }
    }

    /// Of two ends the one that went worse; of equals the first.
    private static func worse(_ first: AnswerEnd?, _ second: AnswerEnd) -> AnswerEnd {
        guard let first else { return second }
        for end in [AnswerEnd.contentFilter, .length] where first == end || second == end {
            return end
        }
        return first
    }

    private func end(of choice: Choice) -> AnswerEnd {
        let end = AnswerEnd(choice.finish)
        // Answers that call tools end for that reason, whatever the source says (H21).
        let callsTool = choice.parts.contains { index in
            if case .toolCall = response.parts[index] { true } else { false }
        }
        return callsTool && end != .length && end != .contentFilter ? .toolCalls : end
    }

    private func describe(
        _ error: RecordError, _ line: ByteView, _ view: JSONView?, file: Int,
        in summary: inout RecordSummary
    ) {
        // A line that nobody can read is taken for what the others are.
        summary.kind = summary.kind ?? expected?.kind
        if summary.id == nil, let view { summary.id = RecordName.find(in: view) }
        let describer = ErrorDescriber(
            line: line, view: view, provider: summary.format?.provider ?? "known",
            kind: summary.kind ?? .request, recordID: summary.id)
        let place = SourcePlace(file: file, line: summary.line, column: 1)
        let fault = describer.describe(error, at: place)
        summary.fault = fault
        if summary.kind != .request { summary.failure = fault.code }
    }
}
