// SPDX-License-Identifier: Apache-2.0

// How much a model is to think, and in which form it is to answer: `thinking`, `output_config`.

import JSONLCodec

extension MessagesBody {
    /// Reads `thinking`: a budget, or that there is to be none.
    ///
    /// What only Claude knows (`adaptive`) is kept for bodies of the same dialect.
    static func readThinking(
        _ key: NodeID, _ node: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.thinking, context.view)
        var type: NodeID?
        var budget: NodeID?
        var display: NodeID?
        while let member = try reader.next() {
            switch member.name {
            case .type: type = member.value
            case .budgetTokens: budget = member.value
            case nil: display = member.value
            }
        }
        guard let type else { throw .missing("type", in: node) }
        try context.requireString(type)
        if context.string(type, is: "enabled") {
            guard let budget else { throw .missing("budget_tokens", in: node) }
            request.reasoning.budget = try context.integer(budget)
            request.reasoning.budgetNode = budget
            request.reasoning.thinkingNode = node
            if let display { context.drop(display) }
        } else if context.string(type, is: "disabled") {
            request.reasoning.budget = 0
            request.reasoning.thinkingNode = node
        } else {
            request.extras.append(
                ExtraMember(key: key, value: node, code: .paramDropped, family: .messages))
        }
    }

    /// Reads `output_config`: the effort, and the form of the answer.
    static func readOutputConfig(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.outputConfig, context.view)
        while let member = try reader.next() {
            switch member.name {
            case .effort: try readEffort(member.value, into: &request, &context)
            case .format: try readFormat(member.value, into: &request, &context)
            case nil: context.drop(member.value)
            }
        }
    }

    private static func readEffort(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireString(node)
        let effort: ReasoningSettings.Effort? =
            if context.string(node, is: "low") {
                .low
            } else if context.string(node, is: "medium") {
                .medium
            } else if context.string(node, is: "high") {
                .high
            } else if context.string(node, is: "xhigh") {
                .xhigh
            } else if context.string(node, is: "max") {
                .max
            } else {
                nil
            }
        guard let effort else { return context.drop(node) }
        request.reasoning.effort = effort
        request.reasoning.effortNode = node
    }

    /// Reads `output_config.format`, or `output_format` as it was called before.
    static func readFormat(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if case .schema = request.responseFormat { return context.drop(node) }
        var reader = try MemberReader(node, AnthropicTerms.outputFormat, context.view)
        var type: NodeID?
        var schema: NodeID?
        while let member = try reader.next() {
            switch member.name {
            case .type: type = member.value
            case .schema: schema = member.value
            case nil: context.drop(member.value)
            }
        }
        if let type {
            try context.requireString(type)
            if !context.string(type, is: "json_schema") { return context.drop(node) }
        }
        guard let schema else {
            // An empty object asks for nothing.
            if context.isNeutral(node) { return }
            throw .missing("schema", in: node)
        }
        request.responseFormat = .schema(
            ResponseSchema(Schema(.value(schema), .jsonSchema, at: schema), at: node))
    }

    // MARK: - Writing

    /// Writes `thinking` and `output_config` where they are asked for.
    static func writeReasoning(
        _ request: Request, _ members: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        if let budget = request.reasoning.budget {
            members.begin("thinking", &output)
            if budget > 0 {
                output.append("{\"type\":\"enabled\",\"budget_tokens\":")
                output.append(decimal: budget)
                output.append("}")
            } else {
                output.append("{\"type\":\"disabled\"}")
            }
        }
        var config = MemberList()
        if let effort = request.reasoning.effort {
            members.begin("output_config", &output)
            config.begin("effort", &output)
            output.append(quoted: effort.name)
        }
        if case .schema(let format) = request.responseFormat {
            if config.hasNothing { members.begin("output_config", &output) }
            config.begin("format", &output)
            output.append("{\"type\":\"json_schema\",\"schema\":")
            try SchemaWriter.writeJSONSchema(format.schema, to: &output, &context)
            output.append("}")
        }
        if !config.hasNothing { config.endObject(&output) }
    }
}
