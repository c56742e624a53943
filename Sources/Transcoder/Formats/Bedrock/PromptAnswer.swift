// SPDX-License-Identifier: Apache-2.0

// The answer of a Llama, Mistral or Titan text model: text, why it ended, and some counts.

import JSONLCodec

/// Reads and writes the answers to text bodies in the vocabulary of a family.
enum PromptAnswer {
    /// What an answer can carry.
    static let traits = ResultTraits(toolCallID: nil, takesOneChoice: true)

    // MARK: - Reading

    /// Fills in a response from an answer.
    static func read(
        _ body: NodeID, into response: inout Response, _ context: inout RecordContext,
        _ terms: PromptTerms
    ) throws(RecordError) {
        guard let name = terms.name(.answers) else {
            return try readAnswer(body, into: &response, &context, terms)
        }
        var answers: NodeID?
        var members = try MemberReader(body, terms.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .answers: answers = member.value
            case .inputTokens: try readInput(member.value, into: &response.usage, context)
            default: context.drop(member.value)
            }
        }
        guard let answers else { throw .missing(name, in: body) }
        try context.requireArray(answers)
        for answer in context.view.elements(answers) {
            try readAnswer(answer, into: &response, &context, terms)
        }
    }

    private static func readAnswer(
        _ answer: NodeID, into response: inout Response, _ context: inout RecordContext,
        _ terms: PromptTerms
    ) throws(RecordError) {
        var text: NodeID?
        var reason: NodeID?
        var members = try MemberReader(answer, terms.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .text: text = member.value
            case .reason: reason = member.value
            case .inputTokens: try readInput(member.value, into: &response.usage, context)
            case .outputTokens:
                let count = try TokenCount(member.value, context)
                response.usage.isPresent = true
                response.usage.output = (response.usage.output + count).bounded
            default: context.drop(member.value)
            }
        }
        guard let text else { throw .missing(terms.name(.text) ?? "text", in: answer) }
        response.beginChoice(at: answer)
        response.append(.text(TextPart(try context.text(text), at: text)))
        let choice = response.choices.count - 1
        response.choices[choice].finishName = terms.name(.reason) ?? "stop_reason"
        guard let reason else { return }
        try context.requireString(reason)
        response.choices[choice].finish = terms.finish(reason, context.view)
        response.choices[choice].finishNode = reason
    }

    private static func readInput(
        _ node: NodeID, into usage: inout Usage, _ context: borrowing RecordContext
    ) throws(RecordError) {
        usage.isPresent = true
        usage.input = try TokenCount(node, context)
    }

    // MARK: - Writing

    /// Writes an answer.
    ///
    /// - Throws: `content.unsupported` where it holds more than text.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext,
        _ terms: PromptTerms
    ) throws(RecordError) {
        var body = MemberList()
        guard let name = terms.name(.answers) else {
            try writeAnswer(of: response, in: &body, to: &output, &context, terms)
            return body.endObject(&output)
        }
        if let name = terms.name(.inputTokens) {
            body.begin(name, &output)
            output.append(response.usage.input)
        }
        body.begin(name, &output)
        output.append("[")
        var answer = MemberList()
        try writeAnswer(of: response, in: &answer, to: &output, &context, terms)
        answer.endObject(&output)
        output.append("]")
        body.endObject(&output)
    }

    private static func writeAnswer(
        of response: Response, in answer: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext, _ terms: PromptTerms
    ) throws(RecordError) {
        answer.begin(terms.name(.text) ?? "text", &output)
        output.append(UInt8(ascii: "\""))
        if let choice = response.choices.first {
            try writeTexts(of: choice, response, to: &output, &context)
        }
        output.append(UInt8(ascii: "\""))
        if terms.name(.answers) == nil, let name = terms.name(.inputTokens) {
            answer.begin(name, &output)
            output.append(response.usage.input)
        }
        if let name = terms.name(.outputTokens) {
            answer.begin(name, &output)
            output.append(response.usage.output)
        }
        answer.begin(terms.name(.reason) ?? "stop_reason", &output)
        output.append(quoted: reason(of: response, &context, terms))
    }

    /// Writes the texts of an answer without anything between them, and reports the rest.
    private static func writeTexts(
        of choice: Choice, _ response: Response, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        for index in choice.parts {
            switch response.parts[index] {
            case .text(let part):
                if part.isRefusal, !part.text.isEmpty {
                    context.lose(.refusalAsText, at: part.node)
                }
                if let citations = part.citations { context.drop(citations) }
                if let signature = part.signature {
                    context.lose(.reasoningSignatureDropped, at: signature)
                }
                output.append(copying: context.bytes(part.text, for: output))
            case .reasoning(let reasoning):
                context.lose(.reasoningDropped, at: reasoning.node)
            case .toolCall(let call):
                throw RecordError(.unsupportedTool, at: call.node, "this answer holds only text")
            case .media(let media):
                throw RecordError(
                    media.type.kind.code, at: media.node, "this answer holds only text")
            case .toolResult(let result):
                throw RecordError(
                    .unsupportedBlock, at: result.node, "this answer holds only text")
            case .cachePoint, .removed: break
            }
        }
        if let logprobs = choice.logprobs { context.drop(logprobs) }
    }

    private static func reason(
        of response: Response, _ context: inout RecordContext, _ terms: PromptTerms
    ) -> StaticString {
        guard let choice = response.choices.first else {
            guard let block = response.block else { return terms.word(for: .endTurn).word }
            let reason = terms.word(for: .contentFiltered)
            if !reason.isExact { context.lose(.finishApproximated, at: block.node) }
            return reason.word
        }
        let reason = terms.word(for: choice.finish)
        if !reason.isExact { context.approximateFinish(of: choice) }
        return reason.word
    }
}
