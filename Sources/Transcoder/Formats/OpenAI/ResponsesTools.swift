// SPDX-License-Identifier: Apache-2.0

// Reads and writes the tools of Responses bodies, whose members stand beside the type.

import JSONLCodec

/// Tools of a Responses body.
enum ResponsesTools {
    /// Reads `tools`.
    static func read(
        _ tools: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(tools)
        for tool in context.view.elements(tools) {
            var type: NodeID?
            for (key, value) in context.view.members(tool) where context.string(key, is: "type") {
                type = value
            }
            guard let type else {
                try context.requireObject(tool)
                throw .missing("type", in: tool)
            }
            try context.requireString(type)
            if context.string(type, is: "custom") { throw .customTool(tool) }
            if context.string(type, is: "function") {
                request.tools.append(try function(tool, &context))
            } else {
                // Search, interpreters and the like, which run at the provider.
                context.lose(.paramDropped, at: tool)
            }
        }
    }

    private static func function(
        _ node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Tool {
        var definition = FunctionDefinition()
        var members = try MemberReader(node, ResponsesTerms.tool, context.view)
        while let member = try members.next() {
            switch member.name {
            case .type: break
            case .name: definition.name = member.value
            case .description: definition.description = member.value
            case .parameters: definition.parameters = member.value
            case .strict: definition.strict = member.value
            case nil: context.drop(member.value)
            }
        }
        return try definition.tool(in: node, at: node, context)
    }

    // MARK: - Writing

    /// Writes a function with all members: what is left out means `strict` here.
    static func write(
        _ tool: Tool, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"type\":\"function\",\"name\":")
        context.write(tool.name, to: &output)
        if let description = tool.description {
            output.append(",\"description\":")
            context.write(description, to: &output)
        }
        output.append(",\"parameters\":")
        if let schema = tool.schema {
            try SchemaWriter.writeJSONSchema(schema, to: &output, &context)
        } else {
            output.append("null")
        }
        output.append(tool.strict == nil ? ",\"strict\":false}" : ",\"strict\":true}")
    }
}
