// SPDX-License-Identifier: Apache-2.0

// The words of Bedrock's records: member names, and the values that come from a fixed list.

import JSONLCodec

/// The members of Bedrock's envelope and of the Converse and Nova bodies.
///
/// One vocabulary serves all objects: which of the names an object may have is said where it is
/// read. Sources: botocore's service model `bedrock-runtime` 2023-09-30 for Converse, the Nova
/// user guide's request schema for `schemaVersion`, `topK` and `max_new_tokens`.
enum BedrockMember: String, MemberName {
    // The envelope.
    case recordID = "recordId"
    case modelInput, modelOutput, error, errorCode, errorMessage
    // The request body.
    case messages, system, inferenceConfig, toolConfig, guardrailConfig
    case additionalModelRequestFields, promptVariables, additionalModelResponseFieldPaths
    case requestMetadata, performanceConfig, serviceTier, outputConfig, schemaVersion
    // Messages and blocks.
    case role, content, text, image, document, video, audio, toolUse, toolResult, guardContent
    case cachePoint, reasoningContent, citationsContent, json, format, source, name, context
    case citations, bytes, s3Location, toolUseID = "toolUseId"
    case input, status, type, ttl, qualifiers, reasoningText, redactedContent, signature
    // Settings.
    case maxTokens, temperature, topP, topK, stopSequences, reasoningConfig
    case maxNewTokens = "max_new_tokens"
    case snakeTopP = "top_p"
    case snakeTopK = "top_k"
    case thinking
    case budgetTokens = "budget_tokens"
    case reasoningEffort = "reasoning_effort"
    case maxReasoningEffort
    case snakeOutputConfig = "output_config"
    case textFormat, structure, jsonSchema, schema, description, effort
    // Tools.
    case tools, toolChoice, toolSpec, systemTool, inputSchema, strict, auto, any, tool
    // The answer.
    case output, message, stopReason, usage, metrics, additionalModelResponseFields, trace
    case inputTokens, outputTokens, totalTokens, cacheReadInputTokens, cacheWriteInputTokens
    case cacheReadInputTokenCount, cacheWriteInputTokenCount, cacheDetails, latencyMs
    case stopSequence = "stop_sequence"

    static let table = MemberTable<BedrockMember>()
}

/// The members of one object of a Bedrock record.
typealias BedrockMembers = MemberReader<BedrockMember>

extension MemberReader where Name == BedrockMember {
    /// Starts reading an object of a Bedrock record.
    init(_ object: NodeID, _ context: borrowing RecordContext) throws(RecordError) {
        try self.init(object, BedrockMember.table, context.view)
    }
}

// MARK: - Words

extension FinishReason {
    /// What a `stopReason` of Converse means.
    ///
    /// Source: botocore's `StopReason`; names that are not in it say nothing to us.
    init(stopReason node: NodeID, _ view: JSONView) {
        let words = Self.stopReasons
        for (word, reason) in words where view.string(node, is: word) {
            self = reason
            return
        }
        self = .unknown
    }

    private static let stopReasons: [(StaticString, FinishReason)] = [
        ("end_turn", .endTurn),
        ("tool_use", .toolUse),
        ("max_tokens", .maxTokens),
        ("stop_sequence", .stopSequence),
        ("guardrail_intervened", .guardrail),
        ("content_filtered", .contentFiltered),
        ("model_context_window_exceeded", .contextWindow),
        ("malformed_tool_use", .malformedToolUse),
        ("malformed_model_output", .malformedOutput),
    ]

    /// The `stopReason` of Converse that says it, or says it most nearly.
    var stopReason: StaticString {
        switch self {
        case .endTurn, .pauseTurn, .unknown: "end_turn"
        case .stopSequence: "stop_sequence"
        case .toolUse: "tool_use"
        case .maxTokens: "max_tokens"
        case .contextWindow: "model_context_window_exceeded"
        case .contentFiltered, .refusal: "content_filtered"
        case .guardrail: "guardrail_intervened"
        case .malformedToolUse: "malformed_tool_use"
        case .malformedOutput: "malformed_model_output"
        }
    }
}

extension ReasoningSettings.Effort {
    /// The effort that a string names, or nil.
    init?(bedrock node: NodeID, _ view: JSONView) {
        let efforts: [Self] = Self.named
        for effort in efforts where view.string(node, is: effort.name) {
            self = effort
            return
        }
        return nil
    }

    private static let named: [Self] = [.none, .minimal, .low, .medium, .high, .xhigh, .max]
}
