// SPDX-License-Identifier: Apache-2.0

// The vocabulary of the Responses API: member names of every object that is read, their tables,
// and the types of items and parts.

import JSONLCodec

/// The member tables of Responses bodies.
///
/// Source: openai 3.54.0, `openai.types.responses`.
enum ResponsesTerms {
    /// The body of a request.
    enum BodyMember: String, MemberName {
        case model, input, instructions, temperature, tools, text, reasoning, metadata, store
        case stream, user, moderation, conversation, prompt, include, truncation, background
        case maxOutputTokens = "max_output_tokens"
        case topP = "top_p"
        case topLogprobs = "top_logprobs"
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
        case serviceTier = "service_tier"
        case safetyIdentifier = "safety_identifier"
        case promptCacheKey = "prompt_cache_key"
        case promptCacheOptions = "prompt_cache_options"
        case promptCacheRetention = "prompt_cache_retention"
        case previousResponseID = "previous_response_id"
    }

    /// An item of the input or of the output: a message, a call, a result, a thought.
    enum ItemMember: String, MemberName {
        case id, type, role, content, status, phase, name, arguments, output, summary
        case callID = "call_id"
        case encryptedContent = "encrypted_content"
    }

    /// A part of a message, of a tool's result, or of a thought.
    enum PartMember: String, MemberName {
        case type, text, refusal, detail, filename, annotations, logprobs
        case imageURL = "image_url"
        case fileID = "file_id"
        case fileData = "file_data"
        case fileURL = "file_url"
        case inputAudio = "input_audio"
        case cacheBreakpoint = "prompt_cache_breakpoint"
    }

    /// A tool.
    enum ToolMember: String, MemberName { case type, name, description, parameters, strict }

    /// The member `text`.
    enum TextMember: String, MemberName { case format, verbosity }

    /// The form of the answer; a schema's members stand beside the type.
    enum FormatMember: String, MemberName { case type, name, description, schema, strict }

    /// The member `reasoning`.
    enum ReasoningMember: String, MemberName {
        case effort, summary
        case generateSummary = "generate_summary"
    }

    /// The body of an answer.
    enum ResponseMember: String, MemberName {
        case id, object, status, model, output, usage, error
        case createdAt = "created_at"
        case incompleteDetails = "incomplete_details"
        // The request once more, and what tells of the run.
        case instructions, metadata, temperature, tools, text, reasoning, store, truncation, user
        case background, billing, conversation, prompt
        case parallelToolCalls = "parallel_tool_calls"
        case toolChoice = "tool_choice"
        case topP = "top_p"
        case topLogprobs = "top_logprobs"
        case maxOutputTokens = "max_output_tokens"
        case maxToolCalls = "max_tool_calls"
        case previousResponseID = "previous_response_id"
        case promptCacheKey = "prompt_cache_key"
        case promptCacheOptions = "prompt_cache_options"
        case promptCacheRetention = "prompt_cache_retention"
        case promptCacheDiagnostics = "prompt_cache_diagnostics"
        case safetyIdentifier = "safety_identifier"
        case serviceTier = "service_tier"
        case completedAt = "completed_at"
        case frequencyPenalty = "frequency_penalty"
        case presencePenalty = "presence_penalty"
        case toolUsage = "tool_usage"
    }

    /// The member `incomplete_details` of an answer.
    enum IncompleteMember: String, MemberName { case reason }

    /// The token counts of an answer.
    enum UsageMember: String, MemberName {
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case inputDetails = "input_tokens_details"
        case outputDetails = "output_tokens_details"
    }

    static let body = MemberTable<BodyMember>()
    static let item = MemberTable<ItemMember>()
    static let part = MemberTable<PartMember>()
    static let tool = MemberTable<ToolMember>()
    static let text = MemberTable<TextMember>()
    static let format = MemberTable<FormatMember>()
    static let reasoning = MemberTable<ReasoningMember>()
    static let response = MemberTable<ResponseMember>()
    static let incomplete = MemberTable<IncompleteMember>()
    static let usage = MemberTable<UsageMember>()

    // MARK: - Words

    /// The types of items that can be converted, or that name what cannot.
    enum ItemType: String, MemberName {
        case message, reasoning
        case functionCall = "function_call"
        case functionCallOutput = "function_call_output"
        case itemReference = "item_reference"
        // Tools that run at OpenAI, and custom ones.
        case webSearchCall = "web_search_call"
        case fileSearchCall = "file_search_call"
        case computerCall = "computer_call"
        case computerCallOutput = "computer_call_output"
        case codeInterpreterCall = "code_interpreter_call"
        case imageGenerationCall = "image_generation_call"
        case localShellCall = "local_shell_call"
        case localShellCallOutput = "local_shell_call_output"
        case shellCall = "shell_call"
        case shellCallOutput = "shell_call_output"
        case applyPatchCall = "apply_patch_call"
        case applyPatchCallOutput = "apply_patch_call_output"
        case toolSearchCall = "tool_search_call"
        case toolSearchOutput = "tool_search_output"
        case customToolCall = "custom_tool_call"
        case customToolCallOutput = "custom_tool_call_output"
        case mcpCall = "mcp_call"
        case mcpListTools = "mcp_list_tools"
        case mcpApprovalRequest = "mcp_approval_request"
        case mcpApprovalResponse = "mcp_approval_response"
    }

    /// The types of parts.
    enum PartType: String, MemberName {
        case text, refusal
        case inputText = "input_text"
        case outputText = "output_text"
        case inputImage = "input_image"
        case inputFile = "input_file"
        case inputAudio = "input_audio"
        // Of thoughts.
        case summaryText = "summary_text"
        case reasoningText = "reasoning_text"
    }

    /// What becomes of an answer.
    enum Status: String, MemberName { case completed, incomplete, failed, cancelled }

    static let itemType = MemberTable<ItemType>()
    static let partType = MemberTable<PartType>()
    static let status = MemberTable<Status>()
}
