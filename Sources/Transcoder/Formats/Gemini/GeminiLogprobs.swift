// SPDX-License-Identifier: Apache-2.0

// Spells OpenAI's log probabilities out as Gemini's.

import JSONLCodec

/// Log probabilities of the tokens of a candidate.
enum GeminiLogprobs {
    /// The members of OpenAI's `logprobs` and of one token of it.
    private enum Member: String, MemberName {
        case content, refusal, token, logprob, bytes
        case topLogprobs = "top_logprobs"
    }

    private static let table = MemberTable<Member>()

    /// One token.
    private struct Token {
        var token: NodeID?
        var logprob: NodeID?
        var alternatives: NodeID?
    }

    /// Writes `,"avgLogprobs":…,"logprobsResult":…`, or nothing where there are no tokens.
    static func write(
        openAI logprobs: NodeID, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var content: NodeID?
        var members = try MemberReader(logprobs, table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .content: content = member.value
            default: context.drop(member.value)
            }
        }
        guard let content, !context.isNeutral(content) else { return }
        try context.requireArray(content)
        try writeAverage(content, to: &output, context)
        output.append(",\"logprobsResult\":{\"chosenCandidates\":")
        var hasAlternatives = false
        var chosen = MemberList()
        for element in context.view.elements(content) {
            let token = try read(element, context)
            if token.alternatives != nil { hasAlternatives = true }
            chosen.beginElement(&output)
            try write(token, to: &output, context)
        }
        chosen.endArray(&output)
        if hasAlternatives {
            output.append(",\"topCandidates\":")
            try writeAlternatives(content, to: &output, context)
        }
        output.append("}")
    }

    private static func writeAlternatives(
        _ content: NodeID, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var steps = MemberList()
        for element in context.view.elements(content) {
            let alternatives = try read(element, context).alternatives
            steps.beginElement(&output)
            output.append("{\"candidates\":")
            var list = MemberList()
            if let alternatives {
                try context.requireArray(alternatives)
                for alternative in context.view.elements(alternatives) {
                    list.beginElement(&output)
                    try write(try read(alternative, context), to: &output, context)
                }
            }
            list.endArray(&output)
            output.append("}")
        }
        steps.endArray(&output)
    }

    private static func read(
        _ element: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Token {
        var token = Token()
        var members = try MemberReader(element, table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .token: token.token = member.value
            case .logprob: token.logprob = member.value
            case .topLogprobs:
                if !context.isNeutral(member.value) { token.alternatives = member.value }
            // Gemini has no bytes: they are those of the token.
            case .bytes, .content, .refusal, nil: break
            }
        }
        return token
    }

    private static func write(
        _ token: Token, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var members = MemberList()
        if let text = token.token {
            try context.requireString(text)
            members.begin("token", &output)
            context.write(text, to: &output)
        }
        if let logprob = token.logprob {
            members.begin("logProbability", &output)
            try context.write(number: logprob, to: &output)
        }
        members.endObject(&output)
    }

    /// Writes the mean, unless some number is beyond what can be added.
    private static func writeAverage(
        _ content: NodeID, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var sum = 0.0
        var count = 0
        for element in context.view.elements(content) {
            guard let logprob = try read(element, context).logprob,
                let value = Double(context.view.source(logprob).text)
            else { continue }
            sum += value
            count += 1
        }
        let mean = sum / Double(count)
        guard mean.isFinite else { return }
        output.append(",\"avgLogprobs\":")
        output.append(utf8: mean.description)
    }
}
