// SPDX-License-Identifier: Apache-2.0

// THE table of codes: what each code of a report or message means, in words for its reader.

/// What a code of a report or a message means.
public struct CodeDescription: Sendable, Hashable {
    /// How much a code matters.
    public enum Severity: String, Sendable, CaseIterable {
        /// A record or a file is refused.
        case error
        /// Something was lost, or a provider would refuse the batch.
        case warning
        /// Something was changed and nothing lost.
        case note
    }

    /// The stable code.
    public let code: String
    /// How much it matters.
    public let severity: Severity
    /// What happened, in one line without a full stop.
    public let summary: String
    /// Why, and what to do about it: some sentences.
    public let explanation: String
    /// What it looks like in a file, where that says more than words.
    public let example: String?
    /// Other spellings under which the code can be looked up.
    public let aliases: [String]

    init(
        _ code: String, _ severity: Severity, _ summary: String, _ explanation: String,
        example: String? = nil, aliases: [String] = []
    ) {
        self.code = code
        self.severity = severity
        self.summary = summary
        self.explanation = explanation
        self.example = example
        self.aliases = aliases
    }

    init(
        _ code: ErrorCode, _ summary: String, _ explanation: String, example: String? = nil,
        aliases: [String] = []
    ) {
        self.init(
            code.rawValue, .error, summary, explanation, example: example, aliases: aliases)
    }

    init(
        _ code: LossCode, _ summary: String, _ explanation: String, example: String? = nil,
        aliases: [String] = []
    ) {
        self.init(
            code.rawValue, code.isNote ? .note : .warning, summary, explanation, example: example,
            aliases: aliases)
    }

    /// All codes: of files, of lines, of records, of losses.
    public static let all =
        ofFiles + ofJoins + ofLines + ofRecords + ofContent + ofEmbeddings + ofLosses + ofParts

    /// Looks a code up by its name or one of its aliases.
    public static func find(_ name: String) -> CodeDescription? {
        all.first { $0.code == name } ?? all.first { $0.aliases.contains(name) }
    }
}

extension CodeDescription {
    // MARK: - Files

    private static let ofFiles = [
        CodeDescription(
            "empty_file", .error, "the input holds no record",
            "The file is empty, or it holds only blank lines. Every provider refuses such a batch, "
                + "so no output is written. Of several inputs, some may be empty."),
        CodeDescription(
            ErrorCode.unknownFormat, "the records are of no known format",
            "The format is told from the members of the first record. None of the known formats "
                + "has a record like this one. `transcode formats` lists the formats; `--from` "
                + "and `--kind` together skip the detection.",
            example: #"{"prompt":"Hello","max_tokens":5}"#),
        CodeDescription(
            ErrorCode.mixedFormats, "records or files of several formats or kinds are mixed",
            "All records of one conversion must be of one provider, all requests or all results, "
                + "and requests all conversations or all for embeddings. The message names what "
                + "was met; convert such files one by one.",
            example: #"{"custom_id":"a","params":{…}} among {"custom_id":"a","body":{…}} lines"#),
        CodeDescription(
            "too_many_tasks", .error, "more records than the provider takes in one batch",
            "The number of records is over the limit that `transcode formats NAME` shows, with "
                + "its source. Limits change and differ between accounts: `check --limit "
                + "max-records=N` sets another one. `transcode split` cuts the file into parts."),
        CodeDescription(
            "too_few_records", .warning, "fewer records than the provider takes in one batch",
            "Bedrock refuses a job with fewer records than a quota that differs between models. "
                + "`check --limit min-records=N` sets another bound."),
        CodeDescription(
            "too_many_tokens", .error, "more tokens than the batch may have",
            "The limit is the one that `--limit max-tokens=N` gave, since what a provider takes "
                + "depends on the account. Tokens are estimated: a quarter of the bytes. "
                + "`transcode split` cuts the file into parts."),
        CodeDescription(
            "too_many_inputs", .error, "more inputs for embeddings than the batch may have",
            "A request for embeddings can hold many inputs, and OpenAI counts those of all requests "
                + "of a batch together. `check --limit max-inputs=N` sets another bound. `transcode "
                + "split` cuts the file into parts."),
        CodeDescription(
            "file_too_large", .error, "a larger file than the provider takes",
            "The size is over the limit that `transcode formats NAME` shows. Where a vendor "
                + "writes MB without saying which, the smaller reading of 1,000,000 bytes is "
                + "taken. `check --limit max-bytes=SIZE` sets another bound. `transcode split` cuts "
                + "the file into parts; a single record over the limit cannot be cut."),
        CodeDescription(
            "model_mismatch", .error, "records of one OpenAI batch name different models",
            "OpenAI takes one model a file. Name one for all records with `--model`, or cut the "
                + "file by model."),
        CodeDescription(
            "url_mismatch", .error, "records of one OpenAI batch name different endpoints",
            "All records of an OpenAI batch file must have the same `url`, which is the endpoint "
                + "that the batch is created with. Cut the file by endpoint."),
    ]

    // MARK: - Results and their requests

    private static let ofJoins = [
        CodeDescription(
            "missing_result", .error, "no result came back for a request",
            "The id of the request stands in none of the result and error files. `transcode retry` "
                + "writes the requests that have no result, and those that failed."),
        CodeDescription(
            "unknown_id", .error, "a result answers none of the requests",
            "The id of the result is not in the client's request file, or the result has no id. It "
                + "is left out. Perhaps it belongs to another batch."),
        CodeDescription(
            "duplicate_result", .error, "a request was answered twice",
            "Two results have one id, and both are whole answers. The first one counts, the other "
                + "is left out. A failed result gives way to an answer, and one that was cut or "
                + "filtered to a whole one, without an error: so the results of a retry can be "
                + "joined with those before it."),
    ]

    // MARK: - Lines

    private static let ofLines = [
        CodeDescription(
            ErrorCode.jsonSyntax, "the line is not valid JSON",
            "Every byte of every line is checked against RFC 8259: grammar, UTF-8, control "
                + "characters, escapes, numbers, and that nothing follows the record. The column "
                + "counts bytes from 1 and names the first byte at fault. A record must stand on "
                + "one line; only a line feed ends it. A last line that is cut off is reported "
                + "with this code too.",
            example: #"{"custom_id":"a" "body":{}}"#,
            aliases: [
                "invalid_json_line", "invalid_utf8", "trailing_bytes", "truncated_last_line",
                "invalid_json",
            ]),
        CodeDescription(
            ErrorCode.jsonTooDeep, "values are nested too deeply",
            "More than 1024 objects and arrays are open at once; the record itself is level 1.",
            aliases: ["too_deep"]),
        CodeDescription(
            ErrorCode.jsonLoneSurrogate, "half of a surrogate pair",
            #"A \u escape names half of a character outside the basic plane, without its other "#
                + "half. No UTF-8 text can hold it, and providers refuse it. It often comes from "
                + "cutting text in the middle of an emoji.",
            example: #"{"text":"\ud83d"}"#, aliases: ["lone_surrogate"]),
        CodeDescription(
            ErrorCode.jsonDuplicateKey, "a member name stands twice in one object",
            "Parsers disagree about which of the two values counts, so neither is taken. Checked "
                + "are the objects that a conversion reads; arguments, schemas and other opaque "
                + "values may hold what they like. A field in both snake_case and camelCase is a "
                + "duplicate too.",
            example: #"{"custom_id":"a","custom_id":"b","body":{}}"#,
            aliases: ["duplicate_member", "duplicate_key"]),
        CodeDescription(
            ErrorCode.notAnObject, "the line holds JSON that is no object",
            "A record is a JSON object. A whole JSON array is not JSONL: write its elements one "
                + "a line.",
            example: #"[{"custom_id":"a"}]"#),
        CodeDescription(
            ErrorCode.lineTooLong, "the line is longer than the limit",
            "A record over the limit is refused instead of filling the memory. "
                + "`--max-line-bytes 512MiB` raises the limit of 256 MiB. In the file of rejected "
                + "records only the beginning of such a line is kept."),
    ]

    // MARK: - Records

    private static let ofRecords = [
        CodeDescription(
            ErrorCode.missingField, "a required member is missing",
            "The member is absent or null and the record means nothing without it. For OpenAI "
                + "and Anthropic that includes the model: name it with `--model`.",
            aliases: ["missing_required_parameter"]),
        CodeDescription(
            ErrorCode.wrongType, "a member has a value of the wrong type",
            "The format says, for example, a string where the record has a number. Some values "
                + "that real files have in spite of that are accepted, such as a number as id."),
        CodeDescription(
            ErrorCode.bodyUnsupported, "the body is nothing that the target can take",
            "Conversations are converted to conversations, embeddings to embeddings. The body is "
                + "of the other kind than the target's dialect, or of none of both, for example "
                + "image generation; or it is a text prompt with a template of the model in it, "
                + "which is not taken apart.",
            example: #"{"prompt":"<s>[INST] Hello [/INST]","max_tokens":5}"#),
        CodeDescription(
            ErrorCode.promptUnsupported, "the target takes one text and no conversation",
            "Llama's, Mistral's and Titan's own text bodies on Bedrock hold a single prompt. One "
                + "user turn of text becomes one; system prompts, tools, media and a history could "
                + "only be put into it by a template of the model, and none is made up. A text that "
                + "holds a token of such a template is refused too: the model would obey it. "
                + "`--to bedrock` writes conversations for these models.",
            example: "a system message on the way to bedrock/llama"),
        CodeDescription(
            ErrorCode.endpointUnsupported, "the request goes to an endpoint that the target lacks",
            "Chat completions, responses and embeddings can be converted, under any version "
                + "prefix, conversations to conversations and embeddings to embeddings. "
                + "Moderations and others are refused, never guessed at. Embeddings for Bedrock "
                + "need a model of Titan or Cohere by `--model`, or `--to bedrock/titan-embed` or "
                + "`--to bedrock/cohere-embed`.",
            example: #"{"custom_id":"a","method":"POST","url":"/v1/moderations","body":{}}"#),
        CodeDescription(
            ErrorCode.duplicateCustomID, "a record id is used twice",
            "Results come back in any order and are told apart by their ids alone, so OpenAI and "
                + "Anthropic refuse a file that uses one twice. The second and later records are "
                + "refused; the message names the first. 5 and \"5\" are the same id.",
            aliases: ["duplicate_id"]),
        CodeDescription(
            ErrorCode.toolResultOrphan, "a tool result answers no call",
            "A tool result must answer a tool call that stands before it in the conversation. "
                + "Every provider refuses the request otherwise."),
        CodeDescription(
            ErrorCode.firstNotUser, "the conversation does not begin with the user",
            "The target wants a user's turn first, and to invent one would change the meaning.",
            aliases: ["first_not_user"]),
        CodeDescription(
            ErrorCode.lossRefused, "a strict conversion does not accept a loss",
            "With `--strict` or `--on-loss fail` a record that would lose something is refused. "
                + "The error carries the code and path of the loss itself; this code stands for "
                + "it where no loss can be named."),
    ]

    // MARK: - Content

    private static let ofContent = [
        CodeDescription(
            ErrorCode.contentEmpty, "a turn has no content for the target",
            "The target refuses turns without text. The turn was empty in the source, or it held "
                + "only what the target has no place for, such as reasoning."),
        CodeDescription(
            ErrorCode.contentRemoteURL, "content stands somewhere else",
            "The record names a file by URL or by an id that belongs to an account. The target "
                + "wants the bytes in the record, and this program fetches nothing.",
            example: #"{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}"#,
            aliases: ["remote_url"]),
        CodeDescription(
            ErrorCode.contentMediaType, "the target does not take this kind of file",
            "The media type of an image, document, audio or video is not among those that the "
                + "target accepts."),
        CodeDescription(
            ErrorCode.unsupportedImage, "the target has no place for this image",
            "For example an image in an assistant's turn on the way to OpenAI. Dropping content "
                + "silently would be worse than to refuse one record."),
        CodeDescription(
            ErrorCode.unsupportedAudio, "the target has no place for audio",
            "The target, or the model behind it, takes no audio in batches."),
        CodeDescription(
            ErrorCode.unsupportedVideo, "the target has no place for video",
            "The target takes no video. Bedrock and Gemini do."),
        CodeDescription(
            ErrorCode.unsupportedDocument, "the target has no place for this document",
            "The target takes no documents of this kind at this place, for example inside of a "
                + "tool result."),
        CodeDescription(
            ErrorCode.unsupportedTool, "the target has no such kind of tool",
            "Custom tools and calls of built-in tools exist at one provider only. Functions with "
                + "a schema are converted for all."),
        CodeDescription(
            ErrorCode.unsupportedModality, "the target's answer cannot have this form",
            "The request asks for audio, images or speech as the answer, which the target does "
                + "not give. The path names the setting."),
        CodeDescription(
            ErrorCode.unsupportedBlock, "a block of content that the target cannot express",
            "An unknown or provider-specific block of content, such as a search result, cached "
                + "content, or a part of the prompt that is kept in the provider's account.",
            aliases: ["unsupported_part"]),
        CodeDescription(
            ErrorCode.unsupportedToolResultImage, "the target takes no image in a tool result",
            "Tool results of the target are text."),
    ]
}
