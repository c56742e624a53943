// SPDX-License-Identifier: Apache-2.0

// Reads the input of Responses bodies into turns: a text, or items one after the other.

import JSONLCodec

/// The input of a Responses body.
enum ResponsesInput {
    /// Reads `input`.
    static func read(
        _ input: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.messages = input
        if context.view.kind(input) == .string {
            request.beginMessage(.user, at: input)
            return request.append(.text(TextPart(try context.text(input), at: input)))
        }
        guard context.view.kind(input) == .array else {
            throw .wrongType(input, "a string or an array of items is expected here")
        }
        for element in context.view.elements(input) {
            let item = try ResponsesItem(element, &context)
            switch item.kind {
            case .functionCall:
                request.beginMessage(.assistant, at: element)
                request.append(.toolCall(try item.call(context)))
            case .functionCallOutput:
                try readResult(item, into: &request, &context)
            case .reasoning:
                readThought(item, into: &request)
            default:
                try readMessage(item, into: &request, &context)
            }
        }
    }

    /// A thought as a whole: no other provider takes any of it back.
    private static func readThought(_ item: ResponsesItem, into request: inout Request) {
        request.beginMessage(.assistant, at: item.node)
        request.append(.reasoning(Reasoning(.openai, text: nil, at: item.node)))
    }

    // MARK: - Messages

    private static func readMessage(
        _ item: ResponsesItem, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        guard let roleNode = item.role else { throw .missing("role", in: item.node) }
        try context.requireString(roleNode)
        guard let content = item.content else { throw .missing("content", in: item.node) }
        switch ChatRole(roleNode, context.view) {
        case .system:
            if !request.turns.isEmpty { context.lose(.systemHoisted, at: item.node) }
            try forEachPart(content, &context) { (part, context) throws(RecordError) in
                guard case .text(let text) = part else {
                    throw RecordError(
                        .unsupportedBlock, at: content, "a system takes only text")
                }
                request.system.append(context.plain(text))
            }
        case .user, .assistant:
            let isUser = context.string(roleNode, is: "user")
            request.beginMessage(isUser ? .user : .assistant, at: item.node)
            try forEachPart(content, &context) { (part, _) in request.append(part) }
        case .tool, .function, nil:
            throw .wrongType(roleNode, "a role of messages is expected here")
        }
    }

    /// Reads a text or a list of parts.
    private static func forEachPart(
        _ content: NodeID, _ context: inout RecordContext,
        _ body: (Part, inout RecordContext) throws(RecordError) -> Void
    ) throws(RecordError) {
        if context.view.kind(content) == .string {
            return try body(.text(TextPart(try context.text(content), at: content)), &context)
        }
        guard context.view.kind(content) == .array else {
            throw .wrongType(content, "a string or an array of parts is expected here")
        }
        for element in context.view.elements(content) {
            let part = try ResponsesPart(element, &context)
            if let annotations = part.annotations { context.drop(annotations) }
            if let logprobs = part.logprobs { context.drop(logprobs) }
            try body(try part.hubPart(&context), &context)
        }
    }

    // MARK: - Results of tools

    private static func readResult(
        _ item: ResponsesItem, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.beginMessage(.user, at: item.node)
        guard let output = item.output else { throw .missing("output", in: item.node) }
        guard let callID = item.callID else { throw .missing("call_id", in: item.node) }
        let start = request.toolResultParts.count
        try forEachPart(output, &context) { (part, context) in
            switch part {
            case .text(let text): request.toolResultParts.append(.text(context.plain(text)))
            case .media(let media): request.toolResultParts.append(.media(media))
            default: break
            }
        }
        let content = start..<request.toolResultParts.count
        request.append(
            .toolResult(
                ToolResult(
                    callID: try context.text(callID), name: nil, content: content,
                    at: item.node)))
    }
}
