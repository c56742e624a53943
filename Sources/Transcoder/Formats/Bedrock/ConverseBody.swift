// SPDX-License-Identifier: Apache-2.0

// Converse's request body: what it can express, and the reading of its members.

import JSONLCodec

/// Whose body it is, which decides on what it holds beside the conversation.
enum ConverseFlavour: Sendable {
    /// Of a Converse call, for all models alike.
    case converse
    /// Nova's own one, for InvokeModel.
    case nova
}

/// The request body of Converse, and of Nova, which has a few members more and others less.
enum ConverseBody {
    /// What a body can carry.
    static func capabilities(for flavour: ConverseFlavour) -> Capabilities {
        switch flavour {
        case .converse: converseCapabilities
        case .nova: novaCapabilities
        }
    }

    /// Source: botocore's `ConverseRequest` and the service rules of ruling A1.
    private static let converseCapabilities: Capabilities = {
        var capabilities = Capabilities(
            family: .converse,
            paths: TargetPaths(
                tools: "modelInput.toolConfig",
                maxOutputTokens: "modelInput.inferenceConfig.maxTokens",
                responseFormat: "modelInput.outputConfig"),
            settings: SettingSet(.maxOutputTokens, .temperature, .topP, .topK),
            toolChoice: .converse, reasoning: .converse, metadata: .converse, media: .converse)
        capabilities.firstTurnIsUser = true
        capabilities.keepsReasoningOf = .claude
        capabilities.keepsCachePoints = true
        capabilities.toolCallID = .bedrock
        capabilities.needsToolDefinitions = true
        capabilities.batchRefusesTools = true
        capabilities.stopLimit = 2500
        capabilities.temperatureLimit = 1
        capabilities.keepsSchemaDescription = true
        capabilities.keepsStrictTools = true
        capabilities.keepsDocumentContext = true
        return capabilities
    }()

    /// Sources: AWS, Nova user guide, "Complete request schema"; Nova 2 user guide, "Request and
    /// response schema" and "Using the Invoke API", which takes no documents.
    private static let novaCapabilities: Capabilities = {
        var capabilities = converseCapabilities
        capabilities.family = .nova
        capabilities.reasoning = .nova
        capabilities.metadata = .none
        capabilities.media = .nova
        // Claude's signatures mean nothing to it.
        capabilities.keepsReasoningOf = nil
        // Its bodies are for jobs of the type InvokeModel, which may use tools.
        capabilities.batchRefusesTools = false
        capabilities.hasSchemas = false
        capabilities.keepsStrictTools = false
        return capabilities
    }()

    /// Fills in a request from a body.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.body = body
        request.sourceFamily = .converse
        var messages: NodeID?
        var system: NodeID?
        var members = try BedrockMembers(body, context)
        while let member = try members.next() {
            switch member.name {
            case .messages: messages = member.value
            case .system: system = member.value
            case .schemaVersion: try context.requireString(member.value)
            default: try readSetting(member, into: &request, &context)
            }
        }
        guard let messages else { throw .missing("messages", in: body) }
        request.messages = messages
        // Whatever their order in the record: what `system` says comes before messages of that
        // role.
        if let system { try readSystem(system, into: &request, &context) }
        try readMessages(messages, into: &request, &context)
    }

    private static func readSetting(
        _ member: BedrockMembers.Member, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        let value = member.value
        switch member.name {
        case .inferenceConfig: try readInference(value, into: &request, &context)
        case .toolConfig: try readToolConfig(value, into: &request, &context)
        case .additionalModelRequestFields: try readFields(value, into: &request, &context)
        case .outputConfig: try readOutputConfig(value, into: &request, &context)
        case .reasoningConfig: try readReasoningConfig(value, into: &request, &context)
        case .requestMetadata: try readMetadata(value, into: &request, &context)
        case .serviceTier:
            if try !isDefaultTier(value, context) { keep(member, .paramDropped, &request, context) }
        case .guardrailConfig: keep(member, .safetyDropped, &request, context)
        case .performanceConfig, .promptVariables, .additionalModelResponseFieldPaths:
            keep(member, .paramDropped, &request, context)
        default: context.drop(value)
        }
    }

    /// Keeps a member that only bodies of this family know.
    private static func keep(
        _ member: BedrockMembers.Member, _ code: LossCode, _ request: inout Request,
        _ context: borrowing RecordContext
    ) {
        guard !context.isNeutral(member.value) else { return }
        request.extras.append(
            ExtraMember(key: member.key, value: member.value, code: code, family: .converse))
    }

    private static func isDefaultTier(
        _ tier: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Bool {
        try context.requireObject(tier)
        for (key, value) in context.view.members(tier) where context.string(key, is: "type") {
            return context.string(value, is: "default") || context.string(value, is: "auto")
        }
        return false
    }

    private static func readMetadata(
        _ metadata: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireObject(metadata)
        try context.view.requireDistinctKeys(metadata)
        for (key, value) in context.view.members(metadata)
        where context.view.kind(value) != .null {
            try context.requireString(value)
            request.metadata.append(MetadataPair(key: key, value: value))
        }
    }

    // MARK: - Messages

    private static func readSystem(
        _ system: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(system)
        for block in context.view.elements(system) {
            let content = try ConverseBlock(block, context)
            switch content.kind {
            case .text:
                request.system.append(TextPart(try context.text(content.value), at: block))
            case .guardContent:
                guard case .text(let part) = try ConverseBlock.guarded(content, &context) else {
                    throw RecordError(
                        .unsupportedImage, at: block, "a system prompt holds text only")
                }
                request.system.append(part)
            case .cachePoint:
                context.lose(.cacheDropped, at: content.value)
            default:
                throw RecordError(.unsupportedBlock, at: block, "a system prompt holds text only")
            }
        }
    }

    private static func readMessages(
        _ messages: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(messages)
        for message in context.view.elements(messages) {
            var role: NodeID?
            var content: NodeID?
            var members = try BedrockMembers(message, context)
            while let member = try members.next() {
                switch member.name {
                case .role: role = member.value
                case .content: content = member.value
                default: context.drop(member.value)
                }
            }
            guard let role else { throw .missing("role", in: message) }
            guard let content else { throw .missing("content", in: message) }
            try context.requireString(role)
            if context.string(role, is: "user") {
                request.beginMessage(.user, at: message)
            } else if context.string(role, is: "assistant") {
                request.beginMessage(.assistant, at: message)
            } else if context.string(role, is: "system") {
                if !request.turns.isEmpty { context.lose(.systemHoisted, at: message) }
                try readSystem(content, into: &request, &context)
                continue
            } else {
                throw .wrongType(role, "the role must be user, assistant or system")
            }
            try context.requireArray(content)
            for block in context.view.elements(content) {
                try readBlock(block, into: &request, &context)
            }
        }
    }

    private static func readBlock(
        _ block: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        let content = try ConverseBlock(block, context)
        switch content.kind {
        case .cachePoint:
            request.append(.cachePoint(try readCachePoint(content.value, &context)))
        case .toolResult:
            request.append(.toolResult(try readToolResult(content, into: &request, &context)))
        case .citationsContent:
            try ConverseBlock.readCitations(content, into: &request, &context)
        default:
            request.append(try content.part(&context))
        }
    }

    private static func readCachePoint(
        _ point: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> CachePoint {
        var lifetime = CachePoint.Lifetime.standard
        var members = try BedrockMembers(point, context)
        while let member = try members.next() {
            switch member.name {
            case .type: try context.requireString(member.value)
            case .ttl:
                if context.string(member.value, is: "5m") {
                    lifetime = .fiveMinutes
                } else if context.string(member.value, is: "1h") {
                    lifetime = .oneHour
                } else {
                    context.lose(.cacheDropped, at: member.value)
                }
            default: context.drop(member.value)
            }
        }
        return CachePoint(lifetime, at: point)
    }

    // MARK: - Tool results

    private static func readToolResult(
        _ block: ConverseBlock, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) -> ToolResult {
        var callID: Text?
        var content: NodeID?
        var status: NodeID?
        var members = try BedrockMembers(block.value, context)
        while let member = try members.next() {
            switch member.name {
            case .toolUseID: callID = try context.text(member.value)
            case .content: content = member.value
            case .status: status = member.value
            case .type:
                throw RecordError(
                    .unsupportedTool, at: block.node, "results of built-in tools stay with Bedrock")
            default: context.drop(member.value)
            }
        }
        guard let callID else { throw .missing("toolUseId", in: block.value) }
        guard let content else { throw .missing("content", in: block.value) }
        let start = request.toolResultParts.count
        try context.requireArray(content)
        for element in context.view.elements(content) {
            request.toolResultParts.append(try readToolResultPart(element, &context))
        }
        var result = ToolResult(
            callID: callID, name: nil, content: start..<request.toolResultParts.count,
            at: block.node)
        if let status {
            try context.requireString(status)
            result.isError = context.string(status, is: "error")
            result.statusNode = status
            if !result.isError, !context.string(status, is: "success") {
                context.lose(.paramDropped, at: status)
            }
        }
        return result
    }

    private static func readToolResultPart(
        _ element: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> ToolResultPart {
        let content = try ConverseBlock(element, context)
        switch content.kind {
        case .json:
            return .json(content.value)
        case .text, .image, .document, .audio, .video:
            switch try content.part(&context) {
            case .text(let text): return .text(text)
            case .media(let media): return .media(media)
            default: break
            }
        default: break
        }
        throw RecordError(
            .unsupportedBlock, at: element, "this block in a tool result cannot be converted")
    }
}
