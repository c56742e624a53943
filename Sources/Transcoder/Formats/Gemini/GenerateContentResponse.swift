// SPDX-License-Identifier: Apache-2.0

// Reads the body of a result: a GenerateContentResponse.

import JSONLCodec

/// The body of Gemini results.
enum GenerateContentResponse {
    /// Reads a response.
    ///
    /// - Parameters:
    ///   - body: The response.
    ///   - isBare: It is the line itself, whose unknown members are the envelope's.
    ///   - response: What it is read into.
    ///   - context: The record.
    /// - Throws: What is wrong in every target.
    static func read(
        _ body: NodeID, isBare: Bool = false, into response: inout Response,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var candidates: NodeID?
        var feedback: NodeID?
        var error: NodeID?
        var members = try MemberReader(body, GeminiResponseMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .candidates: candidates = value
            case .promptFeedback: feedback = value
            case .error: error = value
            case .usageMetadata: response.usage = try GeminiUsage.read(value, &context)
            case .modelVersion: response.model = try textOrNothing(value, context)
            case .responseId: response.responseID = try textOrNothing(value, context)
            case .createTime:
                try context.requireString(value)
                response.created = .timestamp(value)
            case .modelStatus: break
            // Beside candidates: an answer without them is one of embeddings.
            case .embedding, .embeddings: context.drop(value)
            case nil:
                if !isBare || context.isBareMember(member.key) { context.drop(value) }
            }
        }
        if let error, !context.isNeutral(error) {
            // Some services put the status in the place of the answer.
            guard candidates != nil || feedback != nil else {
                response.failure = try GeminiFailure.read(error, &context)
                return
            }
            context.drop(error)
        }
        if let candidates {
            try context.requireArray(candidates)
            for candidate in context.view.elements(candidates) {
                try readCandidate(candidate, into: &response, &context)
            }
        }
        if let feedback { try readFeedback(feedback, into: &response, &context) }
    }

    private static func textOrNothing(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Text? {
        let text = try context.text(node)
        return text.isEmpty ? nil : text
    }

    /// Why the prompt was refused, where there is no answer.
    private static func readFeedback(
        _ feedback: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var block = PromptBlock(at: feedback)
        var members = try MemberReader(feedback, GeminiCandidateMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .blockReason:
                try context.requireString(member.value)
                block.reason = member.value
            case .blockReasonMessage:
                try context.requireString(member.value)
                block.message = member.value
            default:
                context.drop(member.value)
            }
        }
        guard let reason = block.reason ?? block.message else { return }
        if response.choices.isEmpty {
            response.block = block
        } else {
            context.lose(.paramDropped, at: reason)
        }
    }

    // MARK: - Candidates

    private static func readCandidate(
        _ candidate: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var choice = Choice(parts: 0..<0, node: candidate)
        choice.finishName = "finishReason"
        var content: NodeID?
        var grounding: NodeID?
        var members = try MemberReader(candidate, GeminiCandidateMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .content: content = value
            case .finishReason:
                choice.finishNode = value
                if context.view.kind(value) == .string {
                    choice.finish = FinishReason(gemini: context.view.interior(value))
                }
            case .logprobsResult:
                try context.requireObject(value)
                if !context.isNeutral(value) { choice.logprobs = .gemini(value) }
            case .groundingMetadata: grounding = value
            case .index, .avgLogprobs, .tokenCount: break
            case .finishMessage, .safetyRatings, .citationMetadata, .blockReason,
                .blockReasonMessage, nil:
                context.drop(value)
            }
        }
        response.beginChoice(at: candidate)
        let index = response.choices.count - 1
        if let content { try readContent(content, into: &response, &context) }
        choice.parts = response.choices[index].parts
        response.choices[index] = choice
        if let grounding { attach(grounding, to: choice.parts, of: &response, &context) }
    }

    private static func readContent(
        _ content: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var parts: NodeID?
        var members = try MemberReader(content, GeminiContentMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .role: break
            case .parts: parts = member.value
            case nil: context.drop(member.value)
            }
        }
        guard let parts else { return }
        try GenerateContentBody.forEachPart(parts, &context) {
            (node, context) throws(RecordError) in
            guard let part = try GeminiPart(node, &context).hubPart(&context) else {
                throw RecordError(
                    .unsupportedBlock, at: node, "an answer holds no result of a tool")
            }
            // An empty text is no part of an answer, unless it carries a signature.
            if case .text(let text) = part, text.text.isEmpty, text.signature == nil { return }
            if case .reasoning(let thought) = part, thought.text?.isEmpty == true,
                thought.signature == nil
            {
                return
            }
            response.append(part)
        }
    }

    /// Puts what the answer rests on beside its first text.
    private static func attach(
        _ grounding: NodeID, to parts: Range<Int>, of response: inout Response,
        _ context: inout RecordContext
    ) {
        guard !context.isNeutral(grounding) else { return }
        for index in parts {
            guard case .text(var text) = response.parts[index] else { continue }
            text.citations = grounding
            response.parts[index] = .text(text)
            return
        }
        context.drop(grounding)
    }
}

/// The token counts of a response.
enum GeminiUsage {
    /// Reads UsageMetadata; counts that are absent are 0, as in all JSON of protocol buffers.
    static func read(
        _ metadata: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Usage {
        var usage = Usage()
        usage.isPresent = true
        var members = try MemberReader(metadata, GeminiUsageMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .promptTokenCount, .toolUsePromptTokenCount:
                usage.input += try TokenCount(value, context)
            case .candidatesTokenCount:
                usage.output += try TokenCount(value, context)
            case .thoughtsTokenCount:
                let thoughts = try TokenCount(value, context)
                usage.output += thoughts
                usage.reasoning = thoughts
            case .cachedContentTokenCount:
                usage.cacheRead = try TokenCount(value, context)
            case .promptTokensDetails:
                usage.inputByModality = try readModalities(value, context)
            case .candidatesTokensDetails:
                usage.outputByModality = try readModalities(value, context)
            case .modality, .tokenCount, .totalTokenCount, nil:
                // The sum is worked out anew; tiers and the like tell of the run only.
                break
            }
        }
        return usage
    }

    private static func readModalities(
        _ details: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> ModalityCounts {
        try context.requireArray(details)
        var counts = ModalityCounts()
        for detail in context.view.elements(details) {
            var modality: NodeID?
            var number = TokenCount.zero
            var members = try MemberReader(detail, GeminiUsageMember.table, context.view)
            while let member = try members.next() {
                switch member.name {
                case .modality: modality = member.value
                case .tokenCount: number = try TokenCount(member.value, context)
                default: break
                }
            }
            guard let modality else { continue }
            if context.string(modality, is: "TEXT") { add(number, to: &counts.text) }
            if context.string(modality, is: "IMAGE") { add(number, to: &counts.image) }
            if context.string(modality, is: "AUDIO") { add(number, to: &counts.audio) }
            if context.string(modality, is: "VIDEO") { add(number, to: &counts.video) }
        }
        return counts
    }

    /// A modality may stand several times; the sum keeps the bound of one count.
    private static func add(_ number: TokenCount, to count: inout TokenCount?) {
        count = ((count ?? .zero) + number).bounded
    }
}
