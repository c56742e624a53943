// SPDX-License-Identifier: Apache-2.0

// Reads the body of a request: a GenerateContentRequest, in either spelling of its members.

import JSONLCodec

/// The body of Gemini requests.
///
/// Members are read as `camelCase` and `snake_case`, everywhere but in arguments, responses of
/// tools and schemas, whose names are data.
enum GenerateContentBody {
    /// The members of a body that are read once all are known, since they come in any order.
    struct Members {
        var contents: NodeID?
        var systemInstruction: NodeID?
        var tools: NodeID?
        var toolConfig: NodeID?
        var labels: NodeID?
        var generationConfig: NodeID?
        var config: NodeID?
        var safetySettings: ExtraMember?
        var settings = GeminiSettings()

        init() {}
    }

    /// Reads a body.
    ///
    /// - Throws: What is wrong in every target.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.body = body
        request.sourceFamily = .generateContent
        var members = Members()
        try readMembers(body, &members, &context)
        guard let contents = members.contents else { throw .missing("contents", in: body) }
        if let config = members.config {
            context.lose(.paramApproximated, at: config)
            try readFlatConfig(config, &members, into: &request, &context)
        }
        if let config = members.generationConfig {
            try readConfig(config, &members.settings, into: &request, &context)
        }
        try members.settings.settle(into: &request, &context)
        if let system = members.systemInstruction {
            try readSystem(system, into: &request, &context)
        }
        try readContents(contents, into: &request, &context)
        if let tools = members.tools { try readTools(tools, into: &request, &context) }
        if let config = members.toolConfig { try readToolConfig(config, into: &request, &context) }
        if let labels = members.labels { try readLabels(labels, into: &request, &context) }
        if let settings = members.safetySettings { request.extras.append(settings) }
    }

    private static func readMembers(
        _ body: NodeID, _ members: inout Members, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(body, GeminiBodyMember.table, context.view)
        while let member = try reader.next() {
            if let name = member.name {
                try take(name, member.key, member.value, &members, &context)
            } else {
                context.drop(member.value)
            }
        }
    }

    private static func take(
        _ name: GeminiBodyMember, _ key: NodeID, _ value: NodeID, _ members: inout Members,
        _ context: inout RecordContext
    ) throws(RecordError) {
        switch name {
        case .contents: members.contents = value
        // Beside `contents`: a body with nothing else is one of embeddings.
        case .content: context.drop(value)
        case .systemInstruction: members.systemInstruction = value
        case .tools: members.tools = value
        case .toolConfig: members.toolConfig = value
        case .labels: members.labels = value
        case .generationConfig: members.generationConfig = value
        case .config: members.config = value
        case .safetySettings:
            guard !context.isNeutral(value) else { return }
            members.safetySettings = ExtraMember(
                key: key, value: value, code: .safetyDropped, family: .generateContent)
        case .modelArmorConfig: context.drop(value, code: .safetyDropped)
        case .cachedContent:
            throw RecordError(
                .unsupportedBlock, at: value, "cached content belongs to one provider account")
        case .model: break
        case .serviceTier:
            let isDefault =
                context.string(value, is: "auto") || context.string(value, is: "default")
                || context.string(value, is: "SERVICE_TIER_UNSPECIFIED")
            if !isDefault { context.drop(value) }
        case .store:
            if context.view.kind(value) != .false { context.drop(value) }
        }
    }

    /// Reads the SDK's `config`, which is flat where the API has several objects.
    private static func readFlatConfig(
        _ config: NodeID, _ members: inout Members, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(config, GeminiFlatMember.table, context.view)
        while let member = try reader.next() {
            guard let name = member.name else {
                context.drop(member.value)
                continue
            }
            if let name = GeminiBodyMember(rawValue: name.rawValue) {
                try take(name, member.key, member.value, &members, &context)
            } else if let name = GeminiConfigMember(rawValue: name.rawValue) {
                try members.settings.take(name, member.value, into: &request, &context)
            }
        }
    }

    private static func readConfig(
        _ config: NodeID, _ settings: inout GeminiSettings, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(config, GeminiConfigMember.table, context.view)
        while let member = try reader.next() {
            if let name = member.name {
                try settings.take(name, member.value, into: &request, &context)
            } else {
                context.drop(member.value)
            }
        }
    }

    private static func readLabels(
        _ labels: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireObject(labels)
        try context.view.requireDistinctKeys(labels)
        for (key, value) in context.view.members(labels) where context.view.kind(value) != .null {
            try context.requireString(value)
            request.metadata.append(MetadataPair(key: key, value: value))
        }
    }
}
