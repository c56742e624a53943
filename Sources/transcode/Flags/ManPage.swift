// SPDX-License-Identifier: Apache-2.0

// The manual page, made from the tables of verbs and flags.

/// Makes the manual page in roff, for man(1) and groff(1).
enum ManPage {
    /// The page.
    static var text: String {
        var page = Roff()
        page.command("TH", "TRANSCODE", "1", "", "transcode \(Command.version)", "User Commands")
        page.section("NAME")
        page.paragraph("transcode - convert LLM batch files between providers")
        page.section("SYNOPSIS")
        for verb in Verb.allCases {
            page.line(".B transcode \(Roff.escaped(verb.rawValue))")
            if !verb.operands.isEmpty { page.paragraph(verb.operands) }
            page.command("br")
        }
        page.section("DESCRIPTION")
        page.paragraph(
            "Rewrites batch files of one provider (Bedrock, OpenAI, Gemini, Anthropic) for another, "
                + "requests as well as results, and helps with what goes on around that. "
                + "Data goes to standard output, everything else to standard error.")
        page.section("VERBS")
        for verb in Verb.allCases { describe(verb, in: &page) }
        page.section("OPTIONS")
        page.paragraph("Options may stand anywhere; -- ends them; - stands for standard input.")
        for group in Flag.Group.allCases { describe(group, in: &page) }
        page.section("EXIT STATUS")
        page.list(HelpPage.exitStatus)
        page.section("ENVIRONMENT")
        page.list(HelpPage.environment)
        page.section("EXAMPLES")
        for example in Verb.allCases.flatMap(\.examples) { page.example(example) }
        page.section("SEE ALSO")
        page.paragraph("gzip(1), jq(1), zstd(1)")
        return page.text
    }

    private static func sentence(_ summary: String) -> String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "."
    }

    private static func describe(_ verb: Verb, in page: inout Roff) {
        page.command("TP")
        page.line(".B \(Roff.escaped(verb.rawValue))")
        page.paragraph(([sentence(verb.summary)] + verb.description).joined(separator: " "))
    }

    private static func describe(_ group: Flag.Group, in page: inout Roff) {
        page.command("SS", group.rawValue)
        for flag in FlagTable.all where flag.group == group {
            page.command("TP")
            let value = flag.value.map { " \\fI\(Roff.escaped($0))\\fR" } ?? ""
            let short = flag.short.map { "\\fB\\-\($0)\\fR, " } ?? ""
            page.line("\(short)\\fB\\-\\-\(Roff.escaped(flag.name.rawValue))\\fR\(value)")
            page.paragraph(([sentence(flag.summary)] + flag.details).joined(separator: " "))
            guard flag.verbs.count < Verb.allCases.count else { continue }
            let verbs = flag.verbs.map(\.rawValue).joined(separator: ", ")
            page.paragraph("(\(verbs))")
        }
    }
}

/// Text with the marks of roff.
private struct Roff {
    private(set) var text = ""

    /// Text in which nothing is taken for a mark.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "\"": result += "\\(dq"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            default: result.append(character)
            }
        }
        return result
    }

    mutating func line(_ line: String) { text += line + "\n" }

    mutating func command(_ name: String, _ arguments: String...) {
        line(([".\(name)"] + arguments.map { "\"\(Self.escaped($0))\"" }).joined(separator: " "))
    }

    mutating func section(_ name: String) { command("SH", name) }

    /// A line that begins with a point or a quote would be a command.
    mutating func paragraph(_ words: String) {
        line((words.hasPrefix(".") ? "\\&" : "") + Self.escaped(words))
    }

    /// Lines of a term, blanks, and what it means.
    mutating func list(_ lines: [String]) {
        for entry in lines {
            let words = entry.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            command("TP")
            line(".B \(Self.escaped(String(words[0])))")
            paragraph(String(words[1].drop { $0 == " " }))
        }
    }

    mutating func example(_ command: String) {
        line(".PP\n.nf\n.RS")
        paragraph(command)
        line(".RE\n.fi")
    }
}
