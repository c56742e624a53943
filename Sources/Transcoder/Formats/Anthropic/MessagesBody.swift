// SPDX-License-Identifier: Apache-2.0

// The body of a Messages call, which stands in Message Batches and in Bedrock's records alike.

import JSONLCodec

/// Where a Messages body stands, which decides on its first members.
enum MessagesEnvelope: Sendable {
    /// In Anthropic's own batches: the body names the model.
    case batches
    /// In Bedrock's records: the job names the model, the body the version of the dialect.
    case bedrock
}

/// Reads and writes bodies of Messages calls.
///
/// Sources: `anthropic.types.message_create_params` (package 2.12.0); for `anthropic_version` and
/// `anthropic_beta` the Bedrock User Guide, "Anthropic Claude Messages API".
enum MessagesBody {
    /// What a body of the dialect can express.
    static func capabilities(for envelope: MessagesEnvelope) -> Capabilities {
        var capabilities = Capabilities(
            family: .messages, paths: paths(for: envelope),
            settings: SettingSet(
                .maxOutputTokens, .temperature, .topP, .topK, .parallelToolCalls, .user),
            toolChoice: .messages, reasoning: .messages, metadata: .none, media: .messages)
        capabilities.writesModel = envelope == .batches
        capabilities.firstTurnIsUser = true
        capabilities.resultsComeFirst = true
        capabilities.keepsReasoningOf = .claude
        capabilities.keepsCachePoints = true
        capabilities.toolCallID = .anthropic
        capabilities.needsToolDefinitions = true
        capabilities.temperatureLimit = 1
        capabilities.keepsStrictTools = true
        capabilities.keepsDocumentContext = true
        // Bedrock fetches nothing, whatever the shape of the body allows.
        capabilities.takesMediaURLs = envelope == .batches
        return capabilities
    }

    /// The names of members that losses of the target are reported at.
    static func paths(for envelope: MessagesEnvelope) -> TargetPaths {
        switch envelope {
        case .batches:
            TargetPaths(
                tools: "params.tools",
                maxOutputTokens: "params.max_tokens", responseFormat: "params.output_config")
        case .bedrock:
            TargetPaths(
                tools: "modelInput.tools",
                maxOutputTokens: "modelInput.max_tokens",
                responseFormat: "modelInput.output_config")
        }
    }

    /// Reads a body.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.body = body
        request.sourceFamily = .messages
        var reader = try MemberReader(body, AnthropicTerms.body, context.view)
        var messages: NodeID?
        var system: NodeID?
        var outputFormat: NodeID?
        while let (member, name) = try next(&reader, &context) {
            let value = member.value
            switch name {
            case .model:
                try context.requireString(value)
                request.model = value
            case .messages: messages = value
            case .system: system = value
            case .outputFormat: outputFormat = value
            case .tools: try readTools(value, into: &request, &context)
            case .toolChoice: try readToolChoice(value, into: &request, &context)
            case .thinking: try readThinking(member.key, value, into: &request, &context)
            case .outputConfig: try readOutputConfig(value, into: &request, &context)
            case .metadata: try readMetadata(value, into: &request, &context)
            case .stopSequences: try readStops(value, into: &request, context)
            case .maxTokens: try note(.maxOutputTokens, integer: value, in: &request, context)
            case .topK: try note(.topK, integer: value, in: &request, context)
            case .temperature: try note(.temperature, value, in: &request, context)
            case .topP: try note(.topP, value, in: &request, context)
            case .cacheControl:
                request.extras.append(
                    ExtraMember(
                        key: member.key, value: value, code: .cacheDropped, family: .messages))
            case .stream: if try context.bool(value) { context.lose(.paramDropped, at: value) }
            case .serviceTier: dropTier(value, &context)
            // It is the mark of the dialect, not something that is asked for.
            case .anthropicVersion: continue
            case .anthropicBeta: context.drop(value)
            }
        }
        if let outputFormat { try readFormat(outputFormat, into: &request, &context) }
        // System messages among the turns follow the body's own, wherever `system` stands.
        if let system { try MessagesTurns.readSystem(system, into: &request, &context) }
        guard let messages else { throw .missing("messages", in: body) }
        try MessagesTurns.read(messages, into: &request, &context)
    }

    /// The next member that the dialect knows; others are dropped.
    private static func next(
        _ reader: inout MemberReader<AnthropicTerms.BodyMember>, _ context: inout RecordContext
    ) throws(RecordError) -> (
        MemberReader<AnthropicTerms.BodyMember>.Member, AnthropicTerms.BodyMember
    )? {
        while let member = try reader.next() {
            if let name = member.name { return (member, name) }
            context.drop(member.value)
        }
        return nil
    }

    private static func note(
        _ setting: Setting, _ node: NodeID, in request: inout Request,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireNumber(node)
        request.settings[setting] = node
    }

    private static func note(
        _ setting: Setting, integer node: NodeID, in request: inout Request,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireInteger(node)
        request.settings[setting] = node
    }

    private static func dropTier(_ node: NodeID, _ context: inout RecordContext) {
        let isNeutral = context.string(node, is: "auto") || context.string(node, is: "default")
        if !isNeutral { context.drop(node) }
    }

    private static func readStops(
        _ node: NodeID, into request: inout Request, _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireArray(node)
        request.stopNode = node
        for element in context.view.elements(node) {
            if try !context.text(element).isEmpty { request.stops.append(element) }
        }
    }

    private static func readMetadata(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.metadata, context.view)
        while let member = try reader.next() {
            guard member.name == .userID else {
                context.drop(member.value)
                continue
            }
            try context.requireString(member.value)
            request.settings[.user] = member.value
        }
    }
}
