// SPDX-License-Identifier: Apache-2.0

// Conversations as Gemini's batch files spell them.

/// The members of Gemini's records.
enum GeminiRecord {
    static func request(_ conversation: Conversation) -> JSONValue {
        let contents = conversation.turns.map { turn -> JSONValue in
            .object([
                .init("role", .string(turn.role == .assistant ? "model" : "user")),
                .init("parts", .array(turn.parts.map { .object([part($0)]) })),
            ])
        }
        var members: [JSONValue.Member] = [.init("contents", .array(contents))]
        if let system = conversation.system {
            let parts: JSONValue = .array([.object([.init("text", .text(system))])])
            members.append(.init("systemInstruction", .object([.init("parts", parts)])))
        }
        if !conversation.tools.isEmpty {
            let declarations: JSONValue = .array(conversation.tools.map(declaration))
            let calling: JSONValue = .object([.init("mode", .string("AUTO"))])
            members += [
                .init("tools", .array([.object([.init("functionDeclarations", declarations)])])),
                .init("toolConfig", .object([.init("functionCallingConfig", calling)])),
            ]
        }
        members.append(.init("generationConfig", .object(settings(conversation.settings))))
        return .object([
            .init("key", .text(conversation.id)), .init("request", .object(members)),
        ])
    }

    /// Real result lines carry the key last.
    static func result(_ conversation: Conversation) -> JSONValue {
        let answer = conversation.answer
        let content: JSONValue = .object([
            .init("parts", .array(answer.parts.map { .object([part($0)]) })),
            .init("role", .string("model")),
        ])
        let candidate: JSONValue = .object([
            .init("content", content),
            .init("finishReason", .string(answer.finish == .length ? "MAX_TOKENS" : "STOP")),
            .init("index", .whole(0)),
        ])
        let response: JSONValue = .object([
            .init("candidates", .array([candidate])),
            .init(
                "usageMetadata",
                .object([
                    .init("promptTokenCount", .whole(answer.inputTokens)),
                    .init("candidatesTokenCount", .whole(answer.outputTokens)),
                    .init("totalTokenCount", .whole(answer.inputTokens + answer.outputTokens)),
                ])),
            .init("modelVersion", .string("gemini-2.5-flash")),
            .init("responseId", .text(answer.token)),
        ])
        return .object([.init("response", response), .init("key", .text(conversation.id))])
    }

    private static func settings(_ settings: Conversation.Settings) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init("maxOutputTokens", .whole(settings.tokenLimit))
        ]
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

    private static func declaration(_ tool: Tool) -> JSONValue {
        .object([
            .init("name", .text(tool.name)), .init("description", .text(tool.description)),
            .init("parameters", tool.schema(isUpperCase: true)),
        ])
    }

    private static func part(_ part: Conversation.Part) -> JSONValue.Member {
        switch part {
        case .text(let text):
            return .init("text", .text(text))
        case .image(let subtype, let base64):
            return .init(
                "inlineData",
                .object([
                    .init("mimeType", .string("image/\(subtype)")), .init("data", .text(base64)),
                ]))
        case .call(let call):
            return .init(
                "functionCall",
                .object([
                    .init("id", .text(call.id)), .init("name", .text(call.name)),
                    .init("args", call.arguments),
                ]))
        case .result(let call, let text):
            return .init(
                "functionResponse",
                .object([
                    .init("id", .text(call.id)), .init("name", .text(call.name)),
                    .init("response", .object([.init("output", .text(text))])),
                ]))
        }
    }
}
