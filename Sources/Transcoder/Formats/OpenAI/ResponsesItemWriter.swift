// SPDX-License-Identifier: Apache-2.0

// Writes the items of a Responses answer: messages, calls and thoughts in their order.

import JSONLCodec

/// The list of items that is being written.
struct ResponsesItemWriter {
    /// The status of messages.
    private let status: StaticString
    private var items = MemberList()
    private var count = 0
    private var hasLogprobs = false

    init(status: StaticString) {
        self.status = status
    }

    /// Ends the list.
    func end(_ output: inout ByteBuffer) { items.endArray(&output) }

    /// Writes an answer; texts that stand side by side become one message.
    mutating func write(
        _ choice: Choice, of response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var index = choice.parts.lowerBound
        while index < choice.parts.upperBound {
            switch response.parts[index] {
            case .text:
                let start = index
                while index < choice.parts.upperBound, case .text = response.parts[index] {
                    index += 1
                }
                try write(texts: start..<index, choice, response, to: &output, &context)
                continue
            case .toolCall(let call):
                write(call, response, to: &output, &context)
            case .reasoning(let reasoning):
                write(reasoning, response, to: &output, &context)
            case .media(let media):
                throw RecordError(
                    media.type.kind.code, at: media.node, "an answer holds no media here")
            case .toolResult(let result):
                throw RecordError(
                    .unsupportedBlock, at: result.node, "an answer holds no tool results")
            case .cachePoint, .removed:
                break
            }
            index += 1
        }
        if let logprobs = choice.logprobs {
            if hasLogprobs { context.dropOthers(of: logprobs) } else { context.drop(logprobs) }
        }
    }

    /// Writes a message that refuses for a reason.
    mutating func write(
        refusal reason: NodeID, of response: Response, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        beginMessage(response, to: &output, context)
        output.append("[{\"type\":\"refusal\",\"refusal\":")
        context.write(reason, to: &output)
        output.append("}]}")
    }

    // MARK: - Items

    /// Begins an item, up to the end of its id, which is made of the record's and its place.
    private mutating func beginItem(
        _ type: StaticString, prefix: StaticString, _ response: Response,
        to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        items.beginElement(&output)
        output.append("{\"type\":")
        output.append(quoted: type)
        output.append(",\"id\":\"")
        output.append(prefix)
        if let id = response.id.text { output.append(copying: context.bytes(id, for: output)) }
        output.append("_")
        output.append(decimal: count)
        output.append("\"")
        count += 1
    }

    /// Begins a message, up to the value of its content.
    private mutating func beginMessage(
        _ response: Response, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        beginItem("message", prefix: "msg_", response, to: &output, context)
        output.append(",\"status\":")
        output.append(quoted: status)
        output.append(",\"role\":\"assistant\",\"content\":")
    }

    private mutating func write(
        _ call: ToolCall, _ response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        if let node = call.signatureNode { context.lose(.reasoningSignatureDropped, at: node) }
        beginItem("function_call", prefix: "fc_", response, to: &output, context)
        output.append(",\"status\":\"completed\",\"call_id\":")
        OpenAIParts.write(id: call.id, to: &output, context)
        output.append(",\"name\":")
        context.write(call.name, to: &output)
        output.append(",\"arguments\":")
        context.write(jsonString: call.arguments, to: &output)
        output.append("}")
    }

    /// Writes a thought as its summary: no provider shows more than that of what a model thinks.
    private mutating func write(
        _ reasoning: Reasoning, _ response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        guard let text = reasoning.text, !text.isEmpty else {
            return context.lose(.reasoningDropped, at: reasoning.node)
        }
        if reasoning.isSigned {
            context.lose(.reasoningSignatureDropped, at: reasoning.signaturePlace)
        }
        beginItem("reasoning", prefix: "rs_", response, to: &output, context)
        output.append(",\"summary\":[{\"type\":\"summary_text\",\"text\":")
        context.write(text, to: &output)
        output.append("}]}")
    }

    // MARK: - Texts

    /// Writes one message: its texts, joined without a separator, and its refusals.
    private mutating func write(
        texts: Range<Int>, _ choice: Choice, _ response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var hasText = false
        var hasRefusal = false
        for index in texts {
            guard case .text(let part) = response.parts[index] else { continue }
            if let node = part.signature { context.lose(.reasoningSignatureDropped, at: node) }
            if part.text.isEmpty { continue }
            if part.isRefusal { hasRefusal = true } else { hasText = true }
        }
        if !hasText {
            try OpenAICitations.drop(of: texts, of: choice, response, &output, &context)
        }
        guard hasText || hasRefusal else { return }
        beginMessage(response, to: &output, context)
        var content = MemberList()
        if hasText {
            content.beginElement(&output)
            output.append("{\"type\":\"output_text\",\"text\":")
            JoinedText(texts, response).write(isRefusal: false, to: &output, context)
            try OpenAICitations.write(
                texts, of: choice, response, as: .responses, to: &output, &context)
            if let logprobs = choice.logprobs, !hasLogprobs {
                output.append(",\"logprobs\":")
                try OpenAILogprobs.write(tokensOf: logprobs, to: &output, &context)
                hasLogprobs = true
            }
            output.append("}")
        }
        if hasRefusal {
            content.beginElement(&output)
            output.append("{\"type\":\"refusal\",\"refusal\":")
            JoinedText(texts, response).write(isRefusal: true, to: &output, context)
            output.append("}")
        }
        content.endArray(&output)
        output.append("}")
    }
}
