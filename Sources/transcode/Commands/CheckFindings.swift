// SPDX-License-Identifier: Apache-2.0

// What a check found: errors in order, losses, limits, and the last line.

import Transcoder

/// The findings in one file.
struct CheckFindings {
    private let plan: CheckPlan
    private let engineReport: Report
    private let recordCount: Int
    private let models: [(name: String, records: Int)]
    private let file: String
    private var messages: [Message] = []
    private var errorCount = 0
    private var limitChecks: [RunReport.LimitCheck] = []
    private let embeddings: EmbeddingCount
    /// Ids that stand twice where the provider does not mind.
    private var sharedIDCount = 0
    private var firstSharedID: RecordProbe.Duplicate?

    init(
        plan: CheckPlan, report: Report, reader: CheckReader, file: String, limits: [BatchLimit],
        hasTarget: Bool
    ) {
        self.plan = plan
        self.file = file
        engineReport = report
        embeddings = plan.isOwnFormat ? reader.inputs.total : report.embeddings
        recordCount = report.recordsRead
        let found = reader.probe.models.map { (name: $0.value, records: $0.count) }
        models = found.isEmpty ? report.models : found
        messages = report.errors.filter(plan.counts).map { Message($0, files: [file]) }
        // Where not all errors are described, it cannot be told how many of the others count.
        errorCount = plan.isOwnFormat ? messages.count : report.recordsRejected
        addDuplicates(reader)
        addMismatches(reader)
        messages.sort { ($0.line, $0.column) < ($1.line, $1.column) }
        guard plan.conversion.kind == .request else { return }
        let known =
            hasTarget ? LimitTable.limits(of: plan.target.provider, replacing: limits) : limits
        limitChecks = LimitTable.checks(
            known, records: recordCount,
            bytes: plan.isOwnFormat ? report.bytesRead : report.bytesWritten,
            inputs: embeddings.inputs)
    }

    private mutating func addDuplicates(_ reader: CheckReader) {
        guard plan.refusesDuplicates else {
            sharedIDCount = reader.probe.duplicateCount
            firstSharedID = reader.probe.duplicates.first
            return
        }
        for duplicate in reader.probe.duplicates {
            messages.append(
                Message(
                    file: file, line: duplicate.line, column: duplicate.column,
                    path: duplicate.path, code: ErrorCode.duplicateCustomID.rawValue,
                    sentence: "record id \"\(duplicate.id)\" was already used",
                    recordID: duplicate.id,
                    firstUse: (file, duplicate.first.line, duplicate.first.column),
                    excerpt: duplicate.excerpt))
        }
        errorCount += reader.probe.duplicateCount
    }

    /// OpenAI wants one model and one endpoint a file.
    private mutating func addMismatches(_ reader: CheckReader) {
        guard plan.wantsOneModel else { return }
        if !plan.hasModel, reader.probe.models.count > 1 {
            let (first, second) = (reader.probe.models[0], reader.probe.models[1])
            add(
                "model_mismatch", second,
                "the model is \(second.value) here and \(first.value) in line \(first.line); "
                    + "openai takes one a file")
        }
        if plan.isOwnFormat, reader.probe.endpoints.count > 1 {
            let (first, second) = (reader.probe.endpoints[0], reader.probe.endpoints[1])
            add(
                "url_mismatch", second,
                "the url is \(second.value) here and \(first.value) in line \(first.line); openai "
                    + "takes one a file")
        }
    }

    private mutating func add(_ code: String, _ found: RecordProbe.Found, _ sentence: String) {
        messages.append(
            Message(
                file: file, line: found.line, column: found.column, code: code,
                sentence: sentence))
        errorCount += 1
    }

    /// Nothing stands against sending the file.
    var isClean: Bool { errorCount == 0 && overLimits.isEmpty }

    private var overLimits: [RunReport.LimitCheck] {
        limitChecks.filter { !$0.isKept && $0.limit.key != .minRecords }
    }

    /// Puts the findings into a report.
    func fill(_ report: inout RunReport) {
        report.report = engineReport
        report.report.recordsWritten = 0
        report.report.bytesWritten = 0
        report.report.bytesCopied = 0
        report.report.bytesRewritten = 0
        report.report.recordsPassedThrough = 0
        if plan.isOwnFormat { report.report.losses = [] }
        report.messages = messages
        report.rejectedCount = errorCount
        report.limits = limitChecks
        report.models = models
    }

    // MARK: - For people

    func print(_ report: RunReport, _ terminal: Terminal, _ settings: Settings) {
        MessagePrinter(terminal: terminal, limit: settings.errorLimit)
            .print(messages, total: errorCount)
        MessageHints.print(for: messages, terminal)
        let losses = LossSummary(report.report.losses, target: plan.target.provider)
        if settings.options.onLoss != .drop { losses.print(terminal) }
        let label = terminal.styled("warning:", .warning)
        if let first = firstSharedID {
            terminal.remark(
                "\(label) \(Numbers.count(sharedIDCount, "record")) "
                    + "\(sharedIDCount == 1 ? "has" : "have") an id that was used before, first in "
                    + "line \(first.line): results cannot be told apart [duplicate_custom_id]")
        }
        for check in limitChecks where !check.isKept && check.limit.key == .minRecords {
            let sentence = LimitTable.sentence(check, target: plan.target.provider)
            terminal.remark("\(label) \(sentence)")
        }
        let line = line(losses, settings)
        if isClean { terminal.remark(line) } else { terminal.say(line) }
        // What would be over the limit only after a conversion has to be converted first.
        if !overLimits.isEmpty, plan.isOwnFormat,
            let help = LimitTable.help(
                for: file, target: plan.target.provider)
        {
            terminal.remark(help)
        }
    }

    private func line(_ losses: LossSummary, _ settings: Settings) -> String {
        var line = "\(file): "
        let over = overLimits.map { LimitTable.sentence($0, target: plan.target.provider) }
            .joined(separator: "; ")
        if errorCount > 0 {
            line +=
                "\(Numbers.count(errorCount, "error")) in \(Numbers.count(recordCount, "record"))"
            return line + (over.isEmpty ? "" : "; also over the limit: \(over)")
        }
        guard over.isEmpty else { return line + "over the limit: \(over)" }
        line += "\(Numbers.grouped(recordCount)) \(plan.conversion.sourceID) "
        line += plan.conversion.kind.rawValue + (recordCount == 1 ? "" : "s") + ", no errors"
        guard !plan.isOwnFormat, losses.lossKindCount > 0 else { return line }
        let kinds = losses.lossKindCount == 1 ? "1 kind" : "\(losses.lossKindCount) kinds"
        return line + ", \(kinds) of loss on the way to \(plan.target)"
    }
}
