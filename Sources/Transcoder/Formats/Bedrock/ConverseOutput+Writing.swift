// SPDX-License-Identifier: Apache-2.0

// Spells a response out as the answer of Converse or Nova, and reports what that has no place for.

import JSONLCodec

extension ConverseOutput {
    /// Writes `{"output", "stopReason", "usage", "metrics"}`.
    ///
    /// There is one answer to a request.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext,
        flavour: ConverseFlavour
    ) throws(RecordError) {
        let choice = response.choices.first
        output.append("{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":")
        if let choice {
            try writeContent(of: choice, response, to: &output, &context, flavour)
        } else {
            output.append("[]")
        }
        output.append("}},\"stopReason\":")
        let reason = stopReason(of: choice, response, &context)
        output.append(quoted: reason)
        output.append(",\"usage\":")
        write(response.usage, to: &output, flavour)
        output.append(",\"metrics\":")
        try writeMetrics(of: response, to: &output, context, flavour)
        if flavour == .converse, let sequence = choice?.stopSequence,
            context.view.kind(sequence) == .string
        {
            output.append(",\"additionalModelResponseFields\":{\"stop_sequence\":")
            context.write(sequence, to: &output)
            output.append("}")
        }
        output.append("}")
        if let logprobs = choice?.logprobs { context.drop(logprobs) }
    }

    /// Writes the latency, which Nova's own answers do not tell.
    private static func writeMetrics(
        of response: Response, to output: inout ByteBuffer, _ context: borrowing RecordContext,
        _ flavour: ConverseFlavour
    ) throws(RecordError) {
        if flavour == .nova { return output.append("{}") }
        output.append("{\"latencyMs\":")
        if let latency = response.latency {
            try context.write(number: latency, to: &output)
        } else {
            output.append("0")
        }
        output.append("}")
    }

    // MARK: - Content

    /// Writes the blocks of an answer.
    private static func writeContent(
        of choice: Choice, _ response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext, _ flavour: ConverseFlavour
    ) throws(RecordError) {
        var blocks = MemberList()
        for index in choice.parts {
            switch response.parts[index] {
            case .text(let text):
                report(text, &context)
                // An empty text is no block: Bedrock has no blank ones.
                if text.text.isEmpty { continue }
                blocks.beginElement(&output)
                ConverseBody.writeText(text.text, to: &output, &context)
            case .media(let media):
                blocks.beginElement(&output)
                try ConverseMedia.write(media, to: &output, &context)
            case .toolCall(let call):
                if let node = call.signatureNode {
                    context.lose(.reasoningSignatureDropped, at: node)
                }
                blocks.beginElement(&output)
                try ConverseBody.writeToolUse(call, to: &output, &context)
            case .reasoning(let reasoning):
                write(reasoning, in: &blocks, to: &output, &context, flavour)
            case .cachePoint(let point):
                context.lose(.cacheDropped, at: point.node)
            case .toolResult(let result):
                throw RecordError(
                    .unsupportedTool, at: result.node, "an answer of Converse holds no results")
            case .removed: break
            }
        }
        blocks.endArray(&output)
    }

    private static func report(_ text: TextPart, _ context: inout RecordContext) {
        if text.isRefusal, !text.text.isEmpty { context.lose(.refusalAsText, at: text.node) }
        if let citations = text.citations { context.drop(citations) }
        if let signature = text.signature {
            context.lose(.reasoningSignatureDropped, at: signature)
        }
    }

    /// Writes reasoning; its signature only where Claude made it.
    private static func write(
        _ reasoning: Reasoning, in blocks: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext, _ flavour: ConverseFlavour
    ) {
        let isOurs = reasoning.family == .claude && flavour == .converse
        if !isOurs, reasoning.isSigned {
            context.lose(.reasoningSignatureDropped, at: reasoning.signaturePlace)
        }
        if reasoning.redacted != nil, !isOurs {
            return context.lose(.reasoningDropped, at: reasoning.node)
        }
        let isEmpty = reasoning.text?.isEmpty ?? true
        if isEmpty, reasoning.redacted == nil, !isOurs { return }
        blocks.beginElement(&output)
        ConverseBody.writeReasoning(
            reasoning, signature: isOurs ? reasoning.signature : nil, to: &output, &context)
    }

    // MARK: - End and counts

    private static func stopReason(
        of choice: Choice?, _ response: Response, _ context: inout RecordContext
    ) -> StaticString {
        if response.block != nil, response.choices.isEmpty {
            return FinishReason.contentFiltered.stopReason
        }
        guard let choice else { return FinishReason.endTurn.stopReason }
        switch choice.finish {
        case .pauseTurn, .unknown:
            context.approximateFinish(of: choice)
        default: break
        }
        return choice.finish.stopReason
    }

    private static func write(
        _ usage: Usage, to output: inout ByteBuffer, _ flavour: ConverseFlavour
    ) {
        let isNova = flavour == .nova
        let cached = (usage.cacheRead ?? .zero) + (usage.cacheWrite ?? .zero)
        let uncached = usage.input - cached
        output.append("{\"inputTokens\":")
        output.append(uncached)
        output.append(",\"outputTokens\":")
        output.append(usage.output)
        output.append(",\"totalTokens\":")
        output.append(uncached + cached + usage.output)
        if let read = usage.cacheRead {
            output.append(
                isNova ? ",\"cacheReadInputTokenCount\":" : ",\"cacheReadInputTokens\":")
            output.append(read)
        }
        if let write = usage.cacheWrite {
            output.append(
                isNova ? ",\"cacheWriteInputTokenCount\":" : ",\"cacheWriteInputTokens\":")
            output.append(write)
        }
        if !isNova, usage.cacheWrite5m != nil || usage.cacheWrite1h != nil {
            output.append(",\"cacheDetails\":")
            var details = MemberList()
            write(usage.cacheWrite5m, ttl: "5m", in: &details, to: &output)
            write(usage.cacheWrite1h, ttl: "1h", in: &details, to: &output)
            details.endArray(&output)
        }
        output.append("}")
    }

    private static func write(
        _ count: TokenCount?, ttl: StaticString, in details: inout MemberList,
        to output: inout ByteBuffer
    ) {
        guard let count else { return }
        details.beginElement(&output)
        output.append("{\"ttl\":")
        output.append(quoted: ttl)
        output.append(",\"inputTokens\":")
        output.append(count)
        output.append("}")
    }
}
