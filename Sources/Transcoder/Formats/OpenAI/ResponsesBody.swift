// SPDX-License-Identifier: Apache-2.0

// Reads the bodies of the Responses API, OpenAI's newer way to ask.

import JSONLCodec

/// The body of a Responses request.
enum ResponsesBody {
    static let capabilities = Capabilities(
        family: .responses,
        paths: TargetPaths(
            tools: "body.tools", maxOutputTokens: "body.max_output_tokens",
            responseFormat: "body.text.format"),
        writesModel: true,
        keepsErrorStatus: false,
        settings: SettingSet(
            .maxOutputTokens, .temperature, .topP, .logprobs, .topLogprobs, .parallelToolCalls,
            .user, .verbosity),
        stopLimit: 0,
        hasJSONMode: true,
        keepsSchemaDescription: true,
        keepsStrictTools: true,
        toolChoice: .chat,
        reasoning: .responses,
        metadata: .chat,
        media: .responses,
        takesMediaURLs: true)

    /// Members that can be judged only when the whole body was seen.
    private struct Late {
        var input: NodeID?
        var instructions: NodeID?
        var logprobs: NodeID?
        var topLogprobs: NodeID?
    }

    /// Fills in a request from a body.
    ///
    /// - Throws: What is wrong in every target.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.body = body
        request.sourceFamily = .responses
        var late = Late()
        var members = try MemberReader(body, ResponsesTerms.body, context.view)
        while let member = try members.next() {
            guard let name = member.name else {
                context.drop(member.value)
                continue
            }
            try read(name, member, &late, into: &request, &context)
        }
        if let node = late.logprobs {
            request.settings[.logprobs] = node
            request.settings[.topLogprobs] = late.topLogprobs
        }
        if let instructions = late.instructions {
            request.system.append(TextPart(try context.text(instructions), at: instructions))
        }
        guard let input = late.input else { throw .missing("input", in: body) }
        try ResponsesInput.read(input, into: &request, &context)
    }

    private static func read(
        _ name: ResponsesTerms.BodyMember, _ member: MemberReader<ResponsesTerms.BodyMember>.Member,
        _ late: inout Late, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        let value = member.value
        switch name {
        case .model:
            try context.requireString(value)
            request.model = value
        case .input:
            late.input = value
        case .instructions:
            late.instructions = value
        case .topLogprobs:
            late.topLogprobs = try ChatSettings.wholeNumber(value, context)
        case .include:
            late.logprobs = try readIncluded(value, &context)
        case .tools:
            try ResponsesTools.read(value, into: &request, &context)
        case .toolChoice:
            try ChatTools.readChoice(value, isFlat: true, into: &request, &context)
        case .text:
            try readText(value, into: &request, &context)
        case .reasoning:
            try readReasoning(value, into: &request, &context)
        case .previousResponseID, .conversation, .prompt:
            throw RecordError(
                .unsupportedBlock, at: value,
                "a part of the prompt is kept in the provider's account")
        case .truncation:
            if !context.string(value, is: "disabled") { context.drop(value) }
        case .background:
            if try context.bool(value) { context.drop(value) }
        case .store:
            // What is not said means yes here, and no in a chat.
            if try context.bool(value) {
                request.keep(member.key, value, .paramDropped, of: .responses, context)
            }
        case .safetyIdentifier:
            try context.requireString(value)
            request.keep(member.key, value, .safetyDropped, of: .responses, context)
        case .moderation:
            request.keep(member.key, value, .safetyDropped, of: .responses, context)
        case .promptCacheKey, .promptCacheRetention:
            try context.requireString(value)
            request.keep(member.key, value, .cacheDropped, of: .responses, context)
        case .promptCacheOptions:
            request.keep(member.key, value, .cacheDropped, of: .responses, context)
        case .temperature, .topP, .maxOutputTokens, .parallelToolCalls, .user, .stream, .metadata,
            .serviceTier:
            try ChatSettings.read(name.chatName, value, into: &request, &context)
        }
    }

    // MARK: - Objects of settings

    /// Reads `include`: of what it can ask for, chats have the log probabilities alone.
    private static func readIncluded(
        _ list: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> NodeID? {
        try context.requireArray(list)
        var logprobs: NodeID?
        for element in context.view.elements(list) {
            try context.requireString(element)
            if context.string(element, is: "message.output_text.logprobs") {
                logprobs = element
            } else {
                context.drop(element)
            }
        }
        return logprobs
    }

    private static func readText(
        _ text: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try MemberReader(text, ResponsesTerms.text, context.view)
        while let member = try members.next() {
            switch member.name {
            case .format: try readFormat(member.value, into: &request, &context)
            case .verbosity:
                try ChatSettings.read(.verbosity, member.value, into: &request, &context)
            case nil: context.drop(member.value)
            }
        }
    }

    private static func readFormat(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var type: NodeID?
        var others: [NodeID] = []
        var members = try MemberReader(node, ResponsesTerms.format, context.view)
        while let member = try members.next() {
            if member.name == .type { type = member.value } else { others.append(member.value) }
        }
        guard let type else {
            if context.isNeutral(node) { return }
            throw .missing("type", in: node)
        }
        try context.requireString(type)
        if context.string(type, is: "json_schema") {
            return try ChatSettings.readSchema(node, at: node, into: &request, &context)
        }
        for other in others { context.drop(other) }
        ChatSettings.readFormat(type, at: node, into: &request, &context)
    }

    private static func readReasoning(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var older: NodeID?
        var members = try MemberReader(node, ResponsesTerms.reasoning, context.view)
        while let member = try members.next() {
            switch member.name {
            case .effort:
                try ChatSettings.read(.reasoningEffort, member.value, into: &request, &context)
            case .summary:
                try context.requireString(member.value)
                request.reasoning.includeThoughts = member.value
            case .generateSummary: older = member.value
            case nil: context.drop(member.value)
            }
        }
        guard let older else { return }
        try context.requireString(older)
        request.reasoning.includeThoughts = request.reasoning.includeThoughts ?? older
    }
}

extension ResponsesTerms.BodyMember {
    /// The member of chat bodies that means the same.
    fileprivate var chatName: ChatTerms.BodyMember {
        switch self {
        case .temperature: .temperature
        case .topP: .topP
        case .maxOutputTokens: .maxCompletionTokens
        case .parallelToolCalls: .parallelToolCalls
        case .user: .user
        case .stream: .stream
        case .serviceTier: .serviceTier
        default: .metadata
        }
    }
}
