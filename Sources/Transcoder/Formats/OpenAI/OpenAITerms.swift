// SPDX-License-Identifier: Apache-2.0

// The vocabulary of OpenAI records: member names of every object that is read, and their tables.

import JSONLCodec

/// The member tables of OpenAI batch lines.
enum OpenAITerms {
    /// A line that goes to the provider.
    enum RequestMember: String, MemberName {
        case customID = "custom_id"
        case method, url, path, body
    }

    /// A line that comes back.
    enum ResultMember: String, MemberName {
        case id
        case customID = "custom_id"
        case response, error
    }

    /// The member `response` of a result.
    enum ResponseMember: String, MemberName {
        case statusCode = "status_code"
        case requestID = "request_id"
        case body
    }

    /// An error object; compatible servers also write its members straight into the body.
    enum ErrorMember: String, MemberName {
        case error, message, type, param, code
    }

    static let request = MemberTable<RequestMember>()
    static let result = MemberTable<ResultMember>()
    static let response = MemberTable<ResponseMember>()
    static let error = MemberTable<ErrorMember>()
}

/// The member tables of chat completion bodies, as OpenAI and its many relatives write them.
///
/// Source: openai 3.54.0, `openai.types.chat`; for what the relatives add, ``OpenAIService``.
enum ChatTerms {
    /// The body of a request.
    enum BodyMember: String, MemberName {
        case model, messages, temperature, stop, seed, stream, store, user, modalities, audio
        case n, logprobs, metadata, tools, functions, moderation, prediction, verbosity
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case topP = "top_p"
        /// Mistral's and Together's.
        case topK = "top_k"
        /// Mistral's name for the seed.
        case randomSeed = "random_seed"
        case presencePenalty = "presence_penalty"
        case frequencyPenalty = "frequency_penalty"
        case topLogprobs = "top_logprobs"
        case logitBias = "logit_bias"
        case toolChoice = "tool_choice"
        case functionCall = "function_call"
        case parallelToolCalls = "parallel_tool_calls"
        case responseFormat = "response_format"
        case reasoningEffort = "reasoning_effort"
        case serviceTier = "service_tier"
        case safetyIdentifier = "safety_identifier"
        case promptCacheKey = "prompt_cache_key"
        case promptCacheOptions = "prompt_cache_options"
        case promptCacheRetention = "prompt_cache_retention"
        case webSearchOptions = "web_search_options"
    }

    /// A message of a request or of an answer.
    enum MessageMember: String, MemberName {
        case role, content, name, refusal, audio, annotations, reasoning
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
        case functionCall = "function_call"
        case reasoningContent = "reasoning_content"
    }

    /// A part of a message's content.
    enum PartMember: String, MemberName {
        case type, text, refusal, file
        case imageURL = "image_url"
        case inputAudio = "input_audio"
        case cacheBreakpoint = "prompt_cache_breakpoint"
    }

    /// The payload of an image part.
    enum ImageMember: String, MemberName { case url, detail }

    /// The payload of an audio part.
    enum AudioMember: String, MemberName { case data, format }

    /// The payload of a file part.
    enum FileMember: String, MemberName {
        case filename
        case data = "file_data"
        case id = "file_id"
    }

    /// A tool, a tool choice, or a tool call.
    enum ToolMember: String, MemberName {
        case id, type, index, function, custom, name, mode, tools
        case allowedTools = "allowed_tools"
    }

    /// A function: its definition, its choice, or its call.
    enum FunctionMember: String, MemberName {
        case name, description, parameters, strict, arguments
    }

    /// A response format.
    enum FormatMember: String, MemberName {
        case type
        case jsonSchema = "json_schema"
    }

    /// The payload of a response format with a schema.
    enum SchemaMember: String, MemberName { case type, name, description, schema, strict }

    /// The body of an answer.
    enum CompletionMember: String, MemberName {
        case id, object, created, model, choices, usage
        case serviceTier = "service_tier"
        case systemFingerprint = "system_fingerprint"
    }

    /// One of the answers.
    enum ChoiceMember: String, MemberName {
        case index, message, logprobs
        case finishReason = "finish_reason"
    }

    /// The token counts of an answer, and their details.
    enum UsageMember: String, MemberName {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case promptDetails = "prompt_tokens_details"
        case completionDetails = "completion_tokens_details"
        case cachedTokens = "cached_tokens"
        case cacheWriteTokens = "cache_write_tokens"
        case reasoningTokens = "reasoning_tokens"
        case textTokens = "text_tokens"
        case imageTokens = "image_tokens"
        case audioTokens = "audio_tokens"
    }

    static let body = MemberTable<BodyMember>()
    static let message = MemberTable<MessageMember>()
    static let part = MemberTable<PartMember>()
    static let image = MemberTable<ImageMember>()
    static let audio = MemberTable<AudioMember>()
    static let file = MemberTable<FileMember>()
    static let tool = MemberTable<ToolMember>()
    static let function = MemberTable<FunctionMember>()
    static let format = MemberTable<FormatMember>()
    static let schema = MemberTable<SchemaMember>()
    static let completion = MemberTable<CompletionMember>()
    static let choice = MemberTable<ChoiceMember>()
    static let usage = MemberTable<UsageMember>()
}

/// Who speaks in a chat message.
enum ChatRole {
    case system, user, assistant, tool
    /// The older spelling of tool messages, which answer by name.
    case function

    /// The role with a name, or nil for names that no chat API knows.
    init?(_ node: NodeID, _ view: JSONView) {
        if view.string(node, is: "user") {
            self = .user
        } else if view.string(node, is: "assistant") {
            self = .assistant
        } else if view.string(node, is: "system") || view.string(node, is: "developer") {
            self = .system
        } else if view.string(node, is: "tool") {
            self = .tool
        } else if view.string(node, is: "function") {
            self = .function
        } else {
            return nil
        }
    }
}
