// SPDX-License-Identifier: Apache-2.0

// Writes the message that answers a Messages call, and reports what it has no place for.

import JSONLCodec

extension MessageResult {
    /// What an answer can carry.
    static var traits: ResultTraits { ResultTraits(toolCallID: .anthropic, takesOneChoice: true) }

    /// Writes an answer.
    ///
    /// - Throws: `content.unsupported` for images and the like: an answer holds none here.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = MemberList()
        members.begin("id", &output)
        writeID(response, to: &output, context)
        members.begin("type", &output)
        output.append("\"message\"")
        members.begin("role", &output)
        output.append("\"assistant\"")
        members.begin("model", &output)
        writeModel(response, to: &output, context)
        members.begin("content", &output)
        try writeContent(response, to: &output, &context)
        members.begin("stop_reason", &output)
        output.append(quoted: stopReason(of: response, &context))
        members.begin("stop_sequence", &output)
        if let stop = response.choices.first?.stopSequence {
            context.write(stop, to: &output)
        } else {
            output.append("null")
        }
        members.begin("usage", &output)
        write(response.usage, to: &output)
        members.endObject(&output)
    }

    private static func writeID(
        _ response: Response, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let id = response.responseID { return context.write(id, to: &output) }
        output.append("\"msg_")
        output.append(copying: sourceID(of: response, for: output, context))
        output.append("\"")
    }

    /// The id of the record as the source spells it, before it was made to fit.
    private static func sourceID(
        of response: Response, for output: borrowing ByteBuffer, _ context: borrowing RecordContext
    ) -> ByteView {
        let view = context.view
        if let node = response.id.node {
            if view.kind(node) == .number { return view.source(node, for: output) }
            if view.kind(node) == .string, !view.isEmpty(node) {
                return view.interior(node, for: output)
            }
        }
        return response.id.text.map { context.bytes($0, for: output) } ?? .empty
    }

    private static func writeModel(
        _ response: Response, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let model = response.model {
            context.write(model, to: &output)
        } else {
            output.append(quoted: context.modelName.view)
        }
    }

    /// Why the answer ended.
    private static func stopReason(
        of response: Response, _ context: inout RecordContext
    ) -> StaticString {
        if response.block != nil { return "refusal" }
        guard let choice = response.choices.first else { return "end_turn" }
        let reason = AnthropicTerms.stopReason(for: choice.finish)
        if !reason.isExact {
            context.approximateFinish(of: choice)
        }
        return reason.word
    }

    // MARK: - Content

    /// Writes the blocks of the answer.
    private static func writeContent(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var blocks = MemberList()
        if let choice = response.choices.first {
            for index in choice.parts {
                try write(response.parts[index], &blocks, to: &output, &context)
            }
            if let logprobs = choice.logprobs { context.drop(logprobs) }
        }
        blocks.endArray(&output)
    }

    private static func write(
        _ part: Part, _ blocks: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        switch part {
        case .text(let text):
            write(text, &blocks, to: &output, &context)
        case .reasoning(let reasoning):
            write(reasoning, &blocks, to: &output, &context)
        case .toolCall(let call):
            blocks.beginElement(&output)
            output.append("{\"type\":\"tool_use\",\"id\":")
            if let id = call.id { context.write(id, to: &output) } else { output.append("\"\"") }
            output.append(",\"name\":")
            context.write(call.name, to: &output)
            output.append(",\"input\":")
            try context.write(argumentsObject: call.arguments, to: &output)
            output.append("}")
            if let signature = call.signatureNode {
                context.lose(.reasoningSignatureDropped, at: signature)
            }
        case .media(let media):
            throw RecordError(
                media.type.kind.code, at: media.node, "an answer of this format holds no media")
        case .toolResult(let result):
            throw RecordError(
                .unsupportedBlock, at: result.node, "an answer holds no result of a tool")
        case .cachePoint, .removed:
            break
        }
    }

    private static func write(
        _ part: TextPart, _ blocks: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        if let signature = part.signature {
            context.lose(.reasoningSignatureDropped, at: signature)
        }
        let keepsCitations = part.citations.map { isMessagesCitations($0, context) } ?? false
        if let citations = part.citations, !keepsCitations { context.drop(citations) }
        // An empty text is no block: the API writes an empty list instead.
        if part.text.isEmpty { return }
        if part.isRefusal { context.lose(.refusalAsText, at: part.node) }
        blocks.beginElement(&output)
        output.append("{\"type\":\"text\",\"text\":")
        context.write(part.text, to: &output)
        if let citations = part.citations, keepsCitations {
            output.append(",\"citations\":")
            context.write(citations, to: &output)
        }
        output.append("}")
    }

    /// Whether citations are spelled as in this dialect: each with a type like `char_location`.
    private static func isMessagesCitations(
        _ node: NodeID, _ context: borrowing RecordContext
    ) -> Bool {
        let view = context.view
        guard view.kind(node) == .array else { return false }
        for citation in view.elements(node) {
            let hasType = view.members(citation).contains { member in
                view.string(member.name, is: "type") && view.kind(member.value) == .string
                    && view.interior(member.value).ends(with: "_location")
            }
            if !hasType { return false }
        }
        return true
    }

    private static func write(
        _ reasoning: Reasoning, _ blocks: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        switch reasoning.family {
        case .gemini, .openai:
            if reasoning.isSigned {
                context.lose(.reasoningSignatureDropped, at: reasoning.signaturePlace)
            }
        case .claude:
            break
        }
        blocks.beginElement(&output)
        MessagesTurns.write(reasoning, to: &output, context)
        output.append("}")
    }

    // MARK: - Usage

    /// Writes token counts: the input without what the cache gave and took.
    private static func write(_ usage: Usage, to output: inout ByteBuffer) {
        var members = MemberList()
        let cached = (usage.cacheRead ?? .zero) + (usage.cacheWrite ?? .zero)
        members.begin("input_tokens", &output)
        output.append(usage.input - cached)
        members.begin("output_tokens", &output)
        output.append(usage.output)
        if let count = usage.cacheWrite {
            members.begin("cache_creation_input_tokens", &output)
            output.append(count)
        }
        if let count = usage.cacheRead {
            members.begin("cache_read_input_tokens", &output)
            output.append(count)
        }
        if usage.cacheWrite5m != nil || usage.cacheWrite1h != nil {
            members.begin("cache_creation", &output)
            output.append("{\"ephemeral_5m_input_tokens\":")
            output.append(usage.cacheWrite5m ?? .zero)
            output.append(",\"ephemeral_1h_input_tokens\":")
            output.append(usage.cacheWrite1h ?? .zero)
            output.append("}")
        }
        members.endObject(&output)
    }
}
