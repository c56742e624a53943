// SPDX-License-Identifier: Apache-2.0

// transcode formats: the providers, their dialects and limits.

import JSONLCodec
import Transcoder

/// One run of `transcode formats`.
struct Formats {
    private let name: String?
    private let isJSON: Bool

    init(_ arguments: ParsedArguments) throws(CommandFailure) {
        guard arguments.operands.count <= 1 else {
            throw .usage("formats takes one name at most")
        }
        name = arguments.operands.first
        isJSON = arguments.has(.json)
    }

    func run() throws(CommandFailure) -> ExitStatus {
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
        return text + "\nThe first dialect is the default. Use a name or name/dialect with --from "
            + "and --to.\ntranscode formats NAME shows the limits of a provider.\n"
    }

    private func page(_ format: FormatDescription) -> String {
        var lines = ["\(format.name): \(format.summary)", "", "Dialects:"]
        for (index, dialect) in format.dialects.enumerated() {
            lines.append("  \(format.name)/\(dialect)\(index == 0 ? " (default)" : "")")
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
