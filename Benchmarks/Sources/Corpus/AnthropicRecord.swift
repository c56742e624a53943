// SPDX-License-Identifier: Apache-2.0

// Conversations as files of Anthropic's Message Batches spell them.

/// The members of Anthropic's records.
enum AnthropicRecord {
    private static let model = "claude-sonnet-4-5"

    static func request(_ conversation: Conversation) -> JSONValue {
        let settings = conversation.settings
        var members: [JSONValue.Member] = [
            .init("model", .string(model)), .init("max_tokens", .whole(settings.tokenLimit)),
        ]
        if let system = conversation.system { members.append(.init("system", .text(system))) }
        members.append(.init("messages", .array(conversation.turns.map(message))))
        if let temperature = settings.temperature {
            members.append(.init("temperature", .hundredths(temperature)))
        }
        if let topP = settings.topP { members.append(.init("top_p", .hundredths(topP))) }
        if !settings.stopSequences.isEmpty {
            members.append(
                .init("stop_sequences", .array(settings.stopSequences.map { .text($0) })))
        }
        if !conversation.tools.isEmpty {
            members.append(.init("tools", .array(conversation.tools.map(definition))))
            members.append(.init("tool_choice", .object([.init("type", .string("auto"))])))
        }
        return .object([
            .init("custom_id", .text(conversation.id)), .init("params", .object(members)),
        ])
    }

    static func result(_ conversation: Conversation) -> JSONValue {
        let answer = conversation.answer
        let message: JSONValue = .object([
            .init("id", .prefixed("msg_", answer.token)), .init("type", .string("message")),
            .init("role", .string("assistant")), .init("model", .string(model)),
            .init("content", .array(answer.parts.map(block))),
            .init("stop_reason", .string(stopReason(answer.finish))),
            .init("stop_sequence", .null),
            .init(
                "usage",
                .object([
                    .init("input_tokens", .whole(answer.inputTokens)),
                    .init("output_tokens", .whole(answer.outputTokens)),
                ])),
        ])
        return .object([
            .init("custom_id", .text(conversation.id)),
            .init(
                "result",
                .object([.init("type", .string("succeeded")), .init("message", message)])),
        ])
    }

    private static func stopReason(_ finish: Conversation.Finish) -> String {
        switch finish {
        case .end: "end_turn"
        case .length: "max_tokens"
        case .tools: "tool_use"
        }
    }

    private static func definition(_ tool: Tool) -> JSONValue {
        .object([
            .init("name", .text(tool.name)), .init("description", .text(tool.description)),
            .init("input_schema", tool.schema(isUpperCase: false)),
        ])
    }

    /// A single text stands alone, as most clients write it.
    private static func message(_ turn: Conversation.Turn) -> JSONValue {
        let content: JSONValue
        if turn.parts.count == 1, case .text(let text)? = turn.parts.first {
            content = .text(text)
        } else {
            content = .array(turn.parts.map(block))
        }
        return .object([
            .init("role", .string(turn.role == .assistant ? "assistant" : "user")),
            .init("content", content),
        ])
    }

    private static func block(_ part: Conversation.Part) -> JSONValue {
        switch part {
        case .text(let text):
            .object([.init("type", .string("text")), .init("text", .text(text))])
        case .image(let subtype, let base64):
            .object([
                .init("type", .string("image")),
                .init(
                    "source",
                    .object([
                        .init("type", .string("base64")),
                        .init("media_type", .string("image/\(subtype)")),
                        .init("data", .text(base64)),
                    ])),
            ])
        case .call(let call):
            .object([
                .init("type", .string("tool_use")), .init("id", .text(call.id)),
                .init("name", .text(call.name)), .init("input", call.arguments),
            ])
        case .result(let call, let text):
            .object([
                .init("type", .string("tool_result")), .init("tool_use_id", .text(call.id)),
                .init("content", .text(text)),
            ])
        }
    }
}
