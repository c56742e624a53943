// SPDX-License-Identifier: Apache-2.0

// Spells a result out as a GenerateContentResponse, and reports what that has no place for.

import JSONLCodec

extension GenerateContentResponse {
    /// Writes `{"candidates", "usageMetadata", "modelVersion", "responseId", "createTime"}`.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = MemberList()
        if let block = response.block {
            members.begin("promptFeedback", &output)
            write(block, to: &output, context)
        } else {
            members.begin("candidates", &output)
            var candidates = MemberList()
            for index in response.choices.indices {
                candidates.beginElement(&output)
                try writeCandidate(index, of: response, to: &output, &context)
            }
            candidates.endArray(&output)
        }
        if response.usage.isPresent {
            members.begin("usageMetadata", &output)
            write(response.usage, to: &output)
        }
        if let model = response.model {
            members.begin("modelVersion", &output)
            context.write(model, to: &output)
        } else if context.modelName.count > 0 {
            members.begin("modelVersion", &output)
            output.append(quoted: context.modelName.view)
        }
        if let id = response.responseID ?? response.id.text {
            members.begin("responseId", &output)
            context.write(id, to: &output)
        }
        write(response.created, named: ",\"createTime\":", to: &output, context)
        members.endObject(&output)
    }

    private static func write(
        _ block: PromptBlock, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        var members = MemberList()
        if let reason = block.reason {
            members.begin("blockReason", &output)
            context.write(reason, to: &output)
        }
        if let message = block.message {
            members.begin("blockReasonMessage", &output)
            context.write(message, to: &output)
        }
        members.endObject(&output)
    }

    /// Writes when an answer was made, where that is known; its name comes with comma and colon.
    static func write(
        _ created: CreationTime, named name: StaticString, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        var seconds = context.options.created
        switch created {
        case .timestamp(let node):
            output.append(name)
            return context.write(node, to: &output)
        case .seconds(let node):
            seconds = context.view.unixSeconds(node) ?? seconds
        case .unknown:
            break
        }
        guard let seconds, UnixTime.range.contains(seconds) else { return }
        output.append(name)
        output.append(UInt8(ascii: "\""))
        UnixTime.write(seconds: seconds, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    // MARK: - Candidates

    private static func writeCandidate(
        _ index: Int, of response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        let choice = response.choices[index]
        output.append("{\"content\":{\"role\":\"model\",\"parts\":")
        var parts = MemberList()
        for position in choice.parts {
            let part = response.parts[position]
            guard isKept(part, &context) else { continue }
            try GeminiPartWriter.write(part, contentOf: [], &parts, to: &output, &context)
        }
        parts.endArray(&output)
        let (word, isExact) = choice.finish.geminiWord
        if !isExact { context.approximateFinish(of: choice) }
        output.append("},\"finishReason\":")
        output.append(quoted: word)
        output.append(",\"index\":")
        output.append(decimal: index)
        switch choice.logprobs {
        case .chat, .responses:
            if let logprobs = choice.logprobs {
                try GeminiLogprobs.write(openAI: logprobs, to: &output, &context)
            }
        case .gemini(let node):
            output.append(",\"logprobsResult\":")
            context.write(node, to: &output)
        case nil:
            break
        }
        output.append("}")
    }

    /// Reports what a part loses; false where nothing of it is left.
    private static func isKept(_ part: Part, _ context: inout RecordContext) -> Bool {
        switch part {
        case .text(let text):
            // Citations of others have no offsets into the text, or are another service's search.
            if let citations = text.citations { context.drop(citations) }
            if text.isRefusal { context.lose(.refusalAsText, at: text.node) }
            return !text.text.isEmpty || text.signature != nil
        case .reasoning(let reasoning):
            guard reasoning.text != nil else {
                context.lose(.reasoningDropped, at: reasoning.node)
                return false
            }
            // No provider accepts the signatures of another.
            if reasoning.family != .gemini, reasoning.signature != nil {
                let node = reasoning.family == .claude ? nil : reasoning.signatureNode
                context.lose(.reasoningSignatureDropped, at: node ?? reasoning.node)
            }
            return true
        case .media, .toolCall:
            return true
        case .toolResult, .cachePoint, .removed:
            return false
        }
    }

    // MARK: - Usage

    /// Writes the counts: here the answer's excludes the thoughts, and the sum includes both.
    private static func write(_ usage: Usage, to output: inout ByteBuffer) {
        let prompt = usage.input
        let answer = usage.output
        let answerAlone = answer - (usage.reasoning ?? .zero)
        var members = MemberList()
        members.begin("promptTokenCount", &output)
        output.append(prompt)
        members.begin("candidatesTokenCount", &output)
        output.append(answerAlone)
        members.begin("totalTokenCount", &output)
        output.append(prompt + answer)
        if let cached = usage.cacheRead {
            members.begin("cachedContentTokenCount", &output)
            output.append(cached)
        }
        if let thoughts = usage.reasoning {
            members.begin("thoughtsTokenCount", &output)
            output.append(thoughts)
        }
        if !usage.inputByModality.isEmpty {
            members.begin("promptTokensDetails", &output)
            write(usage.inputByModality, to: &output)
        }
        if !usage.outputByModality.isEmpty {
            members.begin("candidatesTokensDetails", &output)
            write(usage.outputByModality, to: &output)
        }
        members.endObject(&output)
    }

    private static func write(_ counts: ModalityCounts, to output: inout ByteBuffer) {
        var list = MemberList()
        write(counts.text, "TEXT", &list, to: &output)
        write(counts.image, "IMAGE", &list, to: &output)
        write(counts.audio, "AUDIO", &list, to: &output)
        write(counts.video, "VIDEO", &list, to: &output)
        list.endArray(&output)
    }

    private static func write(
        _ count: TokenCount?, _ modality: StaticString, _ list: inout MemberList,
        to output: inout ByteBuffer
    ) {
        guard let count else { return }
        list.beginElement(&output)
        output.append("{\"modality\":")
        output.append(quoted: modality)
        output.append(",\"tokenCount\":")
        output.append(count)
        output.append("}")
    }
}
