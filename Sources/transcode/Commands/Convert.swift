// SPDX-License-Identifier: Apache-2.0

// transcode convert: files in, one file out, and everything that was lost on the way.

import JSONLCodec
import Transcoder

/// One run of `transcode convert`.
struct Convert {
    private let settings: Settings
    private let terminal: Terminal
    private let target: FormatID
    private let inputs: [String]
    private let outputs: ConvertOutputs.Targets
    private let requestPath: String?
    private let start = System.seconds

    init(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandFailure) {
        settings = try Settings(arguments)
        self.terminal = terminal
        guard let target = settings.target else {
            throw .usage("convert needs --to TO (transcode formats lists what there is)")
        }
        self.target = target
        inputs = arguments.operands.isEmpty ? ["-"] : arguments.operands
        requestPath = arguments[.requests]
        if arguments.has(.rejects), settings.onError != .skip {
            throw .usage("--rejects needs --on-error skip: without, nothing is left out")
        }
        outputs = try ConvertOutputs.Targets(arguments)
        try outputs.check(inputs: inputs + (requestPath.map { [$0] } ?? []))
        try outputs.check(force: arguments.has(.force))
    }

    /// Converts.
    func run() throws(CommandFailure) -> ExitStatus {
        var report = RunReport(command: .convert)
        report.inputs = inputs
        report.target = target
        report.output = outputs.output?.argument ?? "-"
        do throws(CommandFailure) {
            let status = try convert(&report)
            report.seconds = System.seconds - start
            try outputs.write(report)
            return status
        } catch {
            // A report of what went wrong is of use too, but the failure itself matters more.
            if error.status == .input, !report.messages.isEmpty { try? outputs.write(report) }
            throw error
        }
    }

    private func convert(_ report: inout RunReport) throws(CommandFailure) -> ExitStatus {
        let (first, rest, detection) = try firstInput(&report)
        // Inputs before the first that holds a record are left out.
        report.inputs = Array(inputs.suffix(rest.count + 1))
        var configuration = settings.configuration(target: target)
        configuration.keepsRejects = outputs.rejects != nil
        if outputs.isReporting || outputs.rejects != nil { configuration.errorLimit = 100_000 }
        if let requestPath {
            configuration.requests =
                try RequestFile(
                    requestPath, settings, results: settings.source ?? detection?.format
                ).index
        }
        let conversion: Conversion
        do throws(ConfigurationError) {
            conversion = try Conversion(configuration, detected: detection)
        } catch {
            throw .usage(error.description)
        }
        report.source = conversion.sourceID
        report.kind = conversion.kind
        report.target = conversion.targetID
        remark(on: conversion, first.name, configuration.requests)
        let source = BlockSource(
            first, others: rest, expected: expectation(conversion, detection),
            provider: settings.source?.provider, lineByteLimit: settings.limits.lineByteLimit,
            decompresses: settings.decompresses)
        let files = try ConvertOutputs(outputs)
        let runner = BlockRunner(
            conversion, source: source, sink: files, jobs: settings.jobs,
            progress: Progress(
                terminal, totalByteCount: InputFile.totalByteCount(first, others: rest)))
        defer { files.abandon() }
        do throws(RunFailure) {
            try runner.run()
        } catch {
            throw failure(error, source, &report)
        }
        return try finish(runner, source, files, &report)
    }

    /// The first input that holds a record, the ones after it, and what it shows.
    private func firstInput(
        _ report: inout RunReport
    ) throws(CommandFailure) -> (InputFile, rest: ArraySlice<String>, Detection?) {
        var rest = inputs[...]
        while let argument = rest.popFirst() {
            let file: InputFile
            do throws(SystemError) {
                file = try InputFile(argument, decompresses: settings.decompresses)
            } catch {
                throw .file(InputFile.name(of: argument), error)
            }
            switch try settings.detect(file) {
            case .found(let detection): return (file, rest, detection)
            case .asTold: return (file, rest, nil)
            case .unknown(let message): throw refuse(message, &report)
            case .empty:
                guard rest.isEmpty else { continue }
                throw refuse(file.complaint(provider: nil), &report)
            }
        }
        throw .usage("convert needs an input")
    }

    /// What later inputs are compared with.
    private func expectation(_ conversion: Conversion, _ detection: Detection?) -> Detection? {
        guard settings.source == nil || settings.kind == nil else { return nil }
        return detection
    }

    private func remark(on conversion: Conversion, _ name: String, _ requests: RequestIndex?) {
        terminal.remark("\(name): \(conversion.sourceID) \(conversion.kind.rawValue)s")
        guard let requests, let requestPath else { return }
        let note = terminal.styled("note:", .note)
        if conversion.kind == .request {
            terminal.remark("\(note) --requests is of use for results only")
        } else if let member = echoMember(conversion.targetID),
            requests.echoProvider != conversion.targetID.provider
        {
            terminal.remark("\(note) \(requestPath) holds no \(member) that results could repeat")
        }
    }

    /// What results of a format repeat of their requests.
    private func echoMember(_ target: FormatID) -> String? {
        switch target.description {
        case "gemini/vertex": "Gemini request"
        default: target.provider == "bedrock" ? "modelInput" : nil
        }
    }

    // MARK: - Endings

    /// An error that ends the run before anything was converted.
    private func refuse(_ message: Message, _ report: inout RunReport) -> CommandFailure {
        report.messages = [message]
        report.names = [message.file]
        return terminal.refuse(message)
    }

    private func failure(
        _ failure: RunFailure, _ source: BlockSource, _ report: inout RunReport
    ) -> CommandFailure {
        switch failure {
        case .output(let failure): return failure
        case .input(.system(let file, let error)): return .file(file, error)
        case .input(.unknown(let message)): return refuse(message, &report)
        case .input(.mixed(let file, let found)):
            let message = Message(
                file: file, line: 1, column: 1, code: ErrorCode.mixedFormats.rawValue,
                sentence: "this file holds \(found.format) \(found.kind.rawValue)s; "
                    + "\(source.names.first ?? "the first file") holds "
                    + "\(report.source?.description ?? "other") "
                    + "\(report.kind?.rawValue ?? "record")s"
            )
            return refuse(message, &report)
        }
    }

    private func finish(
        _ runner: BlockRunner, _ source: BlockSource, _ files: ConvertOutputs,
        _ report: inout RunReport
    ) throws(CommandFailure) -> ExitStatus {
        report.report = runner.report
        report.names = source.names
        report.rejectedCount = runner.report.recordsRejected
        report.models = runner.report.models
        report.messages = runner.report.errors.map { Message($0, files: source.names) }
        if report.kind == .request { report.limits = LimitTable.checks(for: report) }
        MessagePrinter(terminal: terminal, limit: settings.errorLimit)
            .print(report.messages, total: runner.isStopped ? 1 : report.rejectedCount)
        MessageHints.print(for: report.messages, terminal)
        guard !runner.isStopped else {
            report.withdrawOutput()
            terminal.remark("stopped at the first bad record; \(outputs.nothingWritten)")
            terminal.remark("help: --on-error skip leaves bad records out and goes on")
            return .input
        }
        try files.finish(reasons: report.messages, total: report.rejectedCount)
        let summary = ConvertSummary(
            report: report, targets: outputs, threadCount: runner.threadCount,
            seconds: System.seconds - start, showsLosses: settings.options.onLoss != .drop)
        summary.print(terminal)
        return report.rejectedCount > 0 ? .news : .success
    }
}
