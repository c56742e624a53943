// SPDX-License-Identifier: Apache-2.0

// Spells a response out as Converse's answer, and reports what that has no place for.

import JSONLCodec

extension ConverseOutput {
    /// Writes `{"output", "stopReason", "usage", "metrics"}`.
    ///
    /// Converse has one answer to a request: of several, the first is written.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        for choice in response.choices.dropFirst() {
            context.lose(.candidatesDropped, at: choice.node)
        }
        let choice = response.choices.first
        output.append("{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":")
        var hasCalls = false
        if let choice {
            hasCalls = try writeContent(of: choice, response, to: &output, &context)
        } else {
            output.append("[]")
        }
        output.append("}},\"stopReason\":")
        let reason = stopReason(of: choice, response, hasCalls: hasCalls, &context)
        output.append(quoted: reason)
        output.append(",\"usage\":")
        write(response.usage, to: &output)
        output.append(",\"metrics\":{\"latencyMs\":")
        if let latency = response.latency {
            try context.write(number: latency, to: &output)
        } else {
            output.append("0")
        }
        output.append("}")
        if let sequence = choice?.stopSequence, context.view.kind(sequence) == .string {
            output.append(",\"additionalModelResponseFields\":{\"stop_sequence\":")
            context.write(sequence, to: &output)
            output.append("}")
        }
        output.append("}")
        switch choice?.logprobs {
        case .openAI(let node), .gemini(let node): context.drop(node)
        case nil: break
        }
    }

    // MARK: - Content

    /// Writes the blocks of an answer; true where a tool call is among them.
    private static func writeContent(
        of choice: Choice, _ response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) -> Bool {
        var blocks = MemberList()
        var ids = ConverseCallIDs()
        var hasCalls = false
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
            case .toolCall(var call):
                hasCalls = true
                if let node = call.signatureNode {
                    context.lose(.reasoningSignatureDropped, at: node)
                }
                call.id = ids.id(of: call, among: choice, of: response, &context)
                blocks.beginElement(&output)
                try ConverseBody.writeToolUse(call, to: &output, &context)
            case .reasoning(let reasoning):
                write(reasoning, in: &blocks, to: &output, &context)
            case .cachePoint(let point):
                context.lose(.cacheDropped, at: point.node)
            case .toolResult(let result):
                throw .unsupported(
                    .unsupportedTool, at: result.node, "an answer of Converse holds no results")
            case .removed: break
            }
        }
        blocks.endArray(&output)
        return hasCalls
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
        _ context: inout RecordContext
    ) {
        let isOurs = reasoning.family == .claude
        if !isOurs, reasoning.signature != nil || reasoning.signatureNode != nil {
            context.lose(
                .reasoningSignatureDropped, at: reasoning.signatureNode ?? reasoning.node)
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
        of choice: Choice?, _ response: Response, hasCalls: Bool, _ context: inout RecordContext
    ) -> StaticString {
        // Answers that call tools end for that reason, whatever the source says (H21).
        if hasCalls { return FinishReason.toolUse.stopReason }
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

    private static func write(_ usage: Usage, to output: inout ByteBuffer) {
        let cached = (usage.cacheRead ?? 0) &+ (usage.cacheWrite ?? 0)
        let uncached = max(0, usage.input &- cached)
        output.append("{\"inputTokens\":")
        output.append(decimal: uncached)
        output.append(",\"outputTokens\":")
        output.append(decimal: usage.output)
        output.append(",\"totalTokens\":")
        output.append(decimal: uncached &+ cached &+ usage.output)
        if let read = usage.cacheRead {
            output.append(",\"cacheReadInputTokens\":")
            output.append(decimal: read)
        }
        if let write = usage.cacheWrite {
            output.append(",\"cacheWriteInputTokens\":")
            output.append(decimal: write)
        }
        if usage.cacheWrite5m != nil || usage.cacheWrite1h != nil {
            output.append(",\"cacheDetails\":")
            var details = MemberList()
            write(usage.cacheWrite5m, ttl: "5m", in: &details, to: &output)
            write(usage.cacheWrite1h, ttl: "1h", in: &details, to: &output)
            details.endArray(&output)
        }
        output.append("}")
    }

    private static func write(
        _ count: Int?, ttl: StaticString, in details: inout MemberList,
        to output: inout ByteBuffer
    ) {
        guard let count else { return }
        details.beginElement(&output)
        output.append("{\"ttl\":")
        output.append(quoted: ttl)
        output.append(",\"inputTokens\":")
        output.append(decimal: count)
        output.append("}")
    }
}

/// The ids of the tool calls in one answer: `call_<n>` where the source has none that Bedrock
/// accepts (ruling H10).
private struct ConverseCallIDs {
    private var count = 0

    /// The id to write for a call.
    mutating func id(
        of call: ToolCall, among choice: Choice, of response: Response,
        _ context: inout RecordContext
    ) -> Text {
        if let id = call.id {
            if IDRule.bedrock.accepts(context.bytes(id)) { return id }
            context.lose(.toolIDRewritten, at: call.idNode ?? call.node)
        } else {
            context.lose(.toolIDSynthesized, at: call.node)
        }
        while true {
            count += 1
            let number = count
            let candidate = context.makeText {
                $0.append("call_")
                $0.append(decimal: number)
            }
            if !isTaken(candidate, among: choice, of: response, context) { return candidate }
        }
    }

    private func isTaken(
        _ candidate: Text, among choice: Choice, of response: Response,
        _ context: borrowing RecordContext
    ) -> Bool {
        for index in choice.parts {
            guard case .toolCall(let call) = response.parts[index], let id = call.id else {
                continue
            }
            if context.isSame(id, candidate) { return true }
        }
        return false
    }
}
