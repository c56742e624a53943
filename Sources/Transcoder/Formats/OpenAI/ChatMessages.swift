// SPDX-License-Identifier: Apache-2.0

// Reads the messages of chat bodies into turns: who speaks, what is said, called and answered.

import JSONLCodec

/// The messages of a chat body.
enum ChatMessages {
    /// The members of one message, in whatever order they came.
    private struct Message {
        let node: NodeID
        var role: NodeID?
        var content: NodeID?
        var name: NodeID?
        var refusal: NodeID?
        var audio: NodeID?
        var toolCalls: NodeID?
        var toolCallID: NodeID?
        var functionCall: NodeID?

        init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
            self.node = node
            var members = try MemberReader(node, ChatTerms.message, context.view)
            while let member = try members.next() {
                let value = member.value
                switch member.name {
                case .role: role = value
                case .content: content = value
                case .name: name = value
                case .refusal: refusal = value
                case .audio: audio = value
                case .toolCalls: toolCalls = value
                case .toolCallID: toolCallID = value
                case .functionCall: functionCall = value
                case .reasoning, .reasoningContent: context.drop(reasoning: value)
                case .annotations, nil: context.drop(value)
                }
            }
        }
    }

    /// Reads `messages`.
    static func read(
        _ messages: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(messages)
        request.messages = messages
        for element in context.view.elements(messages) {
            let message = try Message(element, &context)
            guard let roleNode = message.role else { throw .missing("role", in: element) }
            try context.requireString(roleNode)
            guard let role = ChatRole(roleNode, context.view) else {
                throw .wrongType(roleNode, "a chat role is expected here")
            }
            if role != .assistant {
                if let calls = message.toolCalls { context.drop(calls) }
                if let call = message.functionCall { context.drop(call) }
                if let refusal = message.refusal { context.drop(refusal) }
            }
            if role != .tool, let id = message.toolCallID { context.drop(id) }
            if role != .function, let name = message.name { context.drop(name) }
            switch role {
            case .system: try readSystem(message, into: &request, &context)
            case .user: try readUser(message, into: &request, &context)
            case .assistant: try readAssistant(message, into: &request, &context)
            case .tool, .function: try readResult(message, role, into: &request, &context)
            }
        }
    }

    // MARK: - Roles

    private static func readSystem(
        _ message: Message, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        let content = try required(message)
        if !request.turns.isEmpty { context.lose(.systemHoisted, at: message.node) }
        if context.view.kind(content) == .string {
            request.system.append(TextPart(try context.text(content), at: content))
            return
        }
        try requireParts(content, context)
        for element in context.view.elements(content) {
            guard case .text(let part) = try ChatParts.part(element, &context) else {
                throw RecordError(.unsupportedBlock, at: element, "a system takes only text")
            }
            request.system.append(context.plain(part))
        }
    }

    private static func readUser(
        _ message: Message, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.beginMessage(.user, at: message.node)
        if let audio = message.audio { context.drop(audio) }
        try readContent(try required(message), into: &request, &context)
    }

    private static func readAssistant(
        _ message: Message, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.beginMessage(.assistant, at: message.node)
        if let audio = message.audio, !context.isNeutral(audio) {
            throw RecordError(
                .unsupportedAudio, at: audio, "the recording is kept in the provider's account")
        }
        if let content = message.content { try readContent(content, into: &request, &context) }
        if let refusal = message.refusal {
            let text = try context.text(refusal)
            if !text.isEmpty {
                var part = TextPart(text, at: refusal)
                part.isRefusal = true
                request.append(.text(part))
            }
        }
        if let calls = message.toolCalls {
            try context.requireArray(calls)
            for call in context.view.elements(calls) {
                request.append(.toolCall(try ChatTools.call(call, &context)))
            }
        }
        if let call = message.functionCall {
            request.append(.toolCall(try ChatTools.functionCall(call, at: call, &context)))
        }
    }

    private static func readResult(
        _ message: Message, _ role: ChatRole, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        request.beginMessage(.user, at: message.node)
        if let audio = message.audio { context.drop(audio) }
        var id: Text?
        var name: Text?
        if role == .tool {
            guard let node = message.toolCallID else {
                throw .missing("tool_call_id", in: message.node)
            }
            id = try context.text(node)
        } else {
            guard let node = message.name else { throw .missing("name", in: message.node) }
            name = try context.text(node)
        }
        let start = request.toolResultParts.count
        try readResultContent(try required(message), into: &request, &context)
        let content = start..<request.toolResultParts.count
        request.append(
            .toolResult(ToolResult(callID: id, name: name, content: content, at: message.node)))
    }

    // MARK: - Content

    private static func required(_ message: Message) throws(RecordError) -> NodeID {
        guard let content = message.content else { throw .missing("content", in: message.node) }
        return content
    }

    private static func requireParts(
        _ content: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) {
        guard context.view.kind(content) == .array else {
            throw .wrongType(content, "a string or an array of parts is expected here")
        }
    }

    private static func readContent(
        _ content: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if context.view.kind(content) == .string {
            return request.append(.text(TextPart(try context.text(content), at: content)))
        }
        try requireParts(content, context)
        for element in context.view.elements(content) {
            request.append(try ChatParts.part(element, &context))
        }
    }

    private static func readResultContent(
        _ content: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if context.view.kind(content) == .string {
            let part = TextPart(try context.text(content), at: content)
            return request.toolResultParts.append(.text(part))
        }
        try requireParts(content, context)
        for element in context.view.elements(content) {
            switch try ChatParts.part(element, &context) {
            case .text(let part):
                request.toolResultParts.append(.text(context.plain(part)))
            case .media(let media):
                request.toolResultParts.append(.media(media))
            case .toolCall, .toolResult, .reasoning, .cachePoint, .removed:
                break
            }
        }
    }
}

extension RecordContext {
    /// A text where only the model could refuse, but someone else speaks: a refusal is reported,
    /// and is a text like others.
    mutating func plain(_ text: TextPart) -> TextPart {
        guard text.isRefusal else { return text }
        var plain = text
        plain.isRefusal = false
        if !text.text.isEmpty { lose(.refusalAsText, at: text.node) }
        return plain
    }

    /// Drops the reasoning that servers other than OpenAI's add to messages (ruling I24).
    mutating func drop(reasoning node: NodeID) {
        if view.kind(node) == .string, view.isEmpty(node) { return }
        drop(node, code: .reasoningDropped)
    }
}
