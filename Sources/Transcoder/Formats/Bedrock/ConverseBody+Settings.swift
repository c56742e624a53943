// SPDX-License-Identifier: Apache-2.0

// The settings of a Converse body: sampling, tools, the form of the answer, reasoning.

import JSONLCodec

extension ConverseBody {
    // MARK: - Sampling

    /// Reads `inferenceConfig`; Nova has more members in it than Converse.
    static func readInference(
        _ config: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var other: [(Setting, NodeID)] = []
        var members = try BedrockMembers(config, context)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .maxTokens: try set(.maxOutputTokens, value, &request, context)
            case .temperature: try set(.temperature, value, &request, context)
            case .topP: try set(.topP, value, &request, context)
            case .topK: try set(.topK, value, &request, context)
            case .maxNewTokens: other.append((.maxOutputTokens, value))
            case .snakeTopP: other.append((.topP, value))
            case .snakeTopK: other.append((.topK, value))
            case .stopSequences: try readStops(value, into: &request, context)
            case .reasoningConfig: try readReasoningConfig(value, into: &request, &context)
            default: context.drop(value)
            }
        }
        // The older spellings of Nova give way to those of Converse.
        for (setting, value) in other {
            if request.settings[setting] == nil {
                try set(setting, value, &request, context)
            } else {
                context.lose(.paramDropped, at: value)
            }
        }
    }

    private static func set(
        _ setting: Setting, _ value: NodeID, _ request: inout Request,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        switch setting {
        case .maxOutputTokens, .topK: try context.requireInteger(value)
        default: try context.requireNumber(value)
        }
        request.settings[setting] = value
    }

    private static func readStops(
        _ stops: NodeID, into request: inout Request, _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireArray(stops)
        for stop in context.view.elements(stops) {
            guard try !context.text(stop).isEmpty else { continue }
            request.stops.append(stop)
        }
        request.stopNode = stops
    }

    // MARK: - The model's own fields

    /// Reads `additionalModelRequestFields`: members that a family of models understands.
    static func readFields(
        _ fields: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try BedrockMembers(fields, context)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .snakeTopK, .topK: try setTopK(value, into: &request, &context)
            case .thinking: try readThinking(value, into: &request, &context)
            case .reasoningEffort: try readEffort(value, into: &request, &context)
            case .reasoningConfig: try readReasoningConfig(value, into: &request, &context)
            case .inferenceConfig:
                var inner = try BedrockMembers(value, context)
                while let member = try inner.next() {
                    if member.name == .topK {
                        try setTopK(member.value, into: &request, &context)
                    } else {
                        context.drop(member.value)
                    }
                }
            case .snakeOutputConfig:
                var inner = try BedrockMembers(value, context)
                while let member = try inner.next() {
                    if member.name == .effort {
                        try readEffort(member.value, into: &request, &context)
                    } else {
                        context.drop(member.value)
                    }
                }
            default: context.drop(value)
            }
        }
    }

    private static func setTopK(
        _ value: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if request.settings[.topK] == nil {
            try set(.topK, value, &request, context)
        } else {
            context.lose(.paramDropped, at: value)
        }
    }

    /// Reads Claude's `thinking`.
    private static func readThinking(
        _ thinking: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var type: NodeID?
        var budget: NodeID?
        var others: [NodeID] = []
        var members = try BedrockMembers(thinking, context)
        while let member = try members.next() {
            switch member.name {
            case .type: type = member.value
            case .budgetTokens: budget = member.value
            default: others.append(member.value)
            }
        }
        guard let type else {
            if !context.view.isEmpty(thinking) { throw .missing("type", in: thinking) }
            return
        }
        try context.requireString(type)
        if context.string(type, is: "enabled") {
            guard let budget else { throw .missing("budget_tokens", in: thinking) }
            request.reasoning.budget = try context.integer(budget)
            request.reasoning.budgetNode = budget
            request.reasoning.thinkingNode = thinking
            for other in others { context.drop(other) }
        } else if context.string(type, is: "disabled") {
            request.reasoning.budget = 0
            request.reasoning.thinkingNode = thinking
        } else {
            // `adaptive`, and whatever is new.
            context.lose(.paramDropped, at: thinking)
        }
    }

    /// Reads the `reasoningConfig` of Nova 2: `{"type", "maxReasoningEffort"}`.
    static func readReasoningConfig(
        _ config: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var type: NodeID?
        var effort: NodeID?
        var members = try BedrockMembers(config, context)
        while let member = try members.next() {
            switch member.name {
            case .type: type = member.value
            case .maxReasoningEffort: effort = member.value
            default: context.drop(member.value)
            }
        }
        if let type {
            try context.requireString(type)
            if context.string(type, is: "disabled") {
                request.reasoning.budget = 0
                request.reasoning.thinkingNode = config
                return
            }
        }
        if let effort {
            try readEffort(effort, into: &request, &context)
        } else if !context.isNeutral(config) {
            context.lose(.paramDropped, at: config)
        }
    }

    private static func readEffort(
        _ effort: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireString(effort)
        guard request.reasoning.effort == nil,
            let known = ReasoningSettings.Effort(bedrock: effort, context.view)
        else { return context.lose(.paramDropped, at: effort) }
        request.reasoning.effort = known
        request.reasoning.effortNode = effort
    }

    // MARK: - The form of the answer

    /// Reads `outputConfig`: a schema as a string, and the effort.
    static func readOutputConfig(
        _ config: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try BedrockMembers(config, context)
        while let member = try members.next() {
            switch member.name {
            case .effort: try readEffort(member.value, into: &request, &context)
            case .textFormat: try readTextFormat(member.value, into: &request, &context)
            default: context.drop(member.value)
            }
        }
    }

    private static func readTextFormat(
        _ format: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var type: NodeID?
        var schema: NodeID?
        var members = try BedrockMembers(format, context)
        while let member = try members.next() {
            switch member.name {
            case .type: type = member.value
            case .structure:
                var inner = try BedrockMembers(member.value, context)
                while let member = try inner.next() {
                    if member.name == .jsonSchema {
                        schema = member.value
                    } else {
                        context.drop(member.value)
                    }
                }
            default: context.drop(member.value)
            }
        }
        if let type {
            try context.requireString(type)
            // `json_schema` is the only type there is.
            if !context.string(type, is: "json_schema") {
                return context.lose(.paramDropped, at: format)
            }
        }
        if let schema {
            try readSchema(schema, of: format, into: &request, &context)
        } else if type != nil {
            throw .missing("structure", in: format)
        }
    }

    private static func readSchema(
        _ node: NodeID, of format: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var schema: NodeID?
        var name: NodeID?
        var description: NodeID?
        var members = try BedrockMembers(node, context)
        while let member = try members.next() {
            switch member.name {
            case .schema: schema = member.value
            case .name: name = member.value
            case .description: description = member.value
            default:
                context.drop(member.value)
                continue
            }
            try context.requireString(member.value)
        }
        guard let schema else { throw .missing("schema", in: node) }
        var result = ResponseSchema(
            Schema(.string(schema), .jsonSchema, at: schema), at: format)
        result.name = name
        result.description = description
        request.responseFormat = .schema(result)
    }
}
