// SPDX-License-Identifier: Apache-2.0

// Converse's answer, and Nova's, which differs in the names of two counts: reading.

import JSONLCodec

/// The body of a Converse answer.
enum ConverseOutput {
    /// Fills in a response from `{"output", "stopReason", "usage", "metrics"}`.
    ///
    /// Source: botocore's `ConverseResponse`.
    static func read(
        _ body: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var result: NodeID?
        var reason: NodeID?
        var fields: NodeID?
        var members = try BedrockMembers(body, context)
        while let member = try members.next() {
            switch member.name {
            case .output: result = member.value
            case .stopReason: reason = member.value
            case .usage: try readUsage(member.value, into: &response.usage, &context)
            case .metrics: try readMetrics(member.value, into: &response, &context)
            case .additionalModelResponseFields: fields = member.value
            // What guardrails found; no other provider has a place for it.
            case .trace: context.drop(member.value)
            // How the answer was computed, not what it is.
            case .performanceConfig, .serviceTier: continue
            default: context.drop(member.value)
            }
        }
        guard let result else { throw .missing("output", in: body) }
        try readMessage(in: result, into: &response, &context)
        let choice = response.choices.count - 1
        response.choices[choice].finishOwner = body
        response.choices[choice].finishName = "stopReason"
        if let reason {
            try context.requireString(reason)
            response.choices[choice].finish = FinishReason(stopReason: reason, context.view)
            response.choices[choice].finishNode = reason
        }
        if let fields { try readFields(fields, into: &response.choices[choice], &context) }
    }

    private static func readMessage(
        in result: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var message: NodeID?
        var members = try BedrockMembers(result, context)
        while let member = try members.next() {
            if member.name == .message {
                message = member.value
            } else {
                context.drop(member.value)
            }
        }
        guard let message else { throw .missing("message", in: result) }
        response.beginChoice(at: message)
        var inner = try BedrockMembers(message, context)
        while let member = try inner.next() {
            switch member.name {
            case .role: try context.requireString(member.value)
            case .content:
                try context.requireArray(member.value)
                for block in context.view.elements(member.value) {
                    try readBlock(block, into: &response, &context)
                }
            default: context.drop(member.value)
            }
        }
    }

    private static func readBlock(
        _ node: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        let block = try ConverseBlock(node, context)
        switch block.kind {
        case .citationsContent:
            try ConverseBlock.readCitations(block, into: &response, &context)
        case .cachePoint:
            context.lose(.cacheDropped, at: block.value)
        default:
            response.append(try block.part(&context))
        }
    }

    // MARK: - Beside the message

    private static func readUsage(
        _ node: NodeID, into usage: inout Usage, _ context: inout RecordContext
    ) throws(RecordError) {
        usage.isPresent = true
        var input = TokenCount.zero
        var members = try BedrockMembers(node, context)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .inputTokens: input = try TokenCount(value, context)
            case .outputTokens: usage.output = try TokenCount(value, context)
            // The total is worked out anew.
            case .totalTokens: _ = try TokenCount(value, context)
            case .cacheReadInputTokens, .cacheReadInputTokenCount:
                usage.cacheRead = try TokenCount(value, context)
            case .cacheWriteInputTokens, .cacheWriteInputTokenCount:
                usage.cacheWrite = try TokenCount(value, context)
            case .cacheDetails: try readCacheDetails(value, into: &usage, &context)
            default: context.drop(value)
            }
        }
        // Converse counts the input without what the cache gave or took.
        usage.input = input + (usage.cacheRead ?? .zero) + (usage.cacheWrite ?? .zero)
    }

    private static func readCacheDetails(
        _ details: NodeID, into usage: inout Usage, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(details)
        for detail in context.view.elements(details) {
            var ttl: NodeID?
            var tokens = TokenCount.zero
            var members = try BedrockMembers(detail, context)
            while let member = try members.next() {
                switch member.name {
                case .ttl: ttl = member.value
                case .inputTokens: tokens = try TokenCount(member.value, context)
                default: context.drop(member.value)
                }
            }
            guard let ttl else { throw .missing("ttl", in: detail) }
            if context.string(ttl, is: "5m") {
                usage.cacheWrite5m = ((usage.cacheWrite5m ?? .zero) + tokens).bounded
            } else if context.string(ttl, is: "1h") {
                usage.cacheWrite1h = ((usage.cacheWrite1h ?? .zero) + tokens).bounded
            } else {
                context.lose(.paramDropped, at: detail)
            }
        }
    }

    private static func readMetrics(
        _ metrics: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try BedrockMembers(metrics, context)
        while let member = try members.next() {
            if member.name == .latencyMs {
                try context.requireNumber(member.value)
                response.latency = member.value
            } else {
                context.drop(member.value)
            }
        }
    }

    /// What the client asked for by `additionalModelResponseFieldPaths`.
    private static func readFields(
        _ fields: NodeID, into choice: inout Choice, _ context: inout RecordContext
    ) throws(RecordError) {
        // A free document: anything but an object holds nothing that we know.
        guard context.view.kind(fields) == .object else { return context.drop(fields) }
        var members = try BedrockMembers(fields, context)
        while let member = try members.next() {
            if member.name == .stopSequence, context.view.kind(member.value) == .string {
                choice.stopSequence = member.value
            } else {
                context.drop(member.value)
            }
        }
    }
}
