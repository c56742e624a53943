// SPDX-License-Identifier: Apache-2.0

// Reads chat completions: the answers of OpenAI and of everything that speaks its dialect.

import JSONLCodec

/// The body of a chat completion result.
enum ChatCompletion {
    /// Fills in a response from a body.
    ///
    /// - Throws: `body.unsupported` for the answers of other endpoints.
    static func read(
        _ body: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var choices: NodeID?
        var object: NodeID?
        var members = try MemberReader(body, ChatTerms.completion, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .id: response.responseID = try context.text(value)
            case .object: object = value
            case .created: response.created = .seconds(value)
            case .model: response.model = try context.text(value)
            case .choices: choices = value
            case .usage: try OpenAIUsage.read(chat: value, into: &response.usage, context)
            case .serviceTier, .systemFingerprint: break
            case nil: context.drop(value)
            }
        }
        if let object, !context.string(object, is: "chat.completion"), choices == nil {
            throw RecordError(.bodyUnsupported, at: object, "this is no chat completion")
        }
        guard let choices else {
            if object != nil { throw .missing("choices", in: body) }
            throw RecordError(.bodyUnsupported, at: body, "this is no chat completion")
        }
        try context.requireArray(choices)
        for choice in context.view.elements(choices) {
            try readChoice(choice, into: &response, &context)
        }
    }

    // MARK: - Choices

    private static func readChoice(
        _ node: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        response.beginChoice(at: node)
        let last = response.choices.count - 1
        var message: NodeID?
        var members = try MemberReader(node, ChatTerms.choice, context.view)
        while let member = try members.next() {
            switch member.name {
            case .index: break
            case .message: message = member.value
            case .finishReason:
                try context.requireString(member.value)
                response.choices[last].finishNode = member.value
                response.choices[last].finish = finish(member.value, context)
            case .logprobs:
                try context.requireObject(member.value)
                if saysSomething(member.value, context) {
                    response.choices[last].logprobs = .chat(member.value)
                }
            case nil: context.drop(member.value)
            }
        }
        if response.choices[last].finishNode == nil {
            response.choices[last].finishNode = nullFinish(of: node, context)
        }
        guard let message else { throw .missing("message", in: node) }
        try readMessage(message, into: &response, &context)
    }

    private static func finish(
        _ node: NodeID, _ context: borrowing RecordContext
    ) -> FinishReason {
        if context.string(node, is: "stop") { return .endTurn }
        if context.string(node, is: "length") { return .maxTokens }
        if context.string(node, is: "tool_calls") { return .toolUse }
        if context.string(node, is: "function_call") { return .toolUse }
        if context.string(node, is: "content_filter") { return .contentFiltered }
        return .unknown
    }

    /// The member `finish_reason` where it is null: that it says nothing is reported there.
    private static func nullFinish(
        of choice: NodeID, _ context: borrowing RecordContext
    ) -> NodeID? {
        for (key, value) in context.view.members(choice)
        where context.string(key, is: "finish_reason") {
            return value
        }
        return nil
    }

    /// Whether log probabilities hold any: `{"content": null, "refusal": null}` does not.
    private static func saysSomething(
        _ logprobs: NodeID, _ context: borrowing RecordContext
    ) -> Bool {
        context.view.members(logprobs).contains { !context.isNeutral($0.value) }
    }

    // MARK: - The message

    private static func readMessage(
        _ node: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var content: NodeID?
        var refusal: NodeID?
        var annotations: NodeID?
        var calls: NodeID?
        var call: NodeID?
        var hasThoughts = false
        var members = try MemberReader(node, ChatTerms.message, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .role: break
            case .content: content = value
            case .refusal: refusal = value
            case .annotations: annotations = context.isNeutral(value) ? nil : value
            case .toolCalls: calls = value
            case .functionCall: call = value
            case .audio:
                if !context.isNeutral(value) {
                    throw RecordError(
                        .unsupportedAudio, at: value, "the recording has no known format")
                }
            case .reasoning, .reasoningContent:
                try read(thoughts: value, &hasThoughts, into: &response, &context)
            case .name, .toolCallID, nil: context.drop(value)
            }
        }
        let start = response.parts.count
        if let content { try readContent(content, into: &response, &context) }
        if let annotations { attach(annotations, from: start, to: &response, &context) }
        if let refusal { try append(refusal: refusal, at: refusal, to: &response, context) }
        if let calls {
            try context.requireArray(calls)
            for call in context.view.elements(calls) {
                response.append(.toolCall(try ChatTools.call(call, &context)))
            }
        }
        if let call {
            response.append(.toolCall(try ChatTools.functionCall(call, at: call, &context)))
        }
    }

    /// Takes the thoughts of services other than OpenAI, which come first in an answer; a second
    /// spelling of them is dropped.
    private static func read(
        thoughts node: NodeID, _ isKnown: inout Bool, into response: inout Response,
        _ context: inout RecordContext
    ) throws(RecordError) {
        guard context.options.openAIReasoning != .drop, !isKnown,
            context.view.kind(node) == .string, !context.view.isEmpty(node)
        else { return context.drop(reasoning: node) }
        isKnown = true
        response.append(
            .reasoning(Reasoning(.openai, text: try context.text(node), at: node)))
    }

    private static func readContent(
        _ content: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        if context.view.kind(content) == .string {
            let text = try context.text(content)
            if !text.isEmpty { response.append(.text(TextPart(text, at: content))) }
            return
        }
        guard context.view.kind(content) == .array else {
            throw .wrongType(content, "a string or an array of parts is expected here")
        }
        for element in context.view.elements(content) {
            let part = try ChatParts.part(element, &context)
            if case .text(let text) = part, text.text.isEmpty { continue }
            response.append(part)
        }
    }

    private static func append(
        refusal node: NodeID, at place: NodeID, to response: inout Response,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        let text = try context.text(node)
        guard !text.isEmpty else { return }
        var part = TextPart(text, at: place)
        part.isRefusal = true
        response.append(.text(part))
    }

    /// Hangs citations on the last text; without one they cite nothing.
    private static func attach(
        _ annotations: NodeID, from start: Int, to response: inout Response,
        _ context: inout RecordContext
    ) {
        var index = response.parts.count
        while index > start {
            index -= 1
            guard case .text(var part) = response.parts[index] else { continue }
            part.citations = annotations
            response.parts[index] = .text(part)
            return
        }
        context.drop(annotations)
    }
}
