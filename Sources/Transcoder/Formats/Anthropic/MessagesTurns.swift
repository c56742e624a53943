// SPDX-License-Identifier: Apache-2.0

// Reads the conversation of a Messages body: system texts, turns and what they are made of.

import JSONLCodec

/// Reads and writes the turns of Messages bodies.
enum MessagesTurns {
    /// Reads the turns.
    static func read(
        _ messages: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(messages)
        request.messages = messages
        for message in context.view.elements(messages) {
            try readMessage(message, into: &request, &context)
        }
    }

    private static func readMessage(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.message, context.view)
        var role: NodeID?
        var content: NodeID?
        while let member = try reader.next() {
            switch member.name {
            case .role: role = member.value
            case .content: content = member.value
            default: context.drop(member.value)
            }
        }
        guard let role else { throw .missing("role", in: node) }
        guard let content else { throw .missing("content", in: node) }
        if context.string(role, is: "user") {
            request.beginMessage(.user, at: node)
        } else if context.string(role, is: "assistant") {
            request.beginMessage(.assistant, at: node)
        } else if context.string(role, is: "system") {
            // The API refuses the role in nearly all models, so the texts go where it takes them.
            if !request.turns.isEmpty { context.lose(.systemHoisted, at: node) }
            return try readSystem(content, into: &request, &context)
        } else {
            throw .wrongType(role, "the role must be user, assistant or system")
        }
        try readContent(content, into: &request, &context)
    }

    /// Reads system texts: a string, or text blocks.
    static func readSystem(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if context.view.kind(node) == .string {
            return request.system.append(TextPart(try context.text(node), at: node))
        }
        guard context.view.kind(node) == .array else {
            throw .wrongType(node, "a string or a list of text blocks is expected here")
        }
        for element in context.view.elements(node) {
            var block = try MessagesBlock(element, &context)
            guard block.type == .text else { throw block.unsupported }
            request.system.append(try block.takeText(context))
            block.dropRest(&context)
        }
    }

    private static func readContent(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if context.view.kind(node) == .string {
            return request.append(.text(TextPart(try context.text(node), at: node)))
        }
        guard context.view.kind(node) == .array else {
            throw .wrongType(node, "a string or a list of blocks is expected here")
        }
        for element in context.view.elements(node) {
            var block = try MessagesBlock(element, &context)
            let cacheControl = takeCacheControl(&block)
            try readBlock(&block, into: &request, &context)
            block.dropRest(&context)
            if let cacheControl {
                try readCacheControl(cacheControl, into: &request, &context)
            }
        }
    }

    private static func takeCacheControl(_ block: inout MessagesBlock) -> NodeID? {
        defer { block.cacheControl = nil }
        return block.cacheControl
    }

    private static func readBlock(
        _ block: inout MessagesBlock, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        try checkSide(of: block, request)
        switch block.type {
        case .text: request.append(.text(try block.takeText(context)))
        case .image: request.append(.media(try MessagesMedia.image(&block, &context)))
        case .document: request.append(.media(try MessagesMedia.document(&block, &context)))
        case .thinking: request.append(.reasoning(try block.takeThinking(context)))
        case .redactedThinking: request.append(.reasoning(try block.takeRedacted(context)))
        case .toolUse: request.append(.toolCall(try block.takeToolCall(&context)))
        case .toolResult: try readToolResult(&block, into: &request, &context)
        default: throw block.unsupported
        }
    }

    /// Checks that calls come from the assistant, and their results from the user.
    private static func checkSide(
        of block: MessagesBlock, _ request: Request
    ) throws(RecordError) {
        let isAssistant = request.turns.last?.role == .assistant
        let isMisplaced =
            switch block.type {
            case .toolUse: !isAssistant
            case .toolResult: isAssistant
            default: false
            }
        if isMisplaced {
            throw RecordError(
                .unsupportedBlock, at: block.node, "a block of this type belongs to the other side")
        }
    }

    /// Reads the mark for the cache: it becomes a part of its own, after the block.
    private static func readCacheControl(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.cacheControl, context.view)
        if context.isNeutral(node) { return }
        var lifetime = CachePoint.Lifetime.standard
        while let member = try reader.next() {
            switch member.name {
            case .type: try context.requireString(member.value)
            case .ttl where context.string(member.value, is: "5m"): lifetime = .fiveMinutes
            case .ttl where context.string(member.value, is: "1h"): lifetime = .oneHour
            case .ttl, nil: context.drop(member.value)
            }
        }
        request.append(.cachePoint(CachePoint(lifetime, at: node)))
    }

    // MARK: - Tool results

    private static func readToolResult(
        _ block: inout MessagesBlock, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        guard let callID = block.toolUseID else { throw .missing("tool_use_id", in: block.node) }
        let start = request.toolResultParts.count
        if let content = block.content {
            try readResultContent(content, into: &request, &context)
        }
        var result = ToolResult(
            callID: try context.text(callID), name: nil,
            content: start..<request.toolResultParts.count, at: block.node)
        if let isError = block.isError {
            result.isError = try context.bool(isError)
            result.statusNode = isError
        }
        block.toolUseID = nil
        block.content = nil
        block.isError = nil
        request.append(.toolResult(result))
    }

    private static func readResultContent(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if context.view.kind(node) == .string {
            let part = TextPart(try context.text(node), at: node)
            return request.toolResultParts.append(.text(part))
        }
        guard context.view.kind(node) == .array else {
            throw .wrongType(node, "a string or a list of blocks is expected here")
        }
        for element in context.view.elements(node) {
            var block = try MessagesBlock(element, &context)
            switch block.type {
            case .text: request.toolResultParts.append(.text(try block.takeText(context)))
            case .image:
                let image = try MessagesMedia.image(&block, &context)
                request.toolResultParts.append(.media(image))
            case .document:
                let document = try MessagesMedia.document(&block, &context)
                request.toolResultParts.append(.media(document))
            default: throw block.unsupported
            }
            block.dropRest(&context)
        }
    }
}
