// SPDX-License-Identifier: Apache-2.0

// Conversations as OpenAI's batch files spell them, with chat completions as bodies.

/// The members of OpenAI's records.
enum OpenAIRecord {
    private static let model = "gpt-4o-mini"

    static func request(_ conversation: Conversation) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("model", .string(model)),
            .init("messages", .array(messages(conversation))),
        ]
        members += settings(conversation.settings)
        if !conversation.tools.isEmpty {
            members.append(.init("tools", .array(conversation.tools.map(definition))))
            members.append(.init("tool_choice", .string("auto")))
        }
        return .object([
            .init("custom_id", .text(conversation.id)), .init("method", .string("POST")),
            .init("url", .string("/v1/chat/completions")), .init("body", .object(members)),
        ])
    }

    static func result(_ conversation: Conversation) -> JSONValue {
        let token = conversation.answer.token
        return .object([
            .init("id", .prefixed("batch_req_", token)),
            .init("custom_id", .text(conversation.id)),
            .init(
                "response",
                .object([
                    .init("status_code", .whole(200)),
                    .init("request_id", .prefixed("req_", token)),
                    .init("body", completion(conversation.answer)),
                ])),
            .init("error", .null),
        ])
    }

    // MARK: - Requests

    private static func settings(_ settings: Conversation.Settings) -> [JSONValue.Member] {
        // The older name of the limit: it is the one in nearly all real files.
        var members: [JSONValue.Member] = [.init("max_tokens", .whole(settings.tokenLimit))]
        if let temperature = settings.temperature {
            members.append(.init("temperature", .hundredths(temperature)))
        }
        if let topP = settings.topP { members.append(.init("top_p", .hundredths(topP))) }
        if !settings.stopSequences.isEmpty {
            members.append(.init("stop", .array(settings.stopSequences.map { .text($0) })))
        }
        return members
    }

    private static func definition(_ tool: Tool) -> JSONValue {
        .object([
            .init("type", .string("function")),
            .init(
                "function",
                .object([
                    .init("name", .text(tool.name)),
                    .init("description", .text(tool.description)),
                    .init("parameters", tool.schema(isUpperCase: false)),
                ])),
        ])
    }

    private static func messages(_ conversation: Conversation) -> [JSONValue] {
        var messages: [JSONValue] = []
        if let system = conversation.system {
            messages.append(
                .object([.init("role", .string("system")), .init("content", .text(system))]))
        }
        for turn in conversation.turns {
            switch turn.role {
            case .user:
                messages.append(
                    .object([.init("role", .string("user")), .init("content", content(turn.parts))])
                )
            case .assistant:
                messages.append(.object(assistant(turn.parts)))
            case .tool:
                messages += turn.parts.compactMap(toolMessage)
            }
        }
        return messages
    }

    private static func toolMessage(_ part: Conversation.Part) -> JSONValue? {
        guard case .result(let call, let text) = part else { return nil }
        return .object([
            .init("role", .string("tool")), .init("tool_call_id", .text(call.id)),
            .init("content", .text(text)),
        ])
    }

    private static func assistant(_ parts: [Conversation.Part]) -> [JSONValue.Member] {
        let calls = parts.compactMap(toolCall)
        var members: [JSONValue.Member] = [
            .init("role", .string("assistant")), .init("content", content(parts)),
        ]
        if !calls.isEmpty { members.append(.init("tool_calls", .array(calls))) }
        return members
    }

    /// A single text stands alone, several parts in a list; calls are no content.
    private static func content(_ parts: [Conversation.Part]) -> JSONValue {
        let blocks = parts.compactMap(block)
        guard blocks.count <= 1 else { return .array(blocks) }
        guard case .text(let text)? = parts.first else { return .null }
        return .text(text)
    }

    private static func block(_ part: Conversation.Part) -> JSONValue? {
        switch part {
        case .text(let text):
            .object([.init("type", .string("text")), .init("text", .text(text))])
        case .image(let subtype, let base64):
            .object([
                .init("type", .string("image_url")),
                .init(
                    "image_url",
                    .object([.init("url", .prefixed("data:image/\(subtype);base64,", base64))])),
            ])
        case .call, .result:
            nil
        }
    }

    private static func toolCall(_ part: Conversation.Part) -> JSONValue? {
        guard case .call(let call) = part else { return nil }
        return .object([
            .init("id", .text(call.id)), .init("type", .string("function")),
            .init(
                "function",
                .object([
                    .init("name", .text(call.name)),
                    .init("arguments", .embedded(call.arguments)),
                ])),
        ])
    }

    // MARK: - Results

    private static func completion(_ answer: Conversation.Answer) -> JSONValue {
        var message = assistant(answer.parts)
        message.insert(.init("refusal", .null), at: 2)
        let choice: JSONValue = .object([
            .init("index", .whole(0)), .init("message", .object(message)),
            .init("logprobs", .null),
            .init("finish_reason", .string(finishReason(answer.finish))),
        ])
        return .object([
            .init("id", .prefixed("chatcmpl-", answer.token)),
            .init("object", .string("chat.completion")),
            .init("created", .whole(answer.created)), .init("model", .string(model)),
            .init("choices", .array([choice])),
            .init(
                "usage",
                .object([
                    .init("prompt_tokens", .whole(answer.inputTokens)),
                    .init("completion_tokens", .whole(answer.outputTokens)),
                    .init("total_tokens", .whole(answer.inputTokens + answer.outputTokens)),
                ])),
            .init("system_fingerprint", .null),
        ])
    }

    private static func finishReason(_ finish: Conversation.Finish) -> String {
        switch finish {
        case .end: "stop"
        case .length: "length"
        case .tools: "tool_calls"
        }
    }
}
