// SPDX-License-Identifier: Apache-2.0

// What join and retry begin with: the client's requests, and what came back for each.

import JSONLCodec
import Transcoder

/// The files of a batch: the client's own requests and the results.
struct BatchReading {
    let requestPath: String
    let resultPaths: [String]
    private let settings: Settings
    private let terminal: Terminal

    init(
        _ arguments: ParsedArguments, _ settings: Settings, _ terminal: Terminal
    ) throws(CommandFailure) {
        let verb = arguments.verb?.rawValue ?? ""
        guard let first = arguments.operands.first, arguments.operands.count >= 2 else {
            throw .usage("\(verb) needs the request file and one result file or more")
        }
        requestPath = first
        resultPaths = Array(arguments.operands.dropFirst())
        self.settings = settings
        self.terminal = terminal
        try requireDistinctResults()
        // Each result file stays open, since its lines are read again in another order.
        System.raiseFileLimit()
    }

    /// Refuses a result file that is given twice: its results would all be second answers.
    private func requireDistinctResults() throws(CommandFailure) {
        var known: [String: String] = [:]
        for path in resultPaths where path != "-" {
            guard let status = try? System.status(path), status.kind == .regular else { continue }
            let key = "\(status.device) \(status.node)"
            if let other = known[key] { throw .file(path, "is the same file as \(other)") }
            known[key] = path
        }
    }

    /// All inputs.
    var paths: [String] { [requestPath] + resultPaths }

    /// The name of the request file in messages.
    var requestName: String { InputFile.name(of: requestPath) }

    /// Looks at the request file: its format tells what the results become by default.
    func openRequests() throws(CommandFailure) -> (file: InputFile, format: Detection) {
        let file = try open(requestPath)
        switch try settings.detect(file) {
        case .found(let detection):
            guard detection.kind == .request else {
                throw terminal.refuse(
                    message(file, detection, wanted: "the client's own requests come first"))
            }
            return (file, detection)
        case .empty, .asTold: throw terminal.refuse(file.complaint(provider: nil))
        case .unknown(let message): throw terminal.refuse(message)
        }
    }

    /// Reads the requests, then all results.
    func read(
        _ requests: InputFile, errorLimit: Int
    ) throws(CommandFailure) -> (requests: RequestFile, results: ResultInputs, ResultLedger) {
        let restricted = try restrictedFormat()
        let file = try RequestFile(requests, settings, results: restricted)
        let inputs = try ResultInputs(resultPaths, settings)
        let ledger = ResultLedger(file.index, inputs: inputs, errorLimit: errorLimit)
        let first = try open(resultPaths[0])
        let others = resultPaths.dropFirst()
        let source = BlockSource(
            first, others: others, expected: nil, provider: nil,
            lineByteLimit: settings.limits.lineByteLimit, decompresses: settings.decompresses)
        let progress = Progress(
            terminal, totalByteCount: InputFile.totalByteCount(first, others: others))
        let pass = RecordPass(
            source: source, limits: settings.limits, requests: file.index, jobs: settings.jobs,
            progress: progress)
        try pass.run { (block, bytes) throws(CommandFailure) in try ledger.add(block, bytes) }
        if file.index.skippedCount > 0 {
            let label = terminal.styled("warning:", .warning)
            terminal.say(
                "\(label) \(Numbers.count(file.index.skippedCount, "line")) of \(requestName), "
                    + "first line \(file.index.firstSkippedLine ?? 1), cannot be told by an id: "
                    + "it is missing, used twice, or the line is broken")
        }
        return (file, inputs, ledger)
    }

    /// A format among those of the results that restricts ids, so that the requests were sent
    /// under other ones; of inputs that can be read only once it is not known.
    private func restrictedFormat() throws(CommandFailure) -> FormatID? {
        var format: FormatID?
        for path in resultPaths {
            guard path != "-" else {
                format = format ?? FormatID("anthropic")
                continue
            }
            let file = try open(path)
            guard file.isRegular else {
                format = format ?? FormatID("anthropic")
                continue
            }
            switch try settings.detect(file) {
            case .found(let detection):
                guard detection.kind == .result else {
                    throw terminal.refuse(message(file, detection, wanted: "results are wanted"))
                }
                if detection.format.provider == "anthropic" { format = detection.format }
            // A batch without errors may have an empty error file.
            case .empty, .asTold: continue
            case .unknown(let message): throw terminal.refuse(message)
            }
        }
        return format
    }

    private func open(_ path: String) throws(CommandFailure) -> InputFile {
        do throws(SystemError) {
            return try InputFile(path, decompresses: settings.decompresses)
        } catch {
            throw .file(InputFile.name(of: path), error)
        }
    }

    private func message(_ file: InputFile, _ found: Detection, wanted: String) -> Message {
        Message(
            file: file.name, line: 1, column: 1, code: ErrorCode.mixedFormats.rawValue,
            sentence: "this file holds \(found.format) \(found.kind.rawValue)s; \(wanted)")
    }
}
