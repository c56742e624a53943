// SPDX-License-Identifier: Apache-2.0

// transcode explain: what a code of a message or report means.

import JSONLCodec
import Transcoder

/// One run of `transcode explain`.
struct Explain {
    private let names: [String]
    private let isJSON: Bool

    init(_ arguments: ParsedArguments) {
        names = arguments.operands
        isJSON = arguments.has(.json)
    }

    func run() throws(CommandFailure) -> ExitStatus {
        let codes = try chosen()
        if isJSON {
            try Terminal.print(json(codes))
        } else if names.isEmpty {
            try Terminal.print(table(codes))
        } else {
            try Terminal.print(codes.map(page).joined(separator: "\n"))
        }
        return .success
    }

    private func chosen() throws(CommandFailure) -> [CodeDescription] {
        guard !names.isEmpty else { return CodeDescription.all }
        var codes: [CodeDescription] = []
        for name in names {
            // As it stands in a message, with its brackets.
            let bare =
                name.hasPrefix("[") && name.hasSuffix("]") ? name.dropFirst().dropLast() : name[...]
            guard let code = CodeDescription.find(String(bare)) else {
                let known = CodeDescription.all.flatMap { [$0.code] + $0.aliases }
                let phrase = Suggestion.phrase(for: String(bare), among: known)
                throw .usage("unknown code \"\(bare)\"\(phrase) (transcode explain lists them all)")
            }
            codes.append(code)
        }
        return codes
    }

    private func table(_ codes: [CodeDescription]) -> String {
        let width = codes.map(\.code.count).max() ?? 0
        var text = ""
        for severity in CodeDescription.Severity.allCases {
            if !text.isEmpty { text += "\n" }
            text += "\(severity.rawValue)s\n"
            for code in codes where code.severity == severity {
                text += "  \(HelpPage.pad(code.code, to: width))  \(code.summary)\n"
            }
        }
        return text
    }

    private func page(_ code: CodeDescription) -> String {
        var lines = ["\(code.code) (\(code.severity.rawValue)): \(code.summary)", ""]
        lines += TextWrap.lines(code.explanation, indent: "  ")
        if let example = code.example { lines += ["", "  Example: \(example)"] }
        if !code.aliases.isEmpty {
            lines += ["", "  Also known as: \(code.aliases.joined(separator: ", "))"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func json(_ codes: [CodeDescription]) -> String {
        var json = JSONWriter()
        for code in codes {
            json.object { json in
                json.member("code", code.code)
                json.member("severity", code.severity.rawValue)
                json.member("summary", code.summary)
                json.member("explanation", code.explanation)
                json.member("example", code.example)
                json.list("aliases") { json in code.aliases.forEach { json.string($0) } }
            }
            json.endLine()
        }
        return json.text
    }
}
