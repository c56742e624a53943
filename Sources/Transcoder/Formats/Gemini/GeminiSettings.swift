// SPDX-License-Identifier: Apache-2.0

// Reads a GenerationConfig: sampling, the form of the answer, thinking.

import JSONLCodec

/// What of a GenerationConfig can only be read once all its members are known.
struct GeminiSettings {
    private var logprobs: NodeID?
    private var mimeType: NodeID?
    private var schema: NodeID?
    private var jsonSchema: NodeID?

    init() {}

    /// Takes one member.
    ///
    /// - Throws: `wrong_type`; `content.unsupported:modality` where other than text is asked for.
    mutating func take(
        _ name: GeminiConfigMember, _ value: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        switch name {
        case .temperature: try takeNumber(.temperature, value, into: &request, context)
        case .topP: try takeNumber(.topP, value, into: &request, context)
        case .topK: try takeInteger(.topK, value, into: &request, context)
        case .maxOutputTokens: try takeInteger(.maxOutputTokens, value, into: &request, context)
        case .seed: try takeInteger(.seed, value, into: &request, context)
        case .candidateCount:
            if try context.integer(value) != 1 { request.settings[.choiceCount] = value }
        case .presencePenalty:
            try takePenalty(.presencePenalty, value, into: &request, context)
        case .frequencyPenalty:
            try takePenalty(.frequencyPenalty, value, into: &request, context)
        case .responseLogprobs:
            if try context.bool(value) { request.settings[.logprobs] = value }
        case .logprobs:
            try context.requireInteger(value)
            logprobs = value
        case .stopSequences: try takeStops(value, into: &request, context)
        case .responseMimeType:
            try context.requireString(value)
            mimeType = value
        case .responseSchema: schema = value
        case .responseJsonSchema: jsonSchema = value
        case .thinkingConfig: try takeThinking(value, into: &request, &context)
        case .responseModalities: try requireText(value, context)
        case .speechConfig, .imageConfig:
            guard context.isNeutral(value) else {
                throw RecordError(
                    .unsupportedModality, at: value, "other answers than text are not converted")
            }
        }
    }

    private func takeNumber(
        _ setting: Setting, _ value: NodeID, into request: inout Request,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireNumber(value)
        request.settings[setting] = value
    }

    private func takeInteger(
        _ setting: Setting, _ value: NodeID, into request: inout Request,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        // A seed may have more digits than a word holds: what matters then is that it is out of
        // the targets' range, which the rules find out.
        if setting == .seed, context.view.kind(value) == .number {
            request.settings[setting] = value
            return
        }
        try context.requireInteger(value)
        request.settings[setting] = value
    }

    private func takePenalty(
        _ setting: Setting, _ value: NodeID, into request: inout Request,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireNumber(value)
        if context.view.number(value)?.significand != 0, context.view.integer(value) != 0 {
            request.settings[setting] = value
        }
    }

    private func takeStops(
        _ value: NodeID, into request: inout Request, _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireArray(value)
        request.stopNode = value
        for stop in context.view.elements(value) {
            try context.requireString(stop)
            if !context.view.isEmpty(stop) { request.stops.append(stop) }
        }
    }

    private func requireText(
        _ value: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireArray(value)
        for modality in context.view.elements(value) {
            let isText =
                context.string(modality, is: "TEXT") || context.string(modality, is: "text")
                || context.string(modality, is: "Text")
                || context.string(modality, is: "MODALITY_UNSPECIFIED")
            guard isText else {
                throw RecordError(
                    .unsupportedModality, at: value, "other answers than text are not converted")
            }
        }
    }

    private func takeThinking(
        _ config: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try MemberReader(config, GeminiThinkingMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .includeThoughts:
                if try context.bool(value) { request.reasoning.includeThoughts = value }
            case .thinkingBudget:
                request.reasoning.budget = max(try context.integer(value), -1)
                request.reasoning.budgetNode = value
                request.reasoning.thinkingNode = value
            case .thinkingLevel:
                try context.requireString(value)
                if context.string(value, is: "THINKING_LEVEL_UNSPECIFIED") { continue }
                let effort = ReasoningSettings.Effort(geminiLevel: context.view.interior(value))
                request.reasoning.effort = effort
                if effort != nil {
                    request.reasoning.effortNode = value
                } else {
                    context.drop(value)
                }
            case nil:
                context.drop(value)
            }
        }
    }

    // MARK: - Once all members are known

    /// Settles the settings that depend on each other.
    func settle(
        into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if let logprobs, request.settings[.logprobs] != nil {
            request.settings[.topLogprobs] = logprobs
        }
        if let mimeType, context.string(mimeType, is: "text/x.enum") {
            // As a schema of an answer in JSON its words would come in quotes.
            context.lose(.paramDropped, at: mimeType)
            if let schema { context.drop(schema) }
            if let jsonSchema { context.drop(jsonSchema) }
            return
        }
        if let found = try findSchema(&context) {
            request.responseFormat = .schema(ResponseSchema(found, at: found.node))
        } else if let mimeType {
            if context.string(mimeType, is: "application/json") {
                request.responseFormat = .json(mimeType)
            } else if !context.string(mimeType, is: "text/plain") {
                context.lose(.paramDropped, at: mimeType)
            }
        }
    }

    private func findSchema(_ context: inout RecordContext) throws(RecordError) -> Schema? {
        var found: Schema?
        if let schema {
            try context.requireObject(schema)
            if !context.isNeutral(schema) { found = Schema(.value(schema), .openAPI, at: schema) }
        }
        if let jsonSchema {
            try context.requireObject(jsonSchema)
            if found != nil {
                context.drop(jsonSchema)
            } else if !context.isNeutral(jsonSchema) {
                found = Schema(.value(jsonSchema), .jsonSchema, at: jsonSchema)
            }
        }
        return found
    }
}
