// SPDX-License-Identifier: Apache-2.0

// transcode join: results of any number of files, back in the order of their requests.

import JSONLCodec
import Transcoder

/// One run of `transcode join`.
struct Join {
    private let settings: Settings
    private let terminal: Terminal
    private let reading: BatchReading
    private let outputs: ConvertOutputs.Targets
    private let force: Bool
    private let keepsArrival: Bool
    private let start = System.seconds

    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandFailure) {
        settings = try Settings(arguments)
        self.terminal = terminal
        reading = try BatchReading(arguments, settings, terminal)
        keepsArrival = arguments[.order] == "arrival"
        force = arguments.has(.force)
        outputs = try ConvertOutputs.Targets(arguments)
        try outputs.check(inputs: reading.paths)
        try outputs.check(force: force)
    }

    /// Joins.
    func run() throws(CommandFailure) -> ExitStatus {
        let (file, format) = try reading.openRequests()
        let target = settings.target ?? Self.writable(format.format)
        let manifest = try manifestTarget(target)
        let limit = outputs.isReporting ? 100_000 : 10_000
        let (requests, inputs, ledger) = try reading.read(file, errorLimit: limit)
        var configuration = settings.configuration(target: target)
        configuration.kind = .result
        configuration.onError = .skip
        configuration.errorLimit = limit
        configuration.requests = requests.index
        let order = JoinOrder(requests.index, ledger, keepsArrival: keepsArrival)
        let source = LineSource(inputs.files, names: inputs.names, pick: order.next)
        let conversions = try conversions(configuration, ledger.lanes)
        let files = try ConvertOutputs(outputs)
        defer { files.abandon() }
        let runner = BlockRunner(
            conversions.first, others: conversions.others, source: source, sink: files,
            jobs: settings.jobs, progress: Progress(terminal, totalByteCount: nil))
        do throws(RunFailure) {
            try runner.run()
        } catch {
            throw error.commandFailure
        }
        for error in runner.report.errors {
            ledger.note(Message(error, files: inputs.names, place: order.place))
        }
        ledger.noteFurther(runner.report.recordsRejected - runner.report.errors.count)
        noteMissing(ledger, requests.index)
        let report = report(runner, ledger, inputs.names, order)
        try files.finish(reasons: [], total: 0)
        try manifest.map { (target) throws(CommandFailure) in
            try BatchManifest(ledger).write(to: target)
        }
        try outputs.write(report)
        let summary = JoinSummary(
            report: report, output: outputs.output?.argument, manifest: manifest?.argument,
            replacedCount: ledger.replacedCount, operands: reading.paths,
            order: keepsArrival ? "order of arrival" : "request order")
        summary.print(terminal, settings)
        let isComplete = ledger.count(.failed) == 0 && ledger.errorCount == 0
        return isComplete && requests.index.skippedCount == 0 ? .success : .news
    }

    /// The dialect of the requests, or the provider's default where that can only be read.
    static func writable(_ format: FormatID) -> FormatID {
        let isKnown = FormatID.allNames.contains(format.description)
        return isKnown ? format : FormatID(format.provider) ?? format
    }

    /// The manifest that Bedrock puts beside its results, where that has a place.
    private func manifestTarget(
        _ target: FormatID
    ) throws(CommandFailure) -> OutputFile.Target? {
        guard target.provider == "bedrock", let output = outputs.output, output.isReplaced else {
            return nil
        }
        let slash = output.argument.lastIndex(of: "/")
        let folder = slash.map { output.argument[...$0] } ?? ""
        let manifest = try OutputFile.Target("\(folder)manifest.json.out")
        try manifest.requireFree(force: force)
        guard manifest.path != output.path else {
            throw .usage("the manifest of the results has that name: --output needs another one")
        }
        return manifest
    }

    /// A conversion for each provider that results came from.
    private func conversions(
        _ configuration: Configuration, _ lanes: [Detection]
    ) throws(CommandFailure) -> (first: Conversion, others: ArraySlice<Conversion>) {
        // Where no result came at all, there is still an output to write.
        let none = Detection(format: configuration.target, kind: .result)
        do throws(ConfigurationError) {
            var others: [Conversion] = []
            for lane in lanes.dropFirst() {
                others.append(try Conversion(configuration, detected: lane))
            }
            return (try Conversion(configuration, detected: lanes.first ?? none), others[...])
        } catch {
            throw .usage(error.description)
        }
    }

    private func noteMissing(_ ledger: ResultLedger, _ index: RequestIndex) {
        guard ledger.missingCount > 0 else { return }
        for position in 0..<index.count where ledger[position].outcome == .missing {
            ledger.note(
                Message(
                    file: reading.requestName, line: index.place(at: position).lineNumber,
                    column: 1, code: "missing_result",
                    sentence: "no result came back for \"\(index.id(at: position))\"",
                    recordID: index.id(at: position)))
        }
    }

    private func report(
        _ runner: BlockRunner, _ ledger: ResultLedger, _ names: [String], _ order: JoinOrder
    ) -> RunReport {
        var report = RunReport(command: .join)
        report.inputs = reading.resultPaths
        report.names = names
        report.output = outputs.output?.argument ?? "-"
        report.report = runner.report
        for index in report.report.losses.indices {
            report.report.losses[index].first = order.place(report.report.losses[index].first)
        }
        report.source = runner.report.source
        report.target = runner.report.target
        report.kind = .result
        report.messages = ledger.messages
        report.rejectedCount = ledger.errorCount
        report.report.recordsRead = ledger.resultCount
        report.batch = RunReport.BatchCounts(
            file: reading.requestPath, requests: ledger.requestCount,
            succeeded: ledger.succeededCount, failed: ledger.failedCount,
            missing: ledger.missingCount)
        report.seconds = System.seconds - start
        return report
    }
}
