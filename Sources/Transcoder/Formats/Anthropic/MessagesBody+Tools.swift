// SPDX-License-Identifier: Apache-2.0

// Tools of a Messages body, and which of them the model is to call.

import JSONLCodec

extension MessagesBody {
    static func readTools(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(node)
        for tool in context.view.elements(node) {
            try readTool(tool, into: &request, &context)
        }
    }

    private static func readTool(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        // A tool that the provider runs itself has a type of its own; no other provider has it.
        for (name, value) in context.view.members(node)
        where context.view.string(name, is: "type") {
            let isCustom =
                context.string(value, is: "custom") || context.view.kind(value) == .null
            if !isCustom { return context.lose(.paramDropped, at: node) }
        }
        var reader = try MemberReader(node, AnthropicTerms.tool, context.view)
        var name: NodeID?
        var description: NodeID?
        var schema: Schema?
        var strict: NodeID?
        while let member = try reader.next() {
            let value = member.value
            switch member.name {
            case .type: continue
            case .name: name = value
            case .description: if try !context.text(value).isEmpty { description = value }
            case .inputSchema:
                try context.requireObject(value)
                schema = Schema(.value(value), .jsonSchema, at: value)
            case .strict: if try context.bool(value) { strict = value }
            case .cacheControl: context.drop(value, code: .cacheDropped)
            case nil: context.drop(value)
            }
        }
        guard let name else { throw .missing("name", in: node) }
        var tool = Tool(name: try context.text(name), nameNode: name, at: node)
        tool.description = description
        tool.schema = schema
        tool.strict = strict
        request.tools.append(tool)
    }

    static func readToolChoice(
        _ node: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(node, AnthropicTerms.toolChoice, context.view)
        var type: NodeID?
        var name: NodeID?
        while let member = try reader.next() {
            let value = member.value
            switch member.name {
            case .type: type = value
            case .name: name = value
            case .disableParallelToolUse:
                if try context.bool(value) { request.settings[.parallelToolCalls] = value }
            case nil: context.drop(value)
            }
        }
        guard let type else { throw .missing("type", in: node) }
        try context.requireString(type)
        if context.string(type, is: "auto") {
            request.toolChoice = .auto
        } else if context.string(type, is: "any") {
            request.toolChoice = .any
        } else if context.string(type, is: "none") {
            request.toolChoice = .none
        } else if context.string(type, is: "tool") {
            guard let name else { throw .missing("name", in: node) }
            try context.requireString(name)
            request.toolChoice = .tool(name)
        } else {
            return context.drop(node)
        }
        request.toolChoiceNode = node
    }

    // MARK: - Writing

    static func writeTools(
        _ request: Request, _ members: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        if request.tools.isEmpty {
            // The flag stands in the tool choice, which is refused without tools.
            if let flag = request.settings[.parallelToolCalls] {
                context.lose(.paramDropped, at: flag)
            }
            return
        }
        members.begin("tools", &output)
        var tools = MemberList()
        for tool in request.tools {
            tools.beginElement(&output)
            try write(tool, to: &output, &context)
        }
        tools.endArray(&output)
        writeToolChoice(request, &members, to: &output, context)
    }

    private static func write(
        _ tool: Tool, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = MemberList()
        members.begin("name", &output)
        context.write(tool.name, to: &output)
        if let description = tool.description {
            members.begin("description", &output)
            context.write(description, to: &output)
        }
        members.begin("input_schema", &output)
        if tool.isSynthesized {
            output.append("{\"type\":\"object\"}")
        } else if let schema = tool.schema, !context.isEmpty(schema) {
            try SchemaWriter.writeJSONSchema(schema, to: &output, &context)
        } else {
            output.append("{\"type\":\"object\",\"properties\":{}}")
        }
        if tool.strict != nil {
            members.begin("strict", &output)
            output.append("true")
        }
        members.endObject(&output)
    }

    private static func writeToolChoice(
        _ request: Request, _ members: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        let isSerial = request.settings[.parallelToolCalls] != nil
        let type: StaticString
        switch request.toolChoice {
        case .unspecified:
            // Auto is the default, and needed where the flag must stand somewhere.
            guard isSerial else { return }
            type = "auto"
        case .auto, .validated: type = "auto"
        case .any: type = "any"
        case .none: type = "none"
        case .tool: type = "tool"
        case .allowed(_, let isRequired): type = isRequired ? "any" : "auto"
        }
        members.begin("tool_choice", &output)
        output.append("{\"type\":")
        output.append(quoted: type)
        if case .tool(let name) = request.toolChoice {
            output.append(",\"name\":")
            request.write(toolName: name, to: &output, context)
        }
        // Where no tool is called, none are called at once.
        if case .none = request.toolChoice { return output.append("}") }
        output.append(isSerial ? ",\"disable_parallel_tool_use\":true}" : "}")
    }
}
