// SPDX-License-Identifier: Apache-2.0

// Log probabilities of tokens in OpenAI's spelling, also those that come in Gemini's.

import JSONLCodec

/// The member `logprobs` of a choice, or of a text.
enum OpenAILogprobs {
    /// The members of Gemini's `logprobsResult`.
    private enum ResultMember: String, MemberName { case chosenCandidates, topCandidates }

    /// A list of candidates for one token.
    private enum ListMember: String, MemberName { case candidates }

    /// One candidate; members without a value are left out in proto3's JSON.
    private enum CandidateMember: String, MemberName { case token, tokenId, logProbability }

    /// The members of one token of OpenAI's.
    private enum TokenMember: String, MemberName {
        case token, logprob, bytes
        case topLogprobs = "top_logprobs"
    }

    private static let result = MemberTable<ResultMember>(acceptsSnakeCase: true)
    private static let list = MemberTable<ListMember>(acceptsSnakeCase: true)
    private static let candidate = MemberTable<CandidateMember>(acceptsSnakeCase: true)
    private static let token = MemberTable<TokenMember>()

    /// Writes the object of a choice in a chat, or null.
    static func write(
        chat logprobs: Logprobs?, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        switch logprobs {
        case nil:
            output.append("null")
        case .chat(let node):
            context.write(node, to: &output)
        case .gemini(let node) where try !holdsTokens(gemini: node, context):
            output.append("null")
        case let logprobs?:
            output.append("{\"content\":")
            try write(tokensOf: logprobs, to: &output, &context)
            output.append(",\"refusal\":null}")
        }
    }

    /// Writes the list of the tokens of an answer.
    static func write(
        tokensOf logprobs: Logprobs, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        if case .gemini(let node) = logprobs {
            return try write(gemini: node, to: &output, context)
        }
        var tokens = MemberList()
        for token in try logprobs.tokens(context) {
            tokens.beginElement(&output)
            try write(openAI: token, isAlternative: false, to: &output, &context)
        }
        tokens.endArray(&output)
    }

    // MARK: - OpenAI

    /// Writes a token as it stands, but for members that the Responses API demands and that
    /// compatible servers leave out or set to null, and others that nobody knows.
    private static func write(
        openAI node: NodeID, isAlternative: Bool, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        if try isComplete(node, isAlternative: isAlternative, context) {
            return context.write(node, to: &output)
        }
        var text: NodeID?
        var bytes: NodeID?
        var alternatives: NodeID?
        var list = MemberList()
        var members = try MemberReader(node, token, context.view)
        while let member = try members.next() {
            switch member.name {
            case .bytes:
                bytes = member.value
                continue
            case .topLogprobs where !isAlternative:
                alternatives = member.value
                continue
            case .token: text = member.value
            case .logprob: break
            case .topLogprobs, nil:
                context.drop(member.value)
                continue
            }
            list.beginPair(context.view.interior(member.key, for: output), &output)
            context.write(member.value, to: &output)
        }
        list.begin("bytes", &output)
        if let bytes {
            context.write(bytes, to: &output)
        } else {
            if let text { try context.requireString(text) }
            writeBytes(of: text, to: &output, context)
        }
        if !isAlternative {
            list.begin("top_logprobs", &output)
            var tokens = MemberList()
            if let alternatives {
                for alternative in context.view.elements(alternatives) {
                    tokens.beginElement(&output)
                    try write(openAI: alternative, isAlternative: true, to: &output, &context)
                }
            }
            tokens.endArray(&output)
        }
        list.endObject(&output)
    }

    /// Whether a token has its bytes, and, unless it is itself an alternative, a list of others;
    /// and nothing that does not belong to it.
    private static func isComplete(
        _ node: NodeID, isAlternative: Bool, _ context: borrowing RecordContext
    ) throws(RecordError) -> Bool {
        var hasBytes = false
        var hasAlternatives = isAlternative
        var isWhole = true
        var members = try MemberReader(node, token, context.view)
        while let member = try members.next() {
            switch member.name {
            case .bytes:
                try context.requireArray(member.value)
                hasBytes = true
            case .topLogprobs where !isAlternative:
                try context.requireArray(member.value)
                hasAlternatives = true
                for alternative in context.view.elements(member.value) {
                    let isComplete = try isComplete(alternative, isAlternative: true, context)
                    isWhole = isWhole && isComplete
                }
            case .token, .logprob: break
            case .topLogprobs, nil: isWhole = false
            }
        }
        return hasBytes && hasAlternatives && isWhole
    }

    // MARK: - Gemini

    private static func holdsTokens(
        gemini node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Bool {
        var members = try MemberReader(node, result, context.view)
        while let member = try members.next() {
            if member.name == .chosenCandidates { return true }
        }
        return false
    }

    /// The two lists of Gemini run side by side: the token chosen, and the likeliest ones.
    private static func write(
        gemini node: NodeID, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var chosen: NodeID?
        var top: NodeID?
        var members = try MemberReader(node, result, context.view)
        while let member = try members.next() {
            switch member.name {
            case .chosenCandidates: chosen = member.value
            case .topCandidates: top = member.value
            case nil: break
            }
        }
        guard let chosen else { return output.append("[]") }
        try context.requireArray(chosen)
        if let top { try context.requireArray(top) }
        // An object has no elements: without a list there are no alternatives.
        var alternatives = context.view.elements(top ?? node)
        var tokens = MemberList()
        for token in context.view.elements(chosen) {
            tokens.beginElement(&output)
            try writeToken(token, to: &output, context)
            output.append(",\"top_logprobs\":")
            try writeAlternatives(alternatives.next(), to: &output, context)
            output.append("}")
        }
        tokens.endArray(&output)
    }

    private static func writeAlternatives(
        _ node: NodeID?, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var tokens = MemberList()
        if let node {
            var members = try MemberReader(node, list, context.view)
            while let member = try members.next() {
                guard member.name == .candidates else { continue }
                try context.requireArray(member.value)
                for token in context.view.elements(member.value) {
                    tokens.beginElement(&output)
                    try writeToken(token, to: &output, context)
                    output.append("}")
                }
            }
        }
        tokens.endArray(&output)
    }

    /// Writes the members of one token; the object stays open.
    private static func writeToken(
        _ node: NodeID, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var token: NodeID?
        var probability: NodeID?
        var members = try MemberReader(node, candidate, context.view)
        while let member = try members.next() {
            switch member.name {
            case .token: token = member.value
            case .logProbability: probability = member.value
            case .tokenId, nil: break
            }
        }
        output.append("{\"token\":")
        if let token {
            try context.requireString(token)
            context.write(token, to: &output)
        } else {
            output.append("\"\"")
        }
        output.append(",\"logprob\":")
        if let probability {
            try context.write(number: probability, to: &output)
        } else {
            output.append("0")
        }
        output.append(",\"bytes\":")
        writeBytes(of: token, to: &output, context)
    }

    /// Writes the UTF-8 of a token as a list of numbers.
    private static func writeBytes(
        of token: NodeID?, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        var numbers = MemberList()
        if let token {
            if context.view.hasEscapes(token) {
                var plain = ByteBuffer(capacity: 64)
                plain.append(unescaping: context.view.interior(token))
                write(bytes: plain.view, &numbers, to: &output)
            } else {
                write(bytes: context.view.interior(token), &numbers, to: &output)
            }
        }
        numbers.endArray(&output)
    }

    private static func write(
        bytes: ByteView, _ numbers: inout MemberList, to output: inout ByteBuffer
    ) {
        for index in 0..<bytes.count {
            numbers.beginElement(&output)
            output.append(decimal: Int(bytes[index]))
        }
    }
}

extension Logprobs {
    /// The tokens of the answer, in OpenAI's spelling.
    func tokens(_ context: borrowing RecordContext) throws(RecordError) -> [NodeID] {
        var lists: [NodeID] = []
        switch self {
        case .gemini: return []
        case .responses(let nodes): lists = nodes
        case .chat(let node):
            for (key, value) in context.view.members(node)
            where context.string(key, is: "content") && !context.isNeutral(value) {
                lists = [value]
            }
        }
        var tokens: [NodeID] = []
        for list in lists {
            try context.requireArray(list)
            tokens += context.view.elements(list)
        }
        return tokens
    }
}

extension RecordContext {
    /// Notes that log probabilities are dropped: as a whole where they hold tokens of the answer,
    /// else the members that say something, such as those of a refusal.
    mutating func drop(_ logprobs: Logprobs) {
        switch logprobs {
        case .gemini(let node): drop(node)
        case .responses(let lists):
            for list in lists { drop(list) }
        case .chat(let node):
            if holdsTokens(node) { return lose(.paramDropped, at: node) }
            for (_, value) in view.members(node) { drop(value) }
        }
    }

    /// Notes that the log probabilities beside those of the answer's tokens are dropped.
    mutating func dropOthers(of logprobs: Logprobs) {
        guard case .chat(let node) = logprobs else { return }
        for (key, value) in view.members(node) where !string(key, is: "content") { drop(value) }
    }

    /// Whether OpenAI's log probabilities hold tokens of the answer: `{"content": null}` does not.
    private func holdsTokens(_ logprobs: NodeID) -> Bool {
        for (key, value) in view.members(logprobs) where string(key, is: "content") {
            return !isNeutral(value)
        }
        return false
    }
}
