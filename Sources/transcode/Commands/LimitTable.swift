// SPDX-License-Identifier: Apache-2.0

// Whether a batch keeps to what its provider takes at once.

import Transcoder

/// Compares batches with limits.
enum LimitTable {
    /// The limits of a provider, with others in the place of some.
    static func limits(of provider: String, replacing others: [BatchLimit] = []) -> [BatchLimit] {
        let known = FormatDescription.all.first { $0.name == provider }?.limits ?? []
        let kept = known.filter { limit in !others.contains { $0.key == limit.key } }
        return kept + others
    }

    /// The limits of the target of a report, each with what the batch has.
    static func checks(
        for report: RunReport, replacing others: [BatchLimit] = []
    ) -> [RunReport.LimitCheck] {
        guard let provider = report.target?.provider else { return [] }
        return checks(
            limits(of: provider, replacing: others), records: report.report.recordsWritten,
            bytes: report.report.bytesWritten, inputs: report.report.embeddings.inputs)
    }

    static func checks(
        _ limits: [BatchLimit], records: Int, bytes: Int, inputs: Int
    ) -> [RunReport.LimitCheck] {
        limits.compactMap { limit in
            let actual: Int
            switch limit.key {
            case .minRecords, .maxRecords: actual = records
            case .maxBytes: actual = bytes
            case .maxTokens: actual = TokenEstimate.tokens(bytes: bytes)
            case .maxInputs:
                // Conversations have none.
                guard inputs > 0 else { return nil }
                actual = inputs
            }
            return RunReport.LimitCheck(limit: limit, actual: actual)
        }
    }

    /// Such as `50,412 records, openai allows 50,000 [too_many_tasks]`.
    static func sentence(_ check: RunReport.LimitCheck, target: String) -> String {
        let doubt = check.limit.isConfirmed ? "" : " (not confirmed)"
        return switch check.limit.key {
        case .maxRecords:
            "\(Numbers.count(check.actual, "record")), \(target) allows "
                + "\(Numbers.grouped(check.limit.value))\(doubt) [too_many_tasks]"
        case .minRecords:
            "\(Numbers.count(check.actual, "record")), \(target) wants at least "
                + "\(Numbers.grouped(check.limit.value))\(doubt) [too_few_records]"
        case .maxBytes:
            "\(Numbers.bytes(check.actual)), \(target) allows "
                + "\(Numbers.bytes(check.limit.value))\(doubt) [file_too_large]"
        case .maxInputs:
            "\(Numbers.count(check.actual, "input")), \(target) allows "
                + "\(Numbers.grouped(check.limit.value))\(doubt) [too_many_inputs]"
        case .maxTokens:
            "about \(Numbers.count(check.actual, "token")) (bytes / 4), \(target) allows "
                + "\(Numbers.grouped(check.limit.value))\(doubt) [too_many_tokens]"
        }
    }

    /// What cuts a file that is over a limit; nil for one that has no name.
    static func help(for file: String, target: String) -> String? {
        file.hasPrefix("<") ? nil : "help: transcode split -t \(target) \(file) -o parts"
    }

    /// The limits that `--limit KEY=VALUE` gives.
    static func parse(_ texts: [String]) throws(CommandFailure) -> [BatchLimit] {
        var limits: [BatchLimit] = []
        for text in texts {
            let pieces = text.split(separator: "=", maxSplits: 1).map(String.init)
            let keys = BatchLimit.Key.allCases.map(\.rawValue)
            guard pieces.count == 2 else {
                throw .usage("--limit takes KEY=VALUE, not \"\(text)\"")
            }
            guard let key = BatchLimit.Key(rawValue: pieces[0]) else {
                let phrase = Suggestion.phrase(for: pieces[0], among: keys)
                throw .usage(
                    "unknown limit \"\(pieces[0])\"\(phrase) "
                        + "(there are \(keys.joined(separator: ", ")))"
                )
            }
            guard let value = ByteSize.parse(pieces[1]),
                key == .maxBytes || pieces[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else {
                throw .usage("--limit \(key.rawValue) takes a number, not \"\(pieces[1])\"")
            }
            limits.append(BatchLimit(key, value, source: "--limit"))
        }
        return limits
    }
}
