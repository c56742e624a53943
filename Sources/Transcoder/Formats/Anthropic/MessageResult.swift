// SPDX-License-Identifier: Apache-2.0

// Reads the message that answers a Messages call, in a Message Batch or in Bedrock's output.

import JSONLCodec

/// Reads and writes answers of the Messages dialect.
///
/// Source: `anthropic.types.message`, `usage`, `stop_reason` (package 2.12.0).
enum MessageResult {
    /// Reads an answer.
    ///
    /// What tells of the run and not of the answer (`container`, `diagnostics`, `stop_details`)
    /// is left out silently: every provider adds to it, and nobody else has a place for it.
    static func read(
        _ message: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(message, AnthropicTerms.message, context.view)
        response.beginChoice(at: message)
        response.choices[0].finishName = "stop_reason"
        var content: NodeID?
        var usage: NodeID?
        while let member = try reader.next() {
            let value = member.value
            switch member.name {
            case .id: response.responseID = try context.text(value)
            case .model: response.model = try context.text(value)
            case .content: content = value
            case .usage: usage = value
            case .stopReason:
                let reason = try AnthropicTerms.word(value, AnthropicTerms.stopReason, context)
                response.choices[0].finish = reason?.finish ?? .unknown
                response.choices[0].finishNode = value
            case .stopSequence:
                try context.requireString(value)
                response.choices[0].stopSequence = value
            case .role, .type, .container, .diagnostics, .stopDetails, .contextManagement:
                continue
            case nil: context.drop(value)
            }
        }
        guard let content else { throw .missing("content", in: message) }
        try context.requireArray(content)
        for block in context.view.elements(content) {
            try readBlock(block, into: &response, &context)
        }
        if let usage { try readUsage(usage, into: &response, context) }
    }

    private static func readBlock(
        _ node: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var block = try MessagesBlock(node, &context)
        switch block.type {
        case .text:
            var part = try block.takeText(context)
            if let citations = block.citations, !context.isNeutral(citations) {
                part.citations = citations
            }
            block.citations = nil
            response.append(.text(part))
        case .thinking: response.append(.reasoning(try block.takeThinking(context)))
        case .redactedThinking: response.append(.reasoning(try block.takeRedacted(context)))
        case .toolUse: response.append(.toolCall(try block.takeToolCall(&context)))
        default: throw block.unsupported
        }
        block.dropRest(&context)
    }

    // MARK: - Usage

    /// Reads token counts; Anthropic's input leaves out what the cache gave and took.
    private static func readUsage(
        _ node: NodeID, into response: inout Response, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var usage = Usage()
        usage.isPresent = true
        var reader = try MemberReader(node, AnthropicTerms.usage, context.view)
        while let member = try reader.next() {
            let value = member.value
            switch member.name {
            case .inputTokens: usage.input = try TokenCount(value, context)
            case .outputTokens: usage.output = try TokenCount(value, context)
            case .cacheReadInputTokens: usage.cacheRead = try TokenCount(value, context)
            case .cacheCreationInputTokens: usage.cacheWrite = try TokenCount(value, context)
            case .cacheCreation: try readCacheCreation(value, into: &usage, context)
            case .outputTokensDetails: try readOutputDetails(value, into: &usage, context)
            // Tier, region, uses of built-in tools: facts about the run.
            case nil: continue
            }
        }
        usage.input = usage.input + (usage.cacheRead ?? .zero) + (usage.cacheWrite ?? .zero)
        response.usage = usage
    }

    private static func readCacheCreation(
        _ node: NodeID, into usage: inout Usage, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.cacheCreation, context.view)
        while let member = try reader.next() {
            switch member.name {
            case .fiveMinutes: usage.cacheWrite5m = try TokenCount(member.value, context)
            case .oneHour: usage.cacheWrite1h = try TokenCount(member.value, context)
            case nil: continue
            }
        }
    }

    private static func readOutputDetails(
        _ node: NodeID, into usage: inout Usage, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.outputDetails, context.view)
        while let member = try reader.next() {
            if member.name == .thinkingTokens {
                usage.reasoning = try TokenCount(member.value, context)
            }
        }
    }
}
