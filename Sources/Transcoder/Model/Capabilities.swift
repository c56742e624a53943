// SPDX-License-Identifier: Apache-2.0

// What a target can express, as named values: the differences between dialects in one place.

/// What a body dialect can and cannot carry; the rules that fit a request to it read nothing else.
struct Capabilities: Sendable {
    /// The family that the dialect belongs to.
    var family: BodyFamily
    /// Where the target's record holds its body: for losses that name target members.
    var paths: TargetPaths
    /// The body names the model.
    var writesModel = false
    /// It takes one text of the user and nothing else.
    var takesOnlyPrompts = false
    /// The first turn must be the user's.
    var firstTurnIsUser = false
    /// Tool results stand before anything else in the user's turn.
    var resultsComeFirst = false
    /// In a turn of the assistant, text stands before the tool calls.
    var textComesBeforeCalls = false
    /// Reasoning of this family may stay in the conversation.
    var keepsReasoningOf: Reasoning.Family?
    /// Cache marks in messages are kept.
    var keepsCachePoints = false
    /// A tool result says whether it is an error.
    var keepsErrorStatus = true
    /// Every call needs an id of its own.
    var needsToolCallIDs = true
    var toolCallID = IDRule.any
    var toolName = NameRule(limit: 64, extra: "_-", startsWithLetter: false)
    /// A conversation with tool blocks needs tool definitions.
    var needsToolDefinitions = false
    /// Tools are accepted only outside of batches: a warning.
    var batchRefusesTools = false
    var settings: SettingSet
    /// The most stop sequences, or nil for any number; 0 where there is no place for any.
    var stopLimit: Int?
    /// The highest temperature.
    var temperatureLimit = 2
    /// The seed has 32 bits.
    var seedIs32Bit = false
    /// There is a mode for any JSON object.
    var hasJSONMode = false
    /// The answer may have to follow a schema.
    var hasSchemas = true
    /// The description of the answer's schema is kept.
    var keepsSchemaDescription = false
    /// The member `strict` of tools is kept.
    var keepsStrictTools = false
    var toolChoice: ToolChoiceRule
    var reasoning: ReasoningRule
    var metadata: MetadataRule
    /// Citations and context of documents are kept.
    var keepsDocumentContext = false
    /// Members that only the family knows are kept.
    var keepsExtras = true
    var media: MediaRule
    /// Content may be named by an address on the web.
    var takesMediaURLs = false
}

/// Names of target members that losses may be reported at.
struct TargetPaths: Sendable {
    var tools: StaticString
    var maxOutputTokens: StaticString
    var responseFormat: StaticString
}

/// Which ids a provider accepts for tool calls.
enum IDRule: Sendable {
    case any
    /// `[a-zA-Z0-9_.:-]{1,64}`
    case bedrock
    /// `[a-zA-Z0-9_-]+`
    case anthropic
}

/// Which names a provider accepts for tools: ASCII letters, digits and some other characters.
struct NameRule: Sendable {
    var limit: Int
    var extra: StaticString
    var startsWithLetter: Bool
}

/// How a target spells tool choices.
enum ToolChoiceRule: Sendable {
    /// OpenAI: all of them, `allowed_tools` included.
    case chat
    /// Converse: auto, any, tool; no `none`, no list.
    case converse
    /// Anthropic: auto, any, tool, none; no list.
    case messages
    /// Gemini: AUTO, ANY with names, NONE, VALIDATED with names.
    case generateContent
}

/// How a target is told how much to think.
enum ReasoningRule: Sendable {
    /// `reasoning_effort` with all names.
    case chat
    /// `reasoning.effort` with all names, and `reasoning.summary`.
    case responses
    /// `outputConfig.effort` and `additionalModelRequestFields.thinking`, by model family.
    case converse
    /// `inferenceConfig.reasoningConfig` with three efforts.
    case nova
    /// It is told nothing.
    case none
    /// `output_config.effort` and `thinking`.
    case messages
    /// `thinkingConfig` with a level or a budget, by model family.
    case generateContent
}

/// Which pairs of metadata fit.
enum MetadataRule: Sendable {
    case chat, converse, none, labels
    /// Labels whose keys are names of columns as well.
    case labelColumns
}

/// Which media a target takes.
enum MediaRule: Sendable {
    case chat, responses, converse, nova, messages, generateContent

    /// It is one of OpenAI's two.
    var isOpenAI: Bool { self == .chat || self == .responses }
}
