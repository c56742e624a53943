// SPDX-License-Identifier: Apache-2.0

// Help pages, made from the tables of verbs and flags.

/// Makes help pages.
enum HelpPage {
    /// What `transcode -h` and `transcode help` show: at most 24 lines.
    static var short: String {
        var lines = [
            "transcode converts LLM batch files between Bedrock, OpenAI, Gemini and Anthropic.",
            "",
            "Usage: transcode VERB [FLAGS] [FILE|-]...",
            "",
            "Examples:",
            "  transcode convert -t openai -m gpt-4o-mini batch_input.jsonl -o openai.jsonl",
            "  transcode check -t openai batch_input.jsonl",
            "  transcode detect *.jsonl",
            "  transcode explain param.dropped",
            "",
            "Verbs:",
        ]
        let verbs = Verb.allCases.filter { !$0.isAboutProgram }
        let width = verbs.map(\.rawValue.count).max() ?? 0
        for verb in verbs { lines.append("  \(pad(verb.rawValue, to: width))  \(verb.summary)") }
        let others = Verb.allCases.filter(\.isAboutProgram).map(\.call)
        lines.append("  and \(others.joined(separator: ", "))")
        lines += ["", "transcode help convert shows all flags of convert."]
        return joined(lines)
    }

    /// What `transcode --help` shows.
    static var long: String {
        short
            + joined(
                ["", "Exit status:"] + exitStatus + ["", "Environment:"] + environment)
    }

    /// The help of a verb, with one line a flag.
    static func short(_ verb: Verb) -> String {
        var lines = heading(verb)
        for group in groups(of: verb) {
            lines += ["", "\(group.name):"]
            for flag in group.flags {
                if flag.spelling.count > columnOfSummary {
                    lines.append("  \(flag.spelling)")
                    lines.append("  \(pad("", to: columnOfSummary))  \(flag.summary)")
                } else {
                    lines.append("  \(pad(flag.spelling, to: columnOfSummary))  \(flag.summary)")
                }
            }
        }
        lines += ["", "transcode \(verb.rawValue) --help says more."]
        return joined(lines)
    }

    /// The whole help of a verb.
    static func long(_ verb: Verb) -> String {
        var lines = heading(verb)
        lines += [""] + verb.description
        if !verb.examples.isEmpty {
            lines += ["", "Examples:"] + verb.examples.map { "  \($0)" }
        }
        for group in groups(of: verb) {
            lines += ["", "\(group.name):"]
            for flag in group.flags {
                lines.append("  \(flag.spelling)")
                lines += ([flag.summary] + flag.details).map { "          \($0)" }
            }
        }
        lines += ["", "Exit status:"] + exitStatus
        lines += ["", "Environment:"] + environment
        if !verb.seeAlso.isEmpty {
            let others = verb.seeAlso.map { "transcode help \($0.rawValue)" }
            lines += ["", "See also: " + others.joined(separator: ", ")]
        }
        return joined(lines)
    }

    /// The exit statuses, one a line.
    static let exitStatus = [
        "  0    everything done, no record rejected",
        "  1    done, but records were rejected, failed or missing, or the batch is over a limit",
        "  2    the command line is wrong; nothing was read",
        "  3    a file cannot be read or written",
        "  4    the input is not recognised, or a bad record stopped the conversion",
        "  130  interrupted",
        "  141  the reader of a pipe went away",
    ]

    /// The environment variables, one a line.
    static let environment = [
        "  NO_COLOR        no colours, if set to anything",
        "  TERM            no colours, if dumb",
        "  TRANSCODE_JOBS  the default of --jobs",
    ]

    private static var columnOfSummary: Int { 30 }

    private static func heading(_ verb: Verb) -> [String] {
        ["transcode \(verb.rawValue): \(verb.summary)", "", "Usage: transcode \(verb.call)"]
    }

    private static func groups(of verb: Verb) -> [(name: String, flags: [Flag])] {
        let flags = FlagTable.flags(of: verb)
        return Flag.Group.allCases.compactMap { group in
            let members = flags.filter { $0.group == group }
            return members.isEmpty ? nil : (group.rawValue, members)
        }
    }

    private static func joined(_ lines: [String]) -> String {
        lines.joined(separator: "\n") + "\n"
    }

    /// Text with blanks after it.
    static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
