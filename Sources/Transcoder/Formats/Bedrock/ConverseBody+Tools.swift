// SPDX-License-Identifier: Apache-2.0

// The tools of a Converse body: definitions and the choice among them.

import JSONLCodec

extension ConverseBody {
    /// Reads `toolConfig`.
    static func readToolConfig(
        _ config: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try BedrockMembers(config, context)
        while let member = try members.next() {
            switch member.name {
            case .tools:
                try context.requireArray(member.value)
                for tool in context.view.elements(member.value) {
                    try readTool(tool, into: &request, &context)
                }
            case .toolChoice: try readToolChoice(member.value, into: &request, &context)
            default: context.drop(member.value)
            }
        }
    }

    private static func readTool(
        _ tool: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try BedrockMembers(tool, context)
        var isEmpty = true
        while let member = try members.next() {
            isEmpty = false
            switch member.name {
            case .toolSpec: try readToolSpec(member.value, into: &request, &context)
            case .cachePoint: context.lose(.cacheDropped, at: member.value)
            // Built-in tools, which are never neutral (ruling I-A1).
            default: context.lose(.paramDropped, at: member.value)
            }
        }
        if isEmpty { throw .missing("toolSpec", in: tool) }
    }

    private static func readToolSpec(
        _ spec: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var name: NodeID?
        var description: NodeID?
        var schema: Schema?
        var strict: NodeID?
        var members = try BedrockMembers(spec, context)
        while let member = try members.next() {
            switch member.name {
            case .name: name = member.value
            case .description:
                if try !context.text(member.value).isEmpty { description = member.value }
            case .strict: if try context.bool(member.value) { strict = member.value }
            case .inputSchema: schema = try readInputSchema(member.value, &context)
            default: context.drop(member.value)
            }
        }
        guard let name else { throw .missing("name", in: spec) }
        var tool = Tool(name: try context.text(name), nameNode: name, at: spec)
        tool.description = description
        tool.schema = schema
        tool.strict = strict
        request.tools.append(tool)
    }

    private static func readInputSchema(
        _ schema: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Schema? {
        var result: Schema?
        var members = try BedrockMembers(schema, context)
        while let member = try members.next() {
            if member.name == .json {
                result = Schema(.value(member.value), .jsonSchema, at: member.value)
            } else {
                context.drop(member.value)
            }
        }
        return result
    }

    private static func readToolChoice(
        _ choice: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try BedrockMembers(choice, context)
        while let member = try members.next() {
            switch member.name {
            case .auto: request.toolChoice = .auto
            case .any: request.toolChoice = .any
            case .tool:
                var name: NodeID?
                var inner = try BedrockMembers(member.value, context)
                while let member = try inner.next() {
                    if member.name == .name { name = member.value }
                }
                guard let name else { throw .missing("name", in: member.value) }
                try context.requireString(name)
                request.toolChoice = .tool(name)
            default:
                context.drop(member.value)
                continue
            }
            request.toolChoiceNode = choice
        }
    }
}
