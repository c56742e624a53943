// SPDX-License-Identifier: Apache-2.0

// THE table of flags: the parser and both kinds of help page are made from it.

import Transcoder

/// The flags by name; the raw value is the long spelling.
enum FlagName: String, CaseIterable {
    case from, to, kind, requests, order, also, compressed
    case output, force, rejects
    case model, created
    case geminiID = "gemini-id"
    case openAIService = "openai-service"
    case openAIMaxTokens = "openai-max-tokens"
    case openAIReasoning = "openai-reasoning"
    case geminiSchema = "gemini-schema"
    case onError = "on-error"
    case onLoss = "on-loss"
    case strict
    case maxErrors = "max-errors"
    case limit
    case maxLineBytes = "max-line-bytes"
    case jobs, price, report, json, quiet, verbose, color
    case noColor = "no-color"
    case noProgress = "no-progress"
    case help, version
}

/// One flag of the command line.
struct Flag {
    /// The sections of the help page.
    enum Group: String, CaseIterable {
        case input = "Input"
        case output = "Output"
        case mapping = "Mapping"
        case errors = "Errors"
        case limits = "Limits"
        case reporting = "Reporting"
    }

    let name: FlagName
    let short: Character?
    /// What its value is called, or nil where it takes none.
    let value: String?
    /// The values that it takes, where they can be listed.
    let choices: [String]
    let group: Group
    let verbs: [Verb]
    /// It may be given several times, and each counts.
    let isRepeatable: Bool
    /// One line for `-h`.
    let summary: String
    /// Further lines for `--help`.
    let details: [String]

    init(
        _ name: FlagName, _ short: Character? = nil, _ value: String? = nil,
        choices: [String] = [], in group: Group, for verbs: [Verb], isRepeatable: Bool = false,
        _ summary: String, _ details: String...
    ) {
        self.name = name
        self.short = short
        self.value = value ?? (choices.isEmpty ? nil : choices.joined(separator: "|"))
        self.choices = choices
        self.group = group
        self.verbs = verbs
        self.isRepeatable = isRepeatable
        self.summary = summary
        self.details = details
    }

    /// As it is typed: `-t, --to TO`.
    var spelling: String {
        let head = short.map { "-\($0), " } ?? "    "
        return head + "--\(name.rawValue)" + (value.map { " \($0)" } ?? "")
    }
}

/// All flags.
enum FlagTable {
    private static let readers: [Verb] = [.convert, .check, .detect]
    private static let converters: [Verb] = [.convert, .check, .join, .retry]
    private static let lineReaders = readers + [.split, .join, .retry, .stats]
    private static let writers: [Verb] = [.convert, .split, .join, .retry]
    private static let printers: [Verb] = [.check, .detect, .stats, .formats, .explain]

    /// The flags, in the order of the help pages.
    static let all = input + output + mapping + errors + limits + reporting

    private static let input = [
        Flag(
            .from, "f", "FROM", in: .input, for: readers,
            "the input's format (default: as its first record shows)",
            "A provider, or a provider and a dialect: bedrock, bedrock/anthropic, openai/chat."),
        Flag(
            .to, "t", "TO", in: .input, for: converters + [.split],
            "the format to write: bedrock, openai, gemini, anthropic",
            "With a dialect where the provider's default is not meant: bedrock/anthropic,",
            "openai/responses. bedrock/auto takes the one that the model wants.",
            "transcode formats lists them all."),
        Flag(
            .kind, choices: ["request", "result"], in: .input, for: [.convert, .check],
            "what the records are (default: as the first one shows)"),
        Flag(
            .requests, nil, "FILE", in: .input, for: [.convert],
            "the client's own request file, for results",
            "Results get back the ids and tool names that the client wrote, where the provider",
            "wanted other letters. Results for Bedrock repeat the request, found by its id."),
        Flag(
            .also, choices: ["length", "content_filter"], in: .input, for: [.retry],
            isRepeatable: true, "requests whose answer ended so, too",
            "length: cut at the token limit. content_filter: filtered, or refused by the model."),
        Flag(
            .compressed, "z", choices: ["auto", "none"], in: .input, for: lineReaders,
            "gzip and zstd files (default: auto)",
            "auto: inputs are decompressed that begin like such files, and outputs compressed that",
            "end in .gz or .zst, by the programs gzip and zstd. none: bytes stay as they are."),
    ]

    private static let output = [
        Flag(
            .output, "o", "OUT", in: .output, for: writers,
            "the file to write (default: standard output); for split a folder",
            "It appears under its name only when it is complete."),
        Flag(
            .force, nil, nil, in: .output, for: writers,
            "overwrite files that are there already"),
        Flag(
            .order, choices: ["input", "arrival"], in: .output, for: [.join],
            "the order of the output (default: input)",
            "input: that of the requests. arrival: that of the result files."),
        Flag(
            .rejects, nil, "FILE", in: .output, for: [.convert],
            "keep rejected lines in FILE, the reasons in FILE.txt",
            "Needs --on-error skip."),
    ]

    private static let mapping = [
        Flag(
            .model, "m", "NAME", in: .mapping, for: converters,
            "the model that the batch is for"),
        Flag(
            .created, nil, "SECONDS", in: .mapping, for: converters,
            "creation time of results where the source has none",
            "In seconds since 1970."),
        Flag(
            .geminiID, choices: ["key", "metadata"], in: .mapping, for: converters,
            "where Gemini requests carry their id (default: key)"),
        Flag(
            .openAIService, choices: OpenAIService.allCases.map(\.rawValue), in: .mapping,
            for: converters, "who takes files for OpenAI (default: openai)",
            "azure: paths without a version. mistral, together: no paths, and max_tokens.",
            "Where a service is named, files of OpenAI's format are written anew too."),
        Flag(
            .openAIMaxTokens, choices: ["max_completion_tokens", "max_tokens"], in: .mapping,
            for: converters, "the token limit's spelling for OpenAI (default: the service's)"),
        Flag(
            .openAIReasoning, choices: ["drop", "reasoning", "reasoning_content"], in: .mapping,
            for: converters, "where thoughts stand in OpenAI's chat results (default: drop)",
            "OpenAI has no place for them; vLLM and Groq write reasoning, DeepSeek",
            "reasoning_content. Both are read, unless they are dropped."),
        Flag(
            .geminiSchema, choices: ["openapi", "json"], in: .mapping, for: converters,
            "how schemas are written for Gemini (default: openapi)"),
    ]

    private static let errors = [
        Flag(
            .onError, choices: ["stop", "skip"], in: .errors, for: [.convert],
            "what a bad record does (default: stop)",
            "stop: no output file is left. skip: the record is left out and reported."),
        Flag(
            .onLoss, choices: ["warn", "fail", "drop"], in: .errors, for: converters,
            "what a loss does to its record (default: warn)",
            "warn: the loss is shown. fail: the record is bad. drop: the loss is only in the",
            "report."),
        Flag(
            .strict, nil, nil, in: .errors, for: converters,
            "the same as --on-loss fail --on-error stop",
            "An --on-error skip beside it still writes the good records."),
        Flag(
            .maxErrors, nil, "N", in: .errors, for: converters,
            "print at most N errors (default: 20; 0: all)"),
    ]

    private static let limits = [
        Flag(
            .limit, nil, "KEY=VALUE", in: .limits, for: [.check, .split], isRepeatable: true,
            "another limit, such as max-records=1000",
            "Keys: max-records, min-records, max-bytes, max-tokens, max-inputs.",
            "Sizes take units as --max-line-bytes does. Tokens are estimated: bytes / 4.",
            "Inputs are what requests for embeddings ask vectors for."),
        Flag(
            .maxLineBytes, nil, "SIZE", in: .limits, for: lineReaders,
            "the longest line (default: 256MiB)",
            "With a unit: kB, MB, GB are powers of 1000, KiB, MiB, GiB of 1024."),
        Flag(
            .jobs, "j", "N", in: .limits, for: converters + [.stats],
            "threads (default: one a core, at most 8)",
            "The output is the same for every number. TRANSCODE_JOBS sets the default."),
    ]

    private static let reporting = [
        Flag(
            .price, nil, "IN,OUT", in: .reporting, for: [.stats],
            "what a million tokens cost, input and output",
            "In any currency. Batches mostly cost half of the list price."),
        Flag(
            .report, nil, "FILE|-", in: .reporting, for: [.convert, .join, .retry],
            "write a report in JSON"),
        Flag(
            .json, nil, nil, in: .reporting, for: printers,
            "print JSON on standard output, one object a line"),
        Flag(
            .quiet, "q", nil, in: .reporting, for: lineReaders,
            "print errors only"),
        Flag(
            .verbose, "v", nil, in: .reporting, for: converters,
            "print more: all losses, throughput"),
        Flag(
            .color, choices: ["auto", "always", "never"], in: .reporting, for: Verb.allCases,
            "colours on standard error (default: auto)",
            "auto: on a terminal, unless NO_COLOR is set or TERM is dumb."),
        Flag(
            .noColor, nil, nil, in: .reporting, for: Verb.allCases, "the same as --color never"),
        Flag(
            .noProgress, nil, nil, in: .reporting, for: converters + [.split, .stats],
            "do not show how far the run has come",
            "It is shown on a terminal only, after half a second."),
        Flag(
            .help, "h", nil, in: .reporting, for: Verb.allCases,
            "show help: -h in short, --help in full"),
        Flag(
            .version, "V", nil, in: .reporting, for: Verb.allCases, "print the version"),
    ]

    /// The flag of a name.
    static func flag(_ name: FlagName) -> Flag? {
        all.first { $0.name == name }
    }

    /// The flags of a verb.
    static func flags(of verb: Verb) -> [Flag] {
        all.filter { $0.verbs.contains(verb) }
    }
}
