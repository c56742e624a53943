// SPDX-License-Identifier: Apache-2.0

// What join says at its end.

import Transcoder

/// The last lines of a join.
struct JoinSummary {
    let report: RunReport
    /// The output file as it was typed; nil for standard output.
    let output: String?
    let manifest: String?
    let replacedCount: Int
    /// The inputs as they were typed.
    let operands: [String]
    let order: String

    func print(_ terminal: Terminal, _ settings: Settings) {
        MessagePrinter(terminal: terminal, limit: settings.errorLimit)
            .print(report.messages, total: report.rejectedCount)
        MessageHints.print(for: report.messages, terminal)
        let losses = LossSummary(
            report.report.losses, target: report.target?.provider ?? "the target")
        if settings.options.onLoss != .drop { losses.print(terminal) }
        if replacedCount > 0 {
            let label = terminal.styled("note:", .note)
            let verb = replacedCount == 1 ? "gives" : "give"
            terminal.remark(
                "\(label) \(Numbers.count(replacedCount, "result")) \(verb) way to better or "
                    + "later ones with the same id")
        }
        guard let batch = report.batch else { return }
        terminal.remark(Self.line(batch))
        var line = "wrote \(output ?? "<stdout>"): "
        line += "\(Numbers.count(report.report.recordsWritten, "result")) in \(order)"
        if batch.missing > 0 { line += " (missing ones are left out)" }
        let rejected = report.report.recordsRejected
        if rejected > 0 { line += "; \(Numbers.grouped(rejected)) rejected" }
        terminal.remark(line)
        if let manifest { terminal.remark("wrote \(manifest)") }
        if batch.failed + batch.missing > 0 { terminal.remark("help: \(retry)") }
    }

    /// Such as `3 requests: 1 succeeded, 1 failed, 1 missing`.
    static func line(_ batch: RunReport.BatchCounts) -> String {
        "\(Numbers.count(batch.requests, "request")): "
            + "\(Numbers.grouped(batch.succeeded)) succeeded, "
            + "\(Numbers.grouped(batch.failed)) failed, "
            + "\(Numbers.grouped(batch.missing)) missing"
    }

    /// What to type next; long lists of files are not repeated.
    private var retry: String {
        let names = operands.count <= 6 ? operands.joined(separator: " ") : "REQUESTS RESULTS..."
        return "transcode retry \(names) -o again.jsonl"
    }
}
