// SPDX-License-Identifier: Apache-2.0

// What convert says at its end: losses, limits, and in one line what was done.

import Transcoder

/// The last lines of a conversion.
struct ConvertSummary {
    let report: RunReport
    let targets: ConvertOutputs.Targets
    let threadCount: Int
    let seconds: Double
    let showsLosses: Bool
    /// What was done, where another verb says it in its own words.
    var headline: String?

    func print(_ terminal: Terminal) {
        let losses = LossSummary(report.report.losses, target: targetName)
        if showsLosses { losses.print(terminal) }
        printLimits(terminal)
        if terminal.isVerbose { printDetails(terminal) }
        terminal.remark(headline ?? line(losses))
        printNext(terminal)
    }

    private var targetName: String { report.target?.provider ?? "the target" }

    /// What was done, in one line.
    private func line(_ losses: LossSummary) -> String {
        let done = report.report
        var line =
            "wrote \(targets.output?.argument ?? "<stdout>"): "
            + "\(Numbers.count(done.recordsWritten, "record")), "
            + "\(Numbers.bytes(done.bytesWritten)) (from \(Numbers.bytes(done.bytesRead))) "
            + "in \(Numbers.decimal(seconds, places: 2)) s; "
            + "\(Numbers.grouped(report.rejectedCount)) rejected"
        if report.rejectedCount > 0, let rejects = targets.rejects, let reasons = targets.reasons {
            line += ", kept in \(rejects.argument) (reasons in \(reasons.argument))"
        }
        if showsLosses, losses.lossKindCount > 0 {
            let kinds = losses.lossKindCount == 1 ? "1 kind" : "\(losses.lossKindCount) kinds"
            line += ", \(kinds) of loss (--strict would have stopped)"
        }
        return line
    }

    /// Warns where the target does not take so much at once.
    private func printLimits(_ terminal: Terminal) {
        for check in brokenLimits {
            let label = terminal.styled("warning:", .warning)
            let sentence = LimitTable.sentence(check, target: targetName)
            terminal.remark("\(label) \(sentence)")
        }
    }

    private var brokenLimits: [RunReport.LimitCheck] {
        report.limits.filter { !$0.isKept && $0.limit.key != .minRecords }
    }

    /// What has to be done next with what was written.
    private func printNext(_ terminal: Terminal) {
        guard let output = targets.output, output.isReplaced, report.report.recordsWritten > 0
        else { return }
        if !brokenLimits.isEmpty,
            let help = LimitTable.help(for: output.argument, target: targetName)
        {
            terminal.remark(help)
        } else if let next {
            terminal.remark("next: \(next)")
        }
    }

    private func printDetails(_ terminal: Terminal) {
        let done = report.report
        let label = terminal.styled("note:", .note)
        let rate = seconds > 0 ? Double(done.bytesRead) / seconds : 0
        terminal.remark(
            "\(label) \(Numbers.count(threadCount, "thread")), "
                + "\(Numbers.bytes(Int(rate))) a second, "
                + "\(Numbers.bytes(done.bytesCopied)) copied, "
                + "\(Numbers.bytes(done.bytesRewritten)) rewritten, "
                + "\(Numbers.count(done.recordsPassedThrough, "record")) passed through, "
                + "\(Numbers.count(done.blankLines, "blank line"))")
        for model in report.models {
            terminal.remark(
                "\(label) model \(model.name): \(Numbers.count(model.records, "record"))")
        }
    }

    /// What the user will want to do with the file.
    private var next: String? {
        guard report.kind == .request else { return nil }
        return switch report.target?.description {
        case "openai/chat": "upload it with purpose=batch"
        case "openai/responses":
            "upload it with purpose=batch and create the batch with endpoint=/v1/responses"
        case "openai/embeddings":
            "upload it with purpose=batch and create the batch with endpoint=/v1/embeddings"
        case "gemini/embed-content":
            "upload it as application/jsonl and create a batch of embeddings from it"
        case "gemini/vertex": "copy it to Cloud Storage and create a batch prediction job from it"
        case "bedrock/converse": "copy it to S3 and create a job with modelInvocationType=Converse"
        case "bedrock/anthropic", "bedrock/nova", "bedrock/llama", "bedrock/mistral",
            "bedrock/titan", "bedrock/titan-embed", "bedrock/cohere-embed":
            "copy it to S3 and create a job with modelInvocationType=InvokeModel"
        default:
            switch targetName {
            case "gemini": "upload it as application/jsonl and create a batch from it"
            case "anthropic": "send its lines as the requests of one message batch"
            default: nil
            }
        }
    }
}
