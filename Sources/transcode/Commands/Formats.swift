// SPDX-License-Identifier: Apache-2.0

// transcode formats: the providers, their dialects and limits, and what is lost between two.

import JSONLCodec
import Transcoder

/// One run of `transcode formats`.
struct Formats {
    private let names: [String]
    private let isJSON: Bool

    init(_ arguments: ParsedArguments) throws(CommandFailure) {
        guard arguments.operands.count <= 2 else {
            throw .usage("formats takes two names at most")
        }
        names = arguments.operands
        isJSON = arguments.has(.json)
    }

    private var name: String? { names.first }

    func run() throws(CommandFailure) -> ExitStatus {
        if names.count == 2 { return try showPair() }
        let formats = try chosen()
        if isJSON {
            try Terminal.print(json(formats))
        } else if name != nil {
            try Terminal.print(formats.map(page).joined())
        } else {
            try Terminal.print(table(formats))
        }
        return .success
    }

    // MARK: - Pairs

    private func showPair() throws(CommandFailure) -> ExitStatus {
        guard let source = try Settings.format(names[0], allowReadOnly: false),
            let target = try Settings.format(names[1], allowReadOnly: false),
            let losses = PairLoss.all(from: source, to: target)
        else {
            throw .usage(
                "which dialect \(names[0]) or \(names[1]) means depends on the model: name one "
                    + "(transcode formats lists them)")
        }
        try Terminal.print(isJSON ? pairJSON(losses) : pairTable(losses))
        return .success
    }

    private func pairTable(_ losses: [PairLoss]) -> String {
        let title = "Requests from \(names[0]) to \(names[1])"
        guard !losses.isEmpty else { return "\(title): nothing is lost.\n" }
        var lines = ["\(title):"]
        let width = losses.map(\.code.count).max() ?? 0
        for (isRefused, heading) in [
            (true, "Refused, the record is not converted:"), (false, "Lost, or changed:"),
        ] {
            let group = losses.filter { $0.isRefused == isRefused }
            guard !group.isEmpty else { continue }
            lines += ["", heading]
            for loss in group {
                let indent = String(repeating: " ", count: width + 4)
                let cells = TextWrap.lines(loss.concept, indent: indent)
                lines.append(
                    "  \(HelpPage.pad(loss.code, to: width))  \(cells[0].dropFirst(width + 4))")
                lines += cells.dropFirst()
            }
        }
        lines += ["", "transcode explain CODE says more; a conversion names every place."]
        return lines.joined(separator: "\n") + "\n"
    }

    private func pairJSON(_ losses: [PairLoss]) -> String {
        var json = JSONWriter()
        for loss in losses {
            json.object { json in
                json.member("concept", loss.concept)
                json.member("code", loss.code)
                json.member("refused", loss.isRefused)
            }
            json.endLine()
        }
        return json.text
    }

    // MARK: - Formats

    private func chosen() throws(CommandFailure) -> [FormatDescription] {
        guard let name else { return FormatDescription.all }
        let provider = try Settings.format(name, allowReadOnly: true)?.provider
        return FormatDescription.all.filter { $0.name == provider }
    }

    private func table(_ formats: [FormatDescription]) -> String {
        var rows = [["NAME", "WRITES", "READS ALSO", ""]]
        for format in formats {
            rows.append([
                format.name,
                (format.dialects + (format.dialectChoice == nil ? [] : ["auto"]))
                    .joined(separator: ", "),
                format.readOnlyDialects.joined(separator: ", "), format.summary,
            ])
        }
        // Providers with many dialects take several lines.
        let lines = rows.flatMap { row in
            let dialects = TextWrap.lines(row[1], width: 26)
            return dialects.enumerated().map { number, names in
                number == 0 ? [row[0], names, row[2], row[3]] : ["", names, "", ""]
            }
        }
        var text = ""
        for cells in lines {
            var line = ""
            for column in 0..<3 {
                let width = lines.map { $0[column].count }.max() ?? 0
                line += HelpPage.pad(cells[column], to: width) + "  "
            }
            line += cells[3]
            while line.hasSuffix(" ") { line.removeLast() }
            text += line + "\n"
        }
        return text + "\nThe first dialect is the default for conversations. Use a name or "
            + "name/dialect with --from\nand --to. transcode formats NAME shows the limits of a "
            + "provider and its dialects of embeddings.\n"
    }

    private func page(_ format: FormatDescription) -> String {
        var lines = ["\(format.name): \(format.summary)", "", "Dialects:"]
        for (index, dialect) in format.dialects.enumerated() {
            let isEmbedding = format.embeddingDialects.contains(dialect)
            let remark = isEmbedding ? " (embeddings)" : index == 0 ? " (default)" : ""
            lines.append("  \(format.name)/\(dialect)\(remark)")
        }
        if let choice = format.dialectChoice {
            lines.append("  \(format.name)/auto (by --model)")
            lines += TextWrap.lines(choice, indent: "      ")
        }
        lines += format.readOnlyDialects.map { "  \(format.name)/\($0) (read only)" }
        if !format.limits.isEmpty {
            lines += ["", "Limits of one batch (check and split --limit KEY=VALUE set others):"]
        }
        for limit in format.limits {
            let value =
                switch limit.key {
                case .maxBytes: "\(Numbers.grouped(limit.value)) bytes"
                case .maxTokens: Numbers.count(limit.value, "token")
                case .minRecords, .maxRecords: Numbers.count(limit.value, "record")
                case .maxInputs: Numbers.count(limit.value, "input")
                }
            lines.append("  \(HelpPage.pad(limit.key.rawValue, to: 11))  \(value)")
            let doubt = limit.isConfirmed ? "" : "not confirmed: "
            lines += TextWrap.lines(doubt + limit.source, indent: "               ")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func json(_ formats: [FormatDescription]) -> String {
        var json = JSONWriter()
        for format in formats {
            json.object { json in
                json.member("name", format.name)
                json.member("summary", format.summary)
                json.list("dialects") { json in format.dialects.forEach { json.string($0) } }
                if let choice = format.dialectChoice { json.member("auto", choice) }
                json.list("embedding_dialects") { json in
                    format.embeddingDialects.forEach { json.string($0) }
                }
                json.list("read_only_dialects") { json in
                    format.readOnlyDialects.forEach { json.string($0) }
                }
                json.list("limits") { json in
                    for limit in format.limits {
                        json.object { json in
                            json.member("key", limit.key.rawValue)
                            json.member("value", limit.value)
                            json.member("source", limit.source)
                            json.member("confirmed", limit.isConfirmed)
                        }
                    }
                }
            }
            json.endLine()
        }
        return json.text
    }
}

/// Breaks text into lines at blanks.
enum TextWrap {
    static func lines(_ text: String, indent: String = "", width: Int = 80) -> [String] {
        var lines: [String] = []
        var line = indent
        for word in text.split(separator: " ") {
            let isFirst = line.count == indent.count
            if !isFirst, line.count + 1 + word.count > width {
                lines.append(line)
                line = indent + word
            } else {
                line += (isFirst ? "" : " ") + word
            }
        }
        if line.count > indent.count { lines.append(line) }
        return lines
    }
}
