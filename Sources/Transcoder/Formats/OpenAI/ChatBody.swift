// SPDX-License-Identifier: Apache-2.0

// Reads chat completion bodies: OpenAI's, and those of models that speak its dialect elsewhere.

import JSONLCodec

/// The body of a chat completion request.
enum ChatBody {
    static let capabilities = Capabilities(
        family: .chat,
        paths: TargetPaths(
            tools: "body.tools",
            maxOutputTokens: "body.max_completion_tokens", responseFormat: "body.response_format"),
        writesModel: true,
        resultsComeFirst: true,
        textComesBeforeCalls: true,
        keepsErrorStatus: false,
        settings: SettingSet(
            .maxOutputTokens, .temperature, .topP, .seed, .choiceCount, .presencePenalty,
            .frequencyPenalty, .logprobs, .topLogprobs, .logitBias, .parallelToolCalls, .user,
            .verbosity),
        stopLimit: 4,
        hasJSONMode: true,
        keepsSchemaDescription: true,
        keepsStrictTools: true,
        toolChoice: .chat,
        reasoning: .chat,
        metadata: .chat,
        media: .chat,
        takesMediaURLs: true)

    /// Members that can be judged only when the whole body was seen.
    private struct Late {
        var messages: NodeID?
        var maxTokens: NodeID?
        var logprobs: NodeID?
        var topLogprobs: NodeID?
        var functionCall: NodeID?
    }

    /// Fills in a request from a body.
    ///
    /// - Throws: What is wrong in every target.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.body = body
        request.sourceFamily = .chat
        var late = Late()
        var members = try MemberReader(body, ChatTerms.body, context.view)
        while let member = try members.next() {
            guard let name = member.name else {
                context.drop(member.value)
                continue
            }
            try read(name, member, &late, into: &request, &context)
        }
        if let limit = late.maxTokens, request.settings[.maxOutputTokens] == nil {
            request.settings[.maxOutputTokens] = limit
        }
        if let node = late.logprobs {
            request.settings[.logprobs] = node
            request.settings[.topLogprobs] = late.topLogprobs
        }
        if let choice = late.functionCall {
            if request.toolChoiceNode == nil {
                try ChatTools.readChoice(choice, isFlat: true, into: &request, &context)
            } else {
                context.drop(choice)
            }
        }
        guard let messages = late.messages else { throw .missing("messages", in: body) }
        try ChatMessages.read(messages, into: &request, &context)
    }

    private static func read(
        _ name: ChatTerms.BodyMember, _ member: MemberReader<ChatTerms.BodyMember>.Member,
        _ late: inout Late, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        let value = member.value
        switch name {
        case .model:
            try context.requireString(value)
            request.model = value
        case .messages:
            late.messages = value
        case .maxTokens:
            late.maxTokens = try ChatSettings.wholeNumber(value, context)
        case .logprobs:
            if try context.bool(value) { late.logprobs = value }
        case .topLogprobs:
            late.topLogprobs = try ChatSettings.wholeNumber(value, context)
        case .tools:
            try ChatTools.read(value, into: &request, &context)
        case .functions:
            try ChatTools.readFunctions(value, into: &request, &context)
        case .toolChoice:
            try ChatTools.readChoice(value, isFlat: false, into: &request, &context)
        case .functionCall:
            late.functionCall = value
        case .responseFormat:
            try ChatSettings.readFormat(value, into: &request, &context)
        case .store:
            // What is not said means no here, and yes to the other endpoint.
            let isStored = try context.bool(value)
            request.extras.append(
                ExtraMember(
                    key: member.key, value: value, code: isStored ? .paramDropped : nil,
                    family: isStored ? .chat : .responses, isShared: isStored))
        case .prediction:
            request.keep(
                member.key, value, .paramDropped, of: .chat, isShared: false, context)
        case .webSearchOptions:
            // A tool, and so never neutral; an empty one is all the same worth nothing elsewhere.
            if context.isNeutral(value) {
                context.lose(.paramDropped, at: value)
            } else {
                request.keep(
                    member.key, value, .paramDropped, of: .chat, isShared: false, context)
            }
        case .safetyIdentifier:
            try context.requireString(value)
            request.keep(member.key, value, .safetyDropped, of: .chat, context)
        case .moderation:
            request.keep(member.key, value, .safetyDropped, of: .chat, context)
        case .promptCacheKey, .promptCacheRetention:
            try context.requireString(value)
            request.keep(member.key, value, .cacheDropped, of: .chat, context)
        case .promptCacheOptions:
            request.keep(member.key, value, .cacheDropped, of: .chat, context)
        case .temperature, .topP, .topK, .n, .seed, .randomSeed, .presencePenalty,
            .frequencyPenalty, .logitBias, .maxCompletionTokens, .parallelToolCalls, .user, .stop,
            .stream, .modalities, .audio, .metadata, .reasoningEffort, .serviceTier, .verbosity:
            try ChatSettings.read(name, value, into: &request, &context)
        }
    }
}

extension Request {
    /// Keeps a member that only OpenAI's bodies know, unless its value is neutral.
    mutating func keep(
        _ key: NodeID, _ value: NodeID, _ code: LossCode, of family: BodyFamily,
        isShared: Bool = true, _ context: borrowing RecordContext
    ) {
        guard !context.isNeutral(value) else { return }
        extras.append(
            ExtraMember(
                key: key, value: value, code: code, family: family, isShared: isShared))
    }
}
