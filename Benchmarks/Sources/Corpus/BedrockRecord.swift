// SPDX-License-Identifier: Apache-2.0

// Conversations as Bedrock's batch files spell them, with bodies of the Converse API.

/// The members of Bedrock's records.
enum BedrockRecord {
    static func request(_ conversation: Conversation) -> JSONValue {
        .object([
            .init("recordId", .text(conversation.id)),
            .init("modelInput", body(conversation)),
        ])
    }

    /// Real result lines carry the id last, after the request that they repeat.
    static func result(_ conversation: Conversation) -> JSONValue {
        let answer = conversation.answer
        let output: JSONValue = .object([
            .init("output", .object([.init("message", message(.assistant, answer.parts))])),
            .init("stopReason", .string(stopReason(answer.finish))),
            .init(
                "usage",
                .object([
                    .init("inputTokens", .whole(answer.inputTokens)),
                    .init("outputTokens", .whole(answer.outputTokens)),
                    .init("totalTokens", .whole(answer.inputTokens + answer.outputTokens)),
                ])),
            .init("metrics", .object([.init("latencyMs", .whole(answer.milliseconds))])),
        ])
        return .object([
            .init("modelInput", body(conversation)), .init("modelOutput", output),
            .init("recordId", .text(conversation.id)),
        ])
    }

    private static func stopReason(_ finish: Conversation.Finish) -> String {
        switch finish {
        case .end: "end_turn"
        case .length: "max_tokens"
        case .tools: "tool_use"
        }
    }

    private static func body(_ conversation: Conversation) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("messages", .array(conversation.turns.map { message($0.role, $0.parts) }))
        ]
        if let system = conversation.system {
            members.append(.init("system", .array([.object([.init("text", .text(system))])])))
        }
        members.append(.init("inferenceConfig", .object(settings(conversation.settings))))
        if !conversation.tools.isEmpty {
            let choice: JSONValue = .object([.init("auto", .object([]))])
            members.append(
                .init(
                    "toolConfig",
                    .object([
                        .init("tools", .array(conversation.tools.map(definition))),
                        .init("toolChoice", choice),
                    ])))
        }
        return .object(members)
    }

    private static func settings(_ settings: Conversation.Settings) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [.init("maxTokens", .whole(settings.tokenLimit))]
        if let temperature = settings.temperature {
            members.append(.init("temperature", .hundredths(temperature)))
        }
        if let topP = settings.topP { members.append(.init("topP", .hundredths(topP))) }
        if !settings.stopSequences.isEmpty {
            members.append(
                .init("stopSequences", .array(settings.stopSequences.map { .text($0) })))
        }
        return members
    }

    private static func definition(_ tool: Tool) -> JSONValue {
        let schema: JSONValue = .object([.init("json", tool.schema(isUpperCase: false))])
        return .object([
            .init(
                "toolSpec",
                .object([
                    .init("name", .text(tool.name)),
                    .init("description", .text(tool.description)),
                    .init("inputSchema", schema),
                ]))
        ])
    }

    private static func message(
        _ role: Conversation.Role, _ parts: [Conversation.Part]
    ) -> JSONValue {
        .object([
            .init("role", .string(role == .assistant ? "assistant" : "user")),
            .init("content", .array(parts.map { .object([block($0)]) })),
        ])
    }

    private static func block(_ part: Conversation.Part) -> JSONValue.Member {
        switch part {
        case .text(let text):
            .init("text", .text(text))
        case .image(let subtype, let base64):
            .init(
                "image",
                .object([
                    .init("format", .string(subtype)),
                    .init("source", .object([.init("bytes", .text(base64))])),
                ]))
        case .call(let call):
            .init(
                "toolUse",
                .object([
                    .init("toolUseId", .text(call.id)), .init("name", .text(call.name)),
                    .init("input", call.arguments),
                ]))
        case .result(let call, let text):
            .init(
                "toolResult",
                .object([
                    .init("toolUseId", .text(call.id)),
                    .init("content", .array([.object([.init("text", .text(text))])])),
                ]))
        }
    }
}
