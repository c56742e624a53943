// SPDX-License-Identifier: Apache-2.0

// The verbs of the command line: what each is for, and how it is called.

/// What the program is asked to do.
enum Verb: String, CaseIterable {
    case convert, check, detect, split, join, retry, stats, formats, explain
    case completions, man, help, version

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
        case .split: "cut a file into parts that fit a provider's limits"
        case .join: "bring results back to their requests, in order, for any provider"
        case .retry: "write the requests that failed or never came back"
        case .stats: "count records, sizes, tokens, finish reasons, errors and cost"
        case .formats: "list providers, dialects, limits and losses"
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
        case .split: "-t TO -o DIR [FILE|-]"
        case .join: "[-t TO] [-o OUT] REQUESTS RESULTS..."
        case .retry: "[-t TO] [--also REASON]... [-o OUT] REQUESTS RESULTS..."
        case .stats: "[--price IN,OUT] [FILE|-]..."
        case .formats: "[NAME [TARGET]]"
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
        case .split:
            [
                "Cuts a file into DIR/part-0001.jsonl, part-0002.jsonl and so on, each within",
                "what the provider TO takes at once. Lines are never cut and stay as they are;",
                "blank lines are left out. A part bears its name only when it is whole, and",
                "manifest.json comes last: it lists the parts with records, bytes and the ids of",
                "the first and last record. A record that is over the limit alone ends the run,",
                "and no part is left.",
            ]
        case .join:
            [
                "Merges the result and error files of a batch, of any providers, into one file in",
                "the order of the client's own request file, and in its dialect unless -t says",
                "otherwise. Results are told apart by their ids alone. Requests without a result,",
                "results of no request and second answers are reported; an answer takes the place",
                "of a failed result, so the files of a retry can be given too. Results for",
                "Bedrock repeat the request, and manifest.json.out with the counts and tokens",
                "comes to lie beside OUT. Memory is under 90 bytes a request and its id, never the",
                "files (88 MB for a million requests with ids of 16 letters); what comes through a",
                "pipe is copied to a temporary file.",
            ]
        case .retry:
            [
                "Writes the requests of the client's own file that have no result or only failed",
                "ones, in its order: as they are, or for another provider with -t. --also adds",
                "those whose answer was cut or filtered. A result has failed where its error is",
                "set, its status is 400 or more, it has no body, or its prompt was blocked. The",
                "results of the retry can be joined together with those before it. Where nothing",
                "is left to do, no file is written. Memory is under 90 bytes a request and its id.",
            ]
        case .stats:
            [
                "Counts what request or result files hold: records, models, sizes; of requests",
                "the tokens that they may cost, of results what became of them: finish reasons,",
                "tokens, errors. A result has failed where its error is set, its status is 400",
                "or more, it has no body, or its prompt was blocked. Input tokens of requests",
                "are an estimate: a quarter of the bytes. Sizes over 511 bytes are exact to",
                "0.4 %. On a terminal, sizes and tokens are drawn as bars.",
            ]
        case .formats:
            [
                "Lists the formats; with a name, all that is known of one, limits with sources.",
                "With two names, what requests lose on the way from one to the other.",
            ]
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
        case .split:
            [
                "transcode split -t openai all.jsonl -o parts/",
                "transcode split -t bedrock --limit max-records=10000 all.jsonl -o parts",
                "zcat all.jsonl.gz | transcode split -t openai --limit max-bytes=100MB -o parts",
            ]
        case .join:
            [
                "transcode join all.jsonl out-*.jsonl err-*.jsonl -o results.jsonl",
                "transcode join all.jsonl out-*.jsonl err-*.jsonl -t bedrock -o results.jsonl",
            ]
        case .retry:
            [
                "transcode retry all.jsonl out-*.jsonl err-*.jsonl -o again.jsonl",
                "transcode retry all.jsonl out-*.jsonl --also length -t gemini -o again.jsonl",
            ]
        case .stats:
            [
                "transcode stats --price 0.075,0.30 openai.jsonl",
                "transcode stats results.jsonl --json | jq .finish_reasons",
            ]
        case .formats:
            [
                "transcode formats", "transcode formats openai", "transcode formats openai bedrock",
            ]
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
        case .check: [.convert, .split, .explain]
        case .detect: [.formats]
        case .split: [.check, .join, .formats]
        case .join: [.retry, .split, .stats, .explain]
        case .retry: [.join, .stats, .convert]
        case .stats: [.check, .detect]
        case .formats: [.detect, .convert]
        case .explain: [.check]
        case .completions, .man, .help, .version: []
        }
    }
}
