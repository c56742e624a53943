// SPDX-License-Identifier: Apache-2.0

// Spells OpenAI's log probabilities out as Gemini's.

import JSONLCodec

/// Log probabilities of the tokens of a candidate.
enum GeminiLogprobs {
    /// The members of one token of OpenAI's.
    private enum Member: String, MemberName {
        case token, logprob, bytes
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
        openAI logprobs: Logprobs, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        context.dropOthers(of: logprobs)
        let elements = try logprobs.tokens(context)
        guard !elements.isEmpty else { return }
        var tokens: [Token] = []
        for element in elements { tokens.append(try read(element, context)) }
        writeAverage(tokens, to: &output, context)
        output.append(",\"logprobsResult\":{\"chosenCandidates\":")
        var chosen = MemberList()
        for token in tokens {
            chosen.beginElement(&output)
            try write(token, to: &output, context)
        }
        chosen.endArray(&output)
        if tokens.contains(where: { $0.alternatives != nil }) {
            output.append(",\"topCandidates\":")
            try writeAlternatives(tokens, to: &output, context)
        }
        output.append("}")
    }

    private static func writeAlternatives(
        _ tokens: [Token], to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var steps = MemberList()
        for token in tokens {
            steps.beginElement(&output)
            output.append("{\"candidates\":")
            var list = MemberList()
            if let alternatives = token.alternatives {
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
            case .bytes, nil: break
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
        _ tokens: [Token], to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        var sum = 0.0
        var count = 0
        for token in tokens {
            guard let logprob = token.logprob,
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
