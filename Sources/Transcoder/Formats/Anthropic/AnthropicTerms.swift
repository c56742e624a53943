// SPDX-License-Identifier: Apache-2.0

// The vocabulary of Anthropic's Messages: names of members, types of blocks, words of answers.

import JSONLCodec

/// The words of the Messages dialect, and how they are looked up.
enum AnthropicTerms {
    static let record = MemberTable(RecordMember.self)
    static let body = MemberTable(BodyMember.self)
    static let metadata = MemberTable(MetadataMember.self)
    static let thinking = MemberTable(ThinkingMember.self)
    static let outputConfig = MemberTable(OutputConfigMember.self)
    static let outputFormat = MemberTable(OutputFormatMember.self)
    static let tool = MemberTable(ToolMember.self)
    static let toolChoice = MemberTable(ToolChoiceMember.self)
    static let message = MemberTable(MessageMember.self)
    static let block = MemberTable(BlockMember.self)
    static let source = MemberTable(SourceMember.self)
    static let cacheControl = MemberTable(CacheControlMember.self)
    static let result = MemberTable(ResultMember.self)
    static let error = MemberTable(ErrorMember.self)
    static let usage = MemberTable(UsageMember.self)
    static let cacheCreation = MemberTable(CacheCreationMember.self)
    static let outputDetails = MemberTable(OutputDetailsMember.self)

    static let blockType = MemberTable(BlockType.self)
    static let stopReason = MemberTable(StopReason.self)

    /// The known word that a string means, however it is spelled.
    ///
    /// - Throws: `wrong_type` where the value is no string.
    static func word<Name: MemberName>(
        _ node: NodeID, _ table: MemberTable<Name>, _ context: borrowing RecordContext
    ) throws(RecordError) -> Name? {
        try context.requireString(node)
        return table.name(of: node, context.view)
    }

    // MARK: - Members of requests

    enum RecordMember: String, MemberName {
        case customID = "custom_id"
        case params
        case result
    }

    enum BodyMember: String, MemberName {
        case model, messages, system, tools, metadata, temperature, thinking, stream
        case maxTokens = "max_tokens"
        case toolChoice = "tool_choice"
        case stopSequences = "stop_sequences"
        case topP = "top_p"
        case topK = "top_k"
        case outputConfig = "output_config"
        case outputFormat = "output_format"
        case serviceTier = "service_tier"
        case cacheControl = "cache_control"
        case anthropicVersion = "anthropic_version"
        case anthropicBeta = "anthropic_beta"
    }

    enum MetadataMember: String, MemberName {
        case userID = "user_id"
    }

    enum ThinkingMember: String, MemberName {
        case type
        case budgetTokens = "budget_tokens"
    }

    enum OutputConfigMember: String, MemberName { case effort, format }

    enum OutputFormatMember: String, MemberName { case type, schema }

    enum ToolMember: String, MemberName {
        case type, name, description, strict
        case inputSchema = "input_schema"
        case cacheControl = "cache_control"
    }

    enum ToolChoiceMember: String, MemberName {
        case type, name
        case disableParallelToolUse = "disable_parallel_tool_use"
    }

    // MARK: - Members of messages

    /// Members of a message of a conversation, and of the message that answers it.
    enum MessageMember: String, MemberName {
        case role, content, id, type, model, usage, container, diagnostics
        case stopReason = "stop_reason"
        case stopSequence = "stop_sequence"
        case stopDetails = "stop_details"
        case contextManagement = "context_management"
    }

    enum BlockMember: String, MemberName {
        case type, text, citations, source, title, context, id, name, input, caller, content
        case thinking, signature, data
        case cacheControl = "cache_control"
        case toolUseID = "tool_use_id"
        case isError = "is_error"
    }

    enum SourceMember: String, MemberName {
        case type, data, url, content
        case mediaType = "media_type"
        case fileID = "file_id"
    }

    enum CacheControlMember: String, MemberName { case type, ttl }

    /// The types of blocks that are told apart.
    enum BlockType: String, MemberName {
        case text, image, document, thinking
        case redactedThinking = "redacted_thinking"
        case toolUse = "tool_use"
        case toolResult = "tool_result"
        case serverToolUse = "server_tool_use"
        case mcpToolUse = "mcp_tool_use"
        case containerUpload = "container_upload"
    }

    // MARK: - Members of results

    enum ResultMember: String, MemberName { case type, message, error }

    enum ErrorMember: String, MemberName { case type, message, error }

    enum UsageMember: String, MemberName {
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case cacheReadInputTokens = "cache_read_input_tokens"
        case cacheCreationInputTokens = "cache_creation_input_tokens"
        case cacheCreation = "cache_creation"
        case outputTokensDetails = "output_tokens_details"
    }

    enum CacheCreationMember: String, MemberName {
        case fiveMinutes = "ephemeral_5m_input_tokens"
        case oneHour = "ephemeral_1h_input_tokens"
    }

    enum OutputDetailsMember: String, MemberName {
        case thinkingTokens = "thinking_tokens"
    }

    /// Why an answer ended.
    enum StopReason: String, MemberName {
        case endTurn = "end_turn"
        case stopSequence = "stop_sequence"
        case toolUse = "tool_use"
        case maxTokens = "max_tokens"
        case contextWindow = "model_context_window_exceeded"
        case refusal
        case pauseTurn = "pause_turn"

        /// The reason in the vocabulary of the hub.
        var finish: FinishReason {
            switch self {
            case .endTurn: .endTurn
            case .stopSequence: .stopSequence
            case .toolUse: .toolUse
            case .maxTokens: .maxTokens
            case .contextWindow: .contextWindow
            case .refusal: .refusal
            case .pauseTurn: .pauseTurn
            }
        }
    }

    /// How a reason is written, and whether that is the same reason.
    static func stopReason(for finish: FinishReason) -> (word: StaticString, isExact: Bool) {
        switch finish {
        case .endTurn: ("end_turn", true)
        case .stopSequence: ("stop_sequence", true)
        case .toolUse: ("tool_use", true)
        case .maxTokens: ("max_tokens", true)
        case .contextWindow: ("model_context_window_exceeded", true)
        case .contentFiltered, .refusal: ("refusal", true)
        case .guardrail: ("refusal", false)
        case .pauseTurn: ("pause_turn", true)
        case .malformedToolUse, .malformedOutput, .unknown: ("end_turn", false)
        }
    }
}
