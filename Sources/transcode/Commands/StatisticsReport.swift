// SPDX-License-Identifier: Apache-2.0

// Statistics as people read them, and as programs do.

import JSONLCodec
import Transcoder

/// The statistics of one file, or of all together.
struct StatisticsReport {
    let statistics: Statistics
    /// The file as messages name it, or as it was typed for JSON.
    let name: String
    /// What the first record shows; nil for several files together.
    let format: Detection?
    let price: TokenPrice?

    // MARK: - For people

    /// One row a fact.
    var table: String {
        var rows: [(label: String, text: String)] = []
        if let format { rows.append(("format", "\(format.format) \(format.kind.rawValue)s")) }
        if format == nil || statistics.formats.entries.count > 1 {
            rows.append(("holds", list(statistics.formats.ranked)))
        }
        rows.append(("records", records))
        if statistics.faultCount > 0 {
            rows.append(("unreadable", list(statistics.faults.ranked)))
        }
        if !statistics.models.entries.isEmpty {
            rows.append(("models", list(statistics.models.ranked)))
        }
        rows.append(("size", size))
        if statistics.requestCount > 0 { rows += requestRows }
        if statistics.resultCount > 0 { rows += resultRows }
        if let price { rows.append(("cost", cost(price))) }
        let width = rows.map(\.label.count).max() ?? 0
        let lines = rows.map { "  \(HelpPage.pad($0.label, to: width))  \($0.text)".printable }
        return ([name.printable] + lines).joined(separator: "\n") + "\n"
    }

    private var records: String {
        let count = Numbers.grouped(statistics.recordCount)
        guard statistics.blankCount > 0 else { return count }
        return "\(count), and \(Numbers.count(statistics.blankCount, "blank line"))"
    }

    private var size: String {
        let sizes = statistics.sizes
        return "\(Numbers.bytes(statistics.byteCount)); a record: min \(Numbers.bytes(sizes.min)), "
            + "median \(Numbers.bytes(sizes.percentile(50))), "
            + "p90 \(Numbers.bytes(sizes.percentile(90))), max \(Numbers.bytes(sizes.max))"
    }

    private var requestRows: [(label: String, text: String)] {
        let input = TokenEstimate.tokens(bytes: statistics.requestByteCount)
        let open = statistics.openEndedCount
        let most = "at most \(Numbers.grouped(statistics.maxOutputTokens))"
        let unlimited = "no limit in \(Numbers.count(open, "request"))"
        let output =
            switch (open, statistics.maxOutputTokens) {
            case (0, _): most
            case (_, 0): unlimited
            default: "\(most), and \(unlimited)"
            }
        return [
            ("input tokens", "about \(Numbers.grouped(input)) (an estimate: bytes / 4)"),
            ("output tokens", output),
        ]
    }

    private var resultRows: [(label: String, text: String)] {
        var rows = [
            (
                "results",
                "\(Numbers.grouped(statistics.succeededCount)) succeeded, "
                    + "\(Numbers.grouped(statistics.failedCount)) failed"
            )
        ]
        if !statistics.failures.entries.isEmpty {
            rows.append(("errors", list(statistics.failures.ranked)))
        }
        if !ends.isEmpty { rows.append(("finish reasons", list(ends))) }
        let usage = statistics.usage
        var tokens =
            "\(Numbers.grouped(usage.input)) input, \(Numbers.grouped(usage.output)) output"
        if usage.cached > 0 { tokens += ", \(Numbers.grouped(usage.cached)) of the input cached" }
        if usage.reasoning > 0 {
            tokens += ", \(Numbers.grouped(usage.reasoning)) of the output reasoning"
        }
        rows.append(("tokens", tokens))
        return rows
    }

    private var ends: [(value: String, count: Int)] {
        AnswerEnd.allCases.compactMap { end in
            statistics.ends[end].map { (end.rawValue, $0) }
        }
    }

    private func list(_ entries: [(value: String, count: Int)]) -> String {
        let shown = entries.prefix(8).map { "\($0.value) \(Numbers.grouped($0.count))" }
        let rest = entries.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    private func cost(_ price: TokenPrice) -> String {
        let input = Self.amount(price.cost(ofInput: statistics.inputTokens))
        let output = Self.amount(price.cost(ofOutput: statistics.mostOutputTokens))
        let prices = "(your prices per million tokens)"
        guard statistics.requestCount > 0 else {
            return "\(input) input + \(output) output \(prices)"
        }
        let open = statistics.openEndedCount > 0 ? " where a limit is set" : ""
        return "about \(input) input + at most \(output) output\(open) \(prices)"
    }

    /// Small amounts need more decimals than large ones.
    private static func amount(_ value: Double) -> String {
        Numbers.decimal(value, places: value == 0 || value >= 0.1 ? 2 : 6)
    }

    // MARK: - For eyes

    /// Sizes and tokens as bars: a row for each power of two.
    var bars: String {
        var text = Self.bars(statistics.sizes, "bytes a record")
        if statistics.outputTokens.count > 0 {
            text += Self.bars(statistics.outputTokens, "output tokens a result")
        }
        return text
    }

    static func bars(_ histogram: ValueHistogram, _ title: String) -> String {
        let octaves = histogram.octaves
        let most = octaves.map(\.count).max() ?? 0
        let labels = octaves.map { Numbers.grouped($0.from) }
        let labelWidth = labels.map(\.count).max() ?? 0
        var text = "\n  \(title), from ... to the double\n"
        for (octave, label) in zip(octaves, labels) {
            // What is there is seen, however little it is.
            let length = most > 0 ? (octave.count * 40 + most - 1) / most : 0
            let blanks = String(repeating: " ", count: labelWidth - label.count)
            let bar = String(repeating: "#", count: length)
            text +=
                "  \(blanks)\(label)  \(HelpPage.pad(bar, to: 40))  "
                + "\(Numbers.grouped(octave.count))\n"
        }
        return text
    }

    // MARK: - For programs

    /// One object on one line.
    var json: String {
        var json = JSONWriter()
        json.object { json in
            json.member("schema", 1)
            json.member("file", name)
            json.member("format", format?.format.description)
            json.member("kind", format?.kind.rawValue)
            json.member("records", statistics.recordCount)
            json.member("blank_lines", statistics.blankCount)
            json.member("bytes", statistics.byteCount)
            json.object("record_bytes") { write(statistics.sizes, to: &$0) }
            json.object("formats") { write(statistics.formats.ranked, to: &$0) }
            json.object("models") { write(statistics.models.ranked, to: &$0) }
            json.object("unreadable") { write(statistics.faults.ranked, to: &$0) }
            json.member("requests", statistics.requestCount)
            json.member("results", statistics.resultCount)
            json.member("succeeded", statistics.succeededCount)
            json.member("failed", statistics.failedCount)
            json.object("error_codes") { write(statistics.failures.ranked, to: &$0) }
            json.object("finish_reasons") { write(ends, to: &$0) }
            json.object("tokens") { writeTokens(to: &$0) }
            if let price {
                json.object("cost") { json in
                    json.member("input", decimal: price.cost(ofInput: statistics.inputTokens))
                    json.member(
                        "output", decimal: price.cost(ofOutput: statistics.mostOutputTokens))
                    json.member("is_estimate", statistics.requestCount > 0)
                }
            } else {
                json.member("cost", nil)
            }
        }
        json.endLine()
        return json.text
    }

    private func writeTokens(to json: inout JSONWriter) {
        json.member("input", statistics.usage.input)
        json.member("output", statistics.usage.output)
        json.member("cached", statistics.usage.cached)
        json.member("reasoning", statistics.usage.reasoning)
        json.member(
            "input_estimate", TokenEstimate.tokens(bytes: statistics.requestByteCount))
        json.member("max_output", statistics.maxOutputTokens)
        json.member("requests_without_max_output", statistics.openEndedCount)
    }

    private func write(
        _ entries: [(value: String, count: Int)], to json: inout JSONWriter
    ) {
        for entry in entries { json.member(entry.value, entry.count) }
    }

    private func write(_ histogram: ValueHistogram, to json: inout JSONWriter) {
        json.member("min", histogram.min)
        json.member("median", histogram.percentile(50))
        json.member("p90", histogram.percentile(90))
        json.member("max", histogram.max)
    }
}
