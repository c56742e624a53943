// SPDX-License-Identifier: Apache-2.0

// transcode check: every record is read, all errors are shown, nothing is written.

import JSONLCodec
import Transcoder

/// One run of `transcode check`.
struct Check {
    private let settings: Settings
    private let terminal: Terminal
    private let inputs: [String]
    private let limits: [BatchLimit]
    private let isJSON: Bool

    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandFailure) {
        settings = try Settings(arguments)
        self.terminal = terminal
        inputs = arguments.operands.isEmpty ? ["-"] : arguments.operands
        limits = try LimitTable.parse(arguments.all(.limit))
        isJSON = arguments.has(.json)
    }

    /// Checks one input after the other; the worst of them gives the status.
    func run() throws(CommandFailure) -> ExitStatus {
        var status = ExitStatus.success
        for input in inputs {
            do throws(CommandFailure) {
                status = status.combined(with: try check(input))
            } catch {
                // A wrong command line is wrong for all files, and a closed pipe takes no more.
                guard error.status != .usage, !error.isClosedPipe else { throw error }
                if let message = error.message { terminal.say("transcode: \(message)") }
                status = status.combined(with: error.status)
            }
        }
        return status
    }

    private func check(_ input: String) throws(CommandFailure) -> ExitStatus {
        let file: InputFile
        do throws(SystemError) {
            file = try InputFile(input, decompresses: settings.decompresses)
        } catch {
            throw .file(InputFile.name(of: input), error)
        }
        var report = RunReport(command: .check)
        report.inputs = [input]
        report.names = [file.name]
        report.target = settings.target
        switch try settings.detect(file) {
        case .empty: return try refuse(file.complaint(provider: nil), &report)
        case .unknown(let message): return try refuse(message, &report)
        case .found(let detection): return try check(file, detection, &report)
        case .asTold: return try check(file, nil, &report)
        }
    }

    private func refuse(
        _ message: Message, _ report: inout RunReport
    ) throws(CommandFailure) -> ExitStatus {
        report.messages = [message]
        report.rejectedCount = 1
        if isJSON { try print(report) }
        if !isJSON {
            MessagePrinter(terminal: terminal, limit: 1).print([message], total: 1)
            MessageHints.print(for: [message], terminal)
        }
        return .input
    }

    private func check(
        _ file: InputFile, _ detection: Detection?, _ report: inout RunReport
    ) throws(CommandFailure) -> ExitStatus {
        let start = System.seconds
        let plan = try CheckPlan(settings, detection)
        let source = BlockSource(
            file, others: [], expected: nil, provider: nil,
            lineByteLimit: settings.limits.lineByteLimit, decompresses: settings.decompresses)
        let reader = CheckReader(
            keepsIDs: plan.isOwnFormat && plan.conversion.kind == .request,
            isNeeded: plan.isOwnFormat || (plan.wantsOneModel && !plan.hasModel),
            countsInputs: plan.isOwnFormat && plan.conversion.sourceID.isForEmbeddings)
        let runner = BlockRunner(
            plan.conversion, source: source, sink: reader, jobs: settings.jobs,
            progress: Progress(
                terminal, totalByteCount: InputFile.totalByteCount(file, others: [])))
        do throws(RunFailure) {
            try runner.run()
        } catch {
            throw error.commandFailure
        }
        report.source = plan.conversion.sourceID
        report.kind = plan.conversion.kind
        report.target = settings.target.map { _ in plan.target }
        let findings = CheckFindings(
            plan: plan, report: runner.report, reader: reader, file: file.name,
            limits: limits, hasTarget: settings.target != nil)
        findings.fill(&report)
        report.seconds = System.seconds - start
        if isJSON {
            try print(report)
        } else {
            findings.print(report, terminal, settings)
        }
        return findings.isClean ? .success : .news
    }

    private func print(_ report: RunReport) throws(CommandFailure) {
        var json = JSONWriter()
        report.write(to: &json)
        try Terminal.print(json.text)
    }
}

/// Keeps nothing of a conversion but what the records say about themselves.
final class CheckReader: BlockSink {
    private(set) var probe: RecordProbe
    /// What the conversion itself does not count, since it refuses the records.
    private(set) var inputs: InputCounter
    /// The conversion itself does not tell enough.
    private let isNeeded: Bool

    init(keepsIDs: Bool, isNeeded: Bool, countsInputs: Bool) {
        probe = RecordProbe(keepsIDs: keepsIDs)
        inputs = InputCounter(isNeeded: countsInputs)
        self.isNeeded = isNeeded
    }

    func take(
        _ block: borrowing BlockConverter, _ source: borrowing ByteBuffer, _ position: BlockPosition
    ) {
        if isNeeded { probe.look(at: source, position) }
        if !position.isTooLong { source.withBytes { _ = inputs.count($0) } }
    }
}
