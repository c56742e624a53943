// SPDX-License-Identifier: Apache-2.0

// Reads tools and the choice among them.

import JSONLCodec

extension GenerateContentBody {
    static func readTools(
        _ tools: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(tools)
        for tool in context.view.elements(tools) {
            var members = try MemberReader(tool, GeminiToolMember.table, context.view)
            while let member = try members.next() {
                guard member.name == .functionDeclarations else {
                    // Built-in tools ask for something also when they have no settings.
                    context.lose(.paramDropped, at: member.value)
                    continue
                }
                try context.requireArray(member.value)
                for declaration in context.view.elements(member.value) {
                    request.tools.append(try readDeclaration(declaration, &context))
                }
            }
        }
    }

    private static func readDeclaration(
        _ declaration: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Tool {
        var name: NodeID?
        var description: NodeID?
        var parameters: NodeID?
        var jsonSchema: NodeID?
        var members = try MemberReader(declaration, GeminiToolMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .name: name = member.value
            case .description:
                if !(try context.text(member.value)).isEmpty { description = member.value }
            case .parameters: parameters = member.value
            case .parametersJsonSchema: jsonSchema = member.value
            case .functionDeclarations, .functionCallingConfig, .mode, .allowedFunctionNames, nil:
                context.drop(member.value)
            }
        }
        guard let name else { throw .missing("name", in: declaration) }
        var tool = Tool(name: try context.text(name), nameNode: name, at: declaration)
        tool.description = description
        if let parameters {
            try context.requireObject(parameters)
            if !context.isNeutral(parameters) {
                tool.schema = Schema(.value(parameters), .openAPI, at: parameters)
            }
        }
        if let jsonSchema {
            try context.requireObject(jsonSchema)
            if tool.schema != nil {
                context.drop(jsonSchema)
            } else if !context.isNeutral(jsonSchema) {
                tool.schema = Schema(.value(jsonSchema), .jsonSchema, at: jsonSchema)
            }
        }
        return tool
    }

    static func readToolConfig(
        _ config: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try MemberReader(config, GeminiToolMember.table, context.view)
        while let member = try members.next() {
            if member.name == .functionCallingConfig {
                try readChoice(member.value, into: &request, &context)
            } else {
                context.drop(member.value)
            }
        }
    }

    private static func readChoice(
        _ choice: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var mode: NodeID?
        var names: NodeID?
        var members = try MemberReader(choice, GeminiToolMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .mode: mode = member.value
            case .allowedFunctionNames: names = member.value
            default: context.drop(member.value)
            }
        }
        if let list = names {
            try context.requireArray(list)
            for name in context.view.elements(list) { try context.requireString(name) }
            if context.isNeutral(list) { names = nil }
        }
        guard let mode else {
            if let names { context.drop(names) }
            return
        }
        try context.requireString(mode)
        request.toolChoiceNode = choice
        switch context.view.decoded(mode).uppercased() {
        case "AUTO":
            request.toolChoice = .auto
            // Names are not legal beside this mode.
            if let names { context.drop(names) }
        case "ANY":
            request.toolChoice = names.map { .allowed(names: $0, isRequired: true) } ?? .any
        case "NONE":
            request.toolChoice = .none
        case "VALIDATED":
            guard let names else {
                request.toolChoice = .validated
                return
            }
            request.toolChoice = .allowed(names: names, isRequired: false)
            context.lose(.paramApproximated, at: choice)
        case "MODE_UNSPECIFIED":
            request.toolChoiceNode = nil
        default:
            throw .wrongType(mode, "a mode must be AUTO, ANY, NONE or VALIDATED")
        }
    }
}
