// SPDX-License-Identifier: Apache-2.0

// Reads tools, tool choices and tool calls of chat bodies, in today's and in the older spelling.

import JSONLCodec

/// Tools of a chat body.
enum ChatTools {
    // MARK: - Definitions

    /// Reads `tools`.
    static func read(
        _ tools: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(tools)
        for tool in context.view.elements(tools) {
            let entry = try Entry(tool, &context)
            if entry.isCustom(context) { throw .customTool(tool) }
            if let type = entry.type, !context.string(type, is: "function") {
                // Search, interpreters and the like, which run at the provider.
                context.lose(.paramDropped, at: tool)
                continue
            }
            entry.dropOthers(&context)
            guard let function = entry.function else { throw .missing("function", in: tool) }
            try readFunction(function, at: tool, into: &request, &context)
        }
    }

    /// Reads `functions`, the older spelling of tools (ruling H14).
    static func readFunctions(
        _ functions: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(functions)
        for function in context.view.elements(functions) {
            try readFunction(function, at: function, into: &request, &context)
        }
    }

    private static func readFunction(
        _ function: NodeID, at node: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var definition = FunctionDefinition()
        var members = try MemberReader(function, ChatTerms.function, context.view)
        while let member = try members.next() {
            switch member.name {
            case .name: definition.name = member.value
            case .description: definition.description = member.value
            case .parameters: definition.parameters = member.value
            case .strict: definition.strict = member.value
            case .arguments, nil: context.drop(member.value)
            }
        }
        request.tools.append(try definition.tool(in: function, at: node, context))
    }

    // MARK: - Choice

    /// Reads `tool_choice` or the older `function_call`.
    ///
    /// What is chosen stands in an object beside the type in chats of today, and else beside the
    /// type itself. Either is read; `isFlat` only tells what is missing.
    static func readChoice(
        _ choice: NodeID, isFlat: Bool, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        guard context.view.kind(choice) != .string else {
            return readNamedMode(choice, into: &request, &context)
        }
        let entry = try Entry(choice, &context)
        request.toolChoiceNode = choice
        if entry.isCustom(context) { throw .customTool(choice) }
        if let type = entry.type, context.string(type, is: "allowed_tools") {
            request.toolChoice = try allowed(entry, choice, isFlat: isFlat, &context)
            return
        }
        if let type = entry.type, !context.string(type, is: "function") {
            return context.lose(.paramDropped, at: choice)
        }
        var name = entry.name
        if let function = entry.function {
            var members = try MemberReader(function, ChatTerms.function, context.view)
            while let member = try members.next() {
                if member.name == .name { name = member.value } else { context.drop(member.value) }
            }
        }
        guard let name else {
            if let function = entry.function { throw .missing("name", in: function) }
            throw .missing(isFlat ? "name" : "function", in: choice)
        }
        try context.requireString(name)
        request.toolChoice = .tool(name)
    }

    private static func readNamedMode(
        _ choice: NodeID, into request: inout Request, _ context: inout RecordContext
    ) {
        if context.string(choice, is: "auto") {
            request.toolChoice = .auto
        } else if context.string(choice, is: "required") || context.string(choice, is: "any") {
            // Mistral's models say `any`.
            request.toolChoice = .any
        } else if context.string(choice, is: "none") {
            request.toolChoice = .none
        } else {
            return context.lose(.paramDropped, at: choice)
        }
        request.toolChoiceNode = choice
    }

    private static func allowed(
        _ entry: Entry, _ choice: NodeID, isFlat: Bool, _ context: inout RecordContext
    ) throws(RecordError) -> ToolChoice {
        var mode = entry.mode
        var tools = entry.tools
        if let list = entry.allowed {
            let inner = try Entry(list, &context)
            mode = inner.mode
            tools = inner.tools
        }
        guard let tools else {
            if let list = entry.allowed { throw .missing("tools", in: list) }
            throw .missing(isFlat ? "tools" : "allowed_tools", in: choice)
        }
        try context.requireArray(tools)
        var isRequired = false
        if let mode {
            try context.requireString(mode)
            isRequired = context.string(mode, is: "required")
        }
        return .allowed(names: tools, isRequired: isRequired)
    }

    // MARK: - Calls

    /// Reads an element of `tool_calls`.
    static func call(
        _ node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> ToolCall {
        let entry = try Entry(node, &context)
        if entry.isCustom(context) { throw .customTool(node) }
        if let type = entry.type, !context.string(type, is: "function") {
            throw RecordError(.unsupportedTool, at: node, "only functions can be converted")
        }
        entry.dropOthers(&context)
        guard let function = entry.function else { throw .missing("function", in: node) }
        var call = try functionCall(function, at: node, &context)
        if let id = entry.id {
            let text = try context.text(id)
            if !text.isEmpty {
                call.id = text
                call.idNode = id
            }
        }
        return call
    }

    /// Reads a function call, which in the older spelling stands alone and has no id.
    static func functionCall(
        _ function: NodeID, at node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> ToolCall {
        var name: NodeID?
        var arguments: NodeID?
        var members = try MemberReader(function, ChatTerms.function, context.view)
        while let member = try members.next() {
            switch member.name {
            case .name: name = member.value
            case .arguments: arguments = member.value
            case .description, .parameters, .strict, nil: context.drop(member.value)
            }
        }
        guard let name else { throw .missing("name", in: function) }
        return ToolCall(
            id: nil, idNode: nil, name: try context.text(name), nameNode: name,
            arguments: try payload(ofArguments: arguments, context), at: node)
    }

    /// Arguments are JSON in a string; some servers write the object itself.
    static func payload(
        ofArguments arguments: NodeID?, _ context: borrowing RecordContext
    ) throws(RecordError) -> JSONPayload {
        guard let arguments else { return .absent }
        switch context.view.kind(arguments) {
        case .string: return .string(arguments)
        case .object: return .value(arguments)
        default: throw .wrongType(arguments, "a string that holds JSON is expected here")
        }
    }
}

extension ChatTools {
    /// The members of a tool, a choice or a call.
    private struct Entry {
        var id: NodeID?
        var type: NodeID?
        var function: NodeID?
        var custom: NodeID?
        var name: NodeID?
        var mode: NodeID?
        var tools: NodeID?
        var allowed: NodeID?

        init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
            var members = try MemberReader(node, ChatTerms.tool, context.view)
            while let member = try members.next() {
                switch member.name {
                case .id: id = member.value
                case .type:
                    try context.requireString(member.value)
                    type = member.value
                case .function: function = member.value
                case .custom: custom = member.value
                case .name: name = member.value
                case .mode: mode = member.value
                case .tools: tools = member.value
                case .allowedTools: allowed = member.value
                case .index:
                    // Left over from streaming: the position says the same.
                    break
                case nil: context.drop(member.value)
                }
            }
        }

        /// It is about a tool that takes free text instead of JSON.
        func isCustom(_ context: borrowing RecordContext) -> Bool {
            custom != nil || type.map { context.string($0, is: "custom") } ?? false
        }

        /// Reports members that have no meaning beside a function.
        func dropOthers(_ context: inout RecordContext) {
            if let name { context.drop(name) }
            if let mode { context.drop(mode) }
            if let tools { context.drop(tools) }
            if let allowed { context.drop(allowed) }
        }
    }
}

/// The members of a function's definition, wherever a dialect has them.
struct FunctionDefinition {
    var name: NodeID?
    var description: NodeID?
    var parameters: NodeID?
    var strict: NodeID?

    /// The tool that is defined, by the object that has the members and the tool around it.
    func tool(
        in object: NodeID, at node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Tool {
        guard let name else { throw .missing("name", in: object) }
        var tool = Tool(name: try context.text(name), nameNode: name, at: node)
        if let description, try !context.text(description).isEmpty {
            tool.description = description
        }
        if let parameters {
            try context.requireObject(parameters)
            tool.schema = Schema(.value(parameters), .jsonSchema, at: parameters)
        }
        if let strict, try context.bool(strict) { tool.strict = strict }
        return tool
    }
}

extension RecordError {
    /// A tool, a choice or a call is about free text instead of JSON.
    static func customTool(_ node: NodeID) -> RecordError {
        RecordError(.unsupportedTool, at: node, "custom tools exist at OpenAI only")
    }
}
