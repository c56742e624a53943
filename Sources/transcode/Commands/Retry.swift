// SPDX-License-Identifier: Apache-2.0

// transcode retry: the requests that failed or never came back, for any provider.

import JSONLCodec
import Transcoder

/// One run of `transcode retry`.
struct Retry {
    private let settings: Settings
    private let terminal: Terminal
    private let reading: BatchReading
    private let outputs: ConvertOutputs.Targets
    /// The ends of requests that are tried again.
    private let wanted: [AnswerOutcome]
    private let start = System.seconds

    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandFailure) {
        settings = try Settings(arguments)
        self.terminal = terminal
        reading = try BatchReading(arguments, settings, terminal)
        var wanted: [AnswerOutcome] = [.failed, .unreadable, .missing]
        let also = arguments.all(.also)
        if also.contains("length") { wanted.append(.cut) }
        if also.contains("content_filter") { wanted.append(.filtered) }
        self.wanted = wanted
        outputs = try ConvertOutputs.Targets(arguments)
        try outputs.check(inputs: reading.paths)
        try outputs.check(force: arguments.has(.force))
    }

    /// Writes the requests.
    func run() throws(CommandFailure) -> ExitStatus {
        let (file, format) = try reading.openRequests()
        let limit = outputs.isReporting ? 100_000 : 10_000
        let (requests, _, ledger) = try reading.read(file, errorLimit: limit)
        let count = wanted.reduce(0) { $0 + ledger.count($1) }
        var report = RunReport(command: .retry)
        report.inputs = [reading.requestPath]
        report.names = [reading.requestName]
        report.output = outputs.output?.argument ?? "-"
        report.batch = RunReport.BatchCounts(
            file: reading.requestPath, requests: ledger.requestCount,
            succeeded: ledger.succeededCount, failed: ledger.failedCount,
            missing: ledger.missingCount)
        var threadCount = 1
        if count == 0 {
            report.output = nil
            report.source = format.format
            report.kind = .request
        } else {
            threadCount = try write(requests, ledger, format, limit, &report)
        }
        report.messages = ledger.messages
        report.rejectedCount = ledger.errorCount
        report.seconds = System.seconds - start
        try outputs.write(report)
        MessagePrinter(terminal: terminal, limit: settings.errorLimit)
            .print(report.messages, total: report.rejectedCount)
        MessageHints.print(for: report.messages, terminal)
        remarkOnOthers(ledger)
        if count == 0 {
            terminal.remark(nothingToDo(ledger))
        } else {
            summarize(report, ledger, threadCount)
        }
        let isClean = ledger.errorCount == 0 && requests.index.skippedCount == 0
        return isClean ? .success : .news
    }

    /// Writes what is wanted; returns the number of threads that were used.
    private func write(
        _ requests: RequestFile, _ ledger: ResultLedger, _ format: Detection, _ limit: Int,
        _ report: inout RunReport
    ) throws(CommandFailure) -> Int {
        // Without a target the requests stay as they are, whatever dialect they are in.
        let target = settings.target ?? FormatID(format.format.provider) ?? format.format
        var configuration = settings.configuration(target: target)
        configuration.kind = .request
        configuration.onError = .skip
        configuration.errorLimit = limit
        let conversion: Conversion
        do throws(ConfigurationError) {
            conversion = try Conversion(configuration, detected: format)
        } catch {
            throw .usage(error.description)
        }
        let source = LineSource(
            [requests.bytes], names: [reading.requestName],
            pick: picker(requests.index, ledger))
        let files = try ConvertOutputs(outputs)
        defer { files.abandon() }
        let runner = BlockRunner(
            conversion, source: source, sink: files, jobs: settings.jobs,
            progress: Progress(terminal, totalByteCount: nil))
        do throws(RunFailure) {
            try runner.run()
        } catch {
            throw error.commandFailure
        }
        try files.finish(reasons: [], total: 0)
        let rejected = runner.report.recordsRejected
        for error in runner.report.errors {
            ledger.note(Message(error, files: [reading.requestName]))
        }
        ledger.noteFurther(rejected - runner.report.errors.count)
        report.report = runner.report
        report.source = conversion.sourceID
        report.target = conversion.targetID
        report.kind = .request
        report.models = runner.report.models
        report.limits = LimitTable.checks(for: report)
        let isKept = runner.report.recordsPassedThrough > 0
        if isKept, settings.options.model != nil {
            let note = terminal.styled("note:", .note)
            terminal.remark("\(note) --model has no effect on requests that stay in their format")
        }
        return runner.threadCount
    }

    /// Names the requests that are wanted one by one.
    private func picker(_ index: RequestIndex, _ ledger: ResultLedger) -> () -> PickedLine? {
        var position = 0
        return { [wanted] in
            while position < index.count {
                defer { position += 1 }
                guard wanted.contains(ledger[position].outcome) else { continue }
                let place = index.place(at: position)
                return PickedLine(
                    file: 0, offset: place.offset, count: place.count,
                    place: (0, place.lineNumber))
            }
            return nil
        }
    }

    // MARK: - Endings

    /// Answers that are there and may not be what was hoped for.
    private func remarkOnOthers(_ ledger: ResultLedger) {
        for (outcome, flag, words) in [
            (.cut, "length", "cut at the token limit"), (.filtered, "content_filter", "filtered"),
        ] as [(AnswerOutcome, String, String)] where !wanted.contains(outcome) {
            let count = ledger.count(outcome)
            guard count > 0 else { continue }
            let verb = count == 1 ? "was" : "were"
            terminal.remark(
                "\(terminal.styled("note:", .note)) \(Numbers.count(count, "answer")) \(verb) "
                    + "\(words); --also \(flag) retries those too")
        }
    }

    private func nothingToDo(_ ledger: ResultLedger) -> String {
        "nothing to retry: \(Numbers.count(ledger.requestCount, "request")), "
            + "\(Numbers.grouped(ledger.succeededCount)) succeeded; no file is written"
    }

    private func summarize(_ report: RunReport, _ ledger: ResultLedger, _ threadCount: Int) {
        var parts: [String] = []
        for (outcomes, words) in [
            ([.failed, .unreadable], "failed"), ([.missing], "missing"),
            ([.cut], "cut at the token limit"), ([.filtered], "filtered"),
        ] as [([AnswerOutcome], String)] where wanted.contains(outcomes[0]) {
            let count = outcomes.reduce(0) { $0 + ledger.count($1) }
            if count > 0 { parts.append("\(Numbers.grouped(count)) \(words)") }
        }
        let provider = report.target?.provider ?? "the same"
        var line = parts.joined(separator: " + ")
        line += " -> wrote \(outputs.output?.argument ?? "<stdout>"): "
        line += Numbers.count(report.report.recordsWritten, "\(provider) request")
        let rejected = report.report.recordsRejected
        if rejected > 0 { line += "; \(Numbers.grouped(rejected)) rejected" }
        let summary = ConvertSummary(
            report: report, targets: outputs, threadCount: threadCount, seconds: report.seconds,
            showsLosses: settings.options.onLoss != .drop, headline: line)
        summary.print(terminal)
    }
}
