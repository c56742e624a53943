// SPDX-License-Identifier: Apache-2.0

// The verbs of the command line: what each is for, and how it is called.

/// What the program is asked to do.
enum Verb: String, CaseIterable {
    case convert, check, detect, formats, explain, completions, man, help, version

    /// It says something about the program and reads no files.
    var isAboutProgram: Bool {
        switch self {
        case .completions, .man, .help, .version: true
        default: false
        }
    }

    /// One line for lists of verbs.
    var summary: String {
        switch self {
        case .convert: "rewrite request or result files for another provider"
        case .check: "validate, and test against a provider's limits; writes no data"
        case .detect: "print format, dialect, kind, records, models"
        case .formats: "list providers, dialects and limits"
        case .explain: "explain a diagnostic code"
        case .completions: "print completions for a shell"
        case .man: "print the manual page"
        case .help: "show help for a verb"
        case .version: "print the version"
        }
    }

    /// What stands after the verb.
    var operands: String {
        switch self {
        case .convert: "[-f FROM] -t TO [-o OUT] [FILE|-]..."
        case .check: "[-t TO] [FILE|-]..."
        case .detect: "[FILE|-]..."
        case .formats: "[NAME]"
        case .explain: "[CODE]..."
        case .completions: "bash|zsh|fish"
        case .man: ""
        case .help: "[VERB]"
        case .version: ""
        }
    }

    /// The verb and what stands after it.
    var call: String { operands.isEmpty ? rawValue : "\(rawValue) \(operands)" }

    /// Some sentences for the help page.
    var description: [String] {
        switch self {
        case .convert:
            [
                "Rewrites batch files for another provider. Format and kind of the input are",
                "found out from its first record. Several files are converted one after the",
                "other into one output; without a file, standard input is read; without -o,",
                "the records go to standard output. Records stay in order. Nothing is lost",
                "silently: each kind of loss is counted and shown on standard error.",
            ]
        case .check:
            [
                "Reads every record and reports all errors. With -t it also tells what a",
                "conversion would lose, and whether the batch keeps to the provider's limits;",
                "without, the file is checked against its own format.",
            ]
        case .detect:
            ["Prints one line a file: format and dialect, kind, records, models."]
        case .formats:
            ["Lists the formats; with a name, all that is known of one, limits with sources."]
        case .explain:
            ["Explains codes of messages and reports; without a code, lists all of them."]
        case .completions:
            [
                "Prints a script that makes a shell complete verbs, flags and their values; the",
                "first lines of the script say where it belongs.",
            ]
        case .man:
            ["Prints the manual page in roff: transcode man | man -l - shows it."]
        case .help:
            ["Shows the help of a verb: the same as transcode VERB --help."]
        case .version:
            ["Prints the version of the program."]
        }
    }

    /// Command lines that work as they stand, with what they do.
    var examples: [String] {
        switch self {
        case .convert:
            [
                "transcode convert -t openai -m gpt-4o-mini batch_input.jsonl -o openai.jsonl",
                "zcat prompts.jsonl.gz | transcode convert -f openai -t gemini - | head -1",
                "transcode convert -t bedrock --on-error skip --rejects bad.jsonl in.jsonl "
                    + "-o out.jsonl",
                "transcode convert -t bedrock --requests batch_input.jsonl results.jsonl "
                    + "-o out.jsonl",
            ]
        case .check:
            [
                "transcode check in.jsonl",
                "transcode check -t openai -m gpt-4o-mini in.jsonl",
                "transcode check -t bedrock --limit min-records=1000 in.jsonl",
            ]
        case .detect:
            [
                "transcode detect *.jsonl",
                #"transcode detect --json *.jsonl | jq -r 'select(.kind=="result") | .file'"#,
            ]
        case .formats: ["transcode formats", "transcode formats openai"]
        case .explain: ["transcode explain param.dropped"]
        case .completions:
            ["transcode completions bash > ~/.local/share/bash-completion/completions/transcode"]
        case .man: ["transcode man | man -l -"]
        case .help: ["transcode help convert"]
        case .version: []
        }
    }

    /// Other verbs that may be of use.
    var seeAlso: [Verb] {
        switch self {
        case .convert: [.check, .formats, .explain]
        case .check: [.convert, .explain]
        case .detect: [.formats]
        case .formats: [.detect, .convert]
        case .explain: [.check]
        case .completions, .man, .help, .version: []
        }
    }
}
