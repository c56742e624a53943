// SPDX-License-Identifier: Apache-2.0

// The words of Gemini's records: member names, roles, modes, finish reasons.

import JSONLCodec

/// The members of a line, of a request or a result, of the Developer API or of Vertex AI.
enum GeminiEnvelopeMember: String, MemberName {
    case key, metadata, id, request, response, error, status
    case customID = "custom_id"
    case processedTime = "processed_time"
    // A line can also be a response or a status without an envelope.
    case candidates, promptFeedback, usageMetadata, modelVersion, responseId, createTime
    case modelStatus, code, message, details, embedding, embeddings, tokenCount, truncated

    static let table = MemberTable<GeminiEnvelopeMember>(acceptsSnakeCase: true)

    /// The member belongs to a response or status, not to an envelope.
    var isBare: Bool {
        switch self {
        case .key, .metadata, .id, .request, .response, .error, .status, .customID,
            .processedTime:
            false
        default: true
        }
    }
}

/// The members of `metadata`.
enum GeminiMetadataMember: String, MemberName {
    case key

    static let table = MemberTable<GeminiMetadataMember>()
}

/// The members of a GenerateContentRequest.
enum GeminiBodyMember: String, MemberName {
    case contents, content, systemInstruction, tools, toolConfig, safetySettings
    case generationConfig, cachedContent, model, serviceTier, store, labels, config
    case modelArmorConfig

    static let table = MemberTable<GeminiBodyMember>(acceptsSnakeCase: true)
}

/// The members of a GenerationConfig.
enum GeminiConfigMember: String, MemberName {
    case temperature, topP, topK, candidateCount, maxOutputTokens, stopSequences, seed
    case presencePenalty, frequencyPenalty, responseLogprobs, logprobs
    case responseMimeType, responseSchema, responseJsonSchema, thinkingConfig
    case responseModalities, speechConfig, imageConfig

    static let table = MemberTable<GeminiConfigMember>(acceptsSnakeCase: true)
}

/// The members of the SDK's flat `config`: those of both objects above.
enum GeminiFlatMember: String, MemberName {
    case systemInstruction, tools, toolConfig, safetySettings, cachedContent, serviceTier
    case labels, modelArmorConfig
    case temperature, topP, topK, candidateCount, maxOutputTokens, stopSequences, seed
    case presencePenalty, frequencyPenalty, responseLogprobs, logprobs
    case responseMimeType, responseSchema, responseJsonSchema, thinkingConfig
    case responseModalities, speechConfig, imageConfig

    static let table = MemberTable<GeminiFlatMember>(acceptsSnakeCase: true)
}

/// The members of a ThinkingConfig.
enum GeminiThinkingMember: String, MemberName {
    case includeThoughts, thinkingBudget, thinkingLevel

    static let table = MemberTable<GeminiThinkingMember>(acceptsSnakeCase: true)
}

/// The members of a Content.
enum GeminiContentMember: String, MemberName {
    case role, parts

    static let table = MemberTable<GeminiContentMember>(acceptsSnakeCase: true)
}

/// The members of a Part.
enum GeminiPartMember: String, MemberName {
    case text, inlineData, fileData, functionCall, functionResponse
    case executableCode, codeExecutionResult, toolCall, toolResponse
    case thought, thoughtSignature, videoMetadata, mediaResolution

    static let table = MemberTable<GeminiPartMember>(acceptsSnakeCase: true)
}

/// The members of a Blob or of FileData.
enum GeminiBlobMember: String, MemberName {
    case mimeType, data, fileUri, displayName

    static let table = MemberTable<GeminiBlobMember>(acceptsSnakeCase: true)
}

/// The members of a FunctionCall or of a FunctionResponse.
enum GeminiFunctionMember: String, MemberName {
    case id, name, args, response, parts

    static let table = MemberTable<GeminiFunctionMember>(acceptsSnakeCase: true)
}

/// The members of a Tool, a FunctionDeclaration, and of a ToolConfig.
enum GeminiToolMember: String, MemberName {
    case functionDeclarations, name, description, parameters, parametersJsonSchema
    case functionCallingConfig, mode, allowedFunctionNames

    static let table = MemberTable<GeminiToolMember>(acceptsSnakeCase: true)
}

/// The members of a GenerateContentResponse.
enum GeminiResponseMember: String, MemberName {
    case candidates, promptFeedback, usageMetadata, modelVersion, responseId, createTime
    case modelStatus, error, embedding, embeddings

    static let table = MemberTable<GeminiResponseMember>(acceptsSnakeCase: true)
}

/// The members of a Candidate and of PromptFeedback.
enum GeminiCandidateMember: String, MemberName {
    case content, finishReason, finishMessage, index, safetyRatings, citationMetadata
    case groundingMetadata, avgLogprobs, logprobsResult, tokenCount
    case blockReason, blockReasonMessage

    static let table = MemberTable<GeminiCandidateMember>(acceptsSnakeCase: true)
}

/// The members of UsageMetadata and of its counts by modality.
enum GeminiUsageMember: String, MemberName {
    case promptTokenCount, candidatesTokenCount, toolUsePromptTokenCount, thoughtsTokenCount
    case cachedContentTokenCount, promptTokensDetails, candidatesTokensDetails
    case modality, tokenCount, totalTokenCount

    static let table = MemberTable<GeminiUsageMember>(acceptsSnakeCase: true)
}

/// The members of a google.rpc.Status.
enum GeminiStatusMember: String, MemberName {
    case code, message, status, error

    static let table = MemberTable<GeminiStatusMember>()
}

extension FinishReason {
    /// The reason that Gemini's word stands for; words nobody knows are `unknown`.
    init(gemini word: ByteView) {
        self =
            switch word {
            case _ where word == "STOP": .endTurn
            case _ where word == "MAX_TOKENS": .maxTokens
            case _ where Self.isFilter(word): .contentFiltered
            case _ where word == "MALFORMED_FUNCTION_CALL" || word == "UNEXPECTED_TOOL_CALL":
                .malformedToolUse
            case _ where word == "TOO_MANY_TOOL_CALLS" || word == "MISSING_THOUGHT_SIGNATURE":
                .malformedToolUse
            case _ where word == "MALFORMED_RESPONSE": .malformedOutput
            default: .unknown
            }
    }

    private static func isFilter(_ word: ByteView) -> Bool {
        word == "SAFETY" || word == "RECITATION" || word == "BLOCKLIST"
            || word == "PROHIBITED_CONTENT" || word == "SPII" || word == "IMAGE_SAFETY"
            || word == "IMAGE_PROHIBITED_CONTENT" || word == "IMAGE_RECITATION"
            || word == "MODEL_ARMOR"
    }

    /// Gemini's word, and whether it says the same.
    var geminiWord: (word: StaticString, isExact: Bool) {
        switch self {
        case .endTurn, .stopSequence, .toolUse: ("STOP", true)
        case .maxTokens, .contextWindow: ("MAX_TOKENS", true)
        case .contentFiltered, .guardrail, .refusal: ("SAFETY", true)
        case .malformedToolUse: ("MALFORMED_FUNCTION_CALL", true)
        case .malformedOutput: ("MALFORMED_RESPONSE", true)
        case .pauseTurn, .unknown: ("STOP", false)
        }
    }
}

extension ReasoningSettings.Effort {
    /// The effort that a thinking level names, in either case.
    init?(geminiLevel word: ByteView) {
        switch word.text.uppercased() {
        case "MINIMAL": self = .minimal
        case "LOW": self = .low
        case "MEDIUM": self = .medium
        case "HIGH": self = .high
        case "XHIGH": self = .xhigh
        default: return nil
        }
    }

    /// The thinking level; the rules leave no other efforts for Gemini.
    var geminiLevel: StaticString {
        switch self {
        case .none, .minimal: "MINIMAL"
        case .low: "LOW"
        case .medium: "MEDIUM"
        case .high: "HIGH"
        case .xhigh, .max: "XHIGH"
        }
    }
}
