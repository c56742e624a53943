// SPDX-License-Identifier: Apache-2.0

// Writes chat completions, and reports what they have no place for.

import JSONLCodec

extension ChatCompletion {
    /// Spells out the body of an answer.
    ///
    /// - Throws: `content.unsupported` where the answer holds more than text and calls.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"id\":")
        OpenAIAnswer.writeID(of: response, prefix: "chatcmpl-", to: &output, context)
        output.append(",\"object\":\"chat.completion\",\"created\":")
        OpenAIAnswer.writeCreated(response.created, to: &output, context)
        output.append(",\"model\":")
        OpenAIAnswer.writeModel(of: response, to: &output, context)
        output.append(",\"choices\":")
        var choices = MemberList()
        for (index, choice) in response.choices.enumerated() {
            choices.beginElement(&output)
            output.append("{\"index\":")
            output.append(decimal: index)
            try write(choice, of: response, to: &output, &context)
        }
        if response.choices.isEmpty, let block = response.block {
            choices.beginElement(&output)
            write(block, to: &output, context)
        }
        choices.endArray(&output)
        if response.usage.isPresent {
            output.append(",\"usage\":")
            OpenAIUsage.write(chat: response.usage, to: &output)
        }
        output.append("}")
    }

    /// A prompt that was not answered is an answer that was filtered: HTTP said 200.
    private static func write(
        _ block: PromptBlock, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        output.append(
            "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":")
        if let reason = block.message ?? block.reason {
            context.write(reason, to: &output)
        } else {
            output.append("null")
        }
        output.append("},\"logprobs\":null,\"finish_reason\":\"content_filter\"}")
    }

    // MARK: - Choices

    /// What a choice is made of.
    private struct Content {
        var hasText = false
        var hasRefusal = false
        var hasCalls = false
        var hasCitations = false
        var hasThoughts = false
    }

    private static func write(
        _ choice: Choice, of response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        let content = try check(choice, of: response, &context)
        output.append(",\"message\":{\"role\":\"assistant\",\"content\":")
        write(texts: content.hasText, isRefusal: false, choice, response, to: &output, context)
        output.append(",\"refusal\":")
        write(texts: content.hasRefusal, isRefusal: true, choice, response, to: &output, context)
        if content.hasThoughts {
            output.append(",\"")
            output.append(utf8: context.options.openAIReasoning.rawValue)
            output.append("\":")
            JoinedText(choice.parts, response).writeThoughts(to: &output, context)
        }
        if content.hasCitations {
            try OpenAICitations.write(
                choice.parts, of: choice, response, as: .chat, to: &output, &context)
        }
        if content.hasCalls {
            output.append(",\"tool_calls\":")
            try writeCalls(choice, of: response, to: &output, &context)
        }
        output.append("},\"logprobs\":")
        try OpenAILogprobs.write(chat: choice.logprobs, to: &output, &context)
        output.append(",\"finish_reason\":")
        output.append(quoted: finish(choice, &context))
        output.append("}")
    }

    /// Looks at what is there, and reports what is dropped of it.
    private static func check(
        _ choice: Choice, of response: Response, _ context: inout RecordContext
    ) throws(RecordError) -> Content {
        var content = Content()
        let keepsThoughts = context.options.openAIReasoning != .drop
        // Where thoughts have a place, their signatures still have none.
        let lost: LossCode = keepsThoughts ? .reasoningSignatureDropped : .reasoningDropped
        for index in choice.parts {
            switch response.parts[index] {
            case .text(let part):
                if let signature = part.signature { context.lose(lost, at: signature) }
                if part.citations != nil { content.hasCitations = true }
                if part.text.isEmpty { continue }
                if part.isRefusal { content.hasRefusal = true } else { content.hasText = true }
            case .toolCall(let call):
                content.hasCalls = true
                if let node = call.signatureNode { context.lose(lost, at: node) }
            case .reasoning(let reasoning):
                guard keepsThoughts, let text = reasoning.text, !text.isEmpty else {
                    context.lose(.reasoningDropped, at: reasoning.node)
                    continue
                }
                content.hasThoughts = true
                if reasoning.isSigned { context.lose(lost, at: reasoning.signaturePlace) }
            case .media(let media):
                throw RecordError(
                    media.type.kind.code, at: media.node, "a chat completion holds only text")
            case .toolResult(let result):
                throw RecordError(
                    .unsupportedBlock, at: result.node, "an answer holds no tool results")
            case .cachePoint, .removed:
                break
            }
        }
        return content
    }

    /// Joins the texts of a choice, or its refusals, without a separator.
    private static func write(
        texts hasAny: Bool, isRefusal: Bool, _ choice: Choice, _ response: Response,
        to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        guard hasAny else { return output.append("null") }
        JoinedText(choice.parts, response).write(isRefusal: isRefusal, to: &output, context)
    }

    private static func finish(
        _ choice: Choice, _ context: inout RecordContext
    ) -> StaticString {
        switch choice.finish {
        case .endTurn, .stopSequence: return "stop"
        case .toolUse: return "tool_calls"
        case .maxTokens, .contextWindow: return "length"
        case .contentFiltered, .guardrail, .refusal: return "content_filter"
        case .malformedToolUse, .malformedOutput, .pauseTurn, .unknown:
            context.approximateFinish(of: choice)
            return "stop"
        }
    }

    // MARK: - Tool calls

    private static func writeCalls(
        _ choice: Choice, of response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var list = MemberList()
        for index in choice.parts {
            guard case .toolCall(let call) = response.parts[index] else { continue }
            list.beginElement(&output)
            output.append("{\"id\":")
            if let id = call.id { context.write(id, to: &output) } else { output.append("\"\"") }
            ChatTools.writeFunction(of: call, to: &output, context)
        }
        list.endArray(&output)
    }
}
