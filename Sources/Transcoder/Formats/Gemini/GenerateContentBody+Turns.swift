// SPDX-License-Identifier: Apache-2.0

// Reads the conversation: the system instruction, the turns, and the results of tools in them.

import JSONLCodec

extension GenerateContentBody {
    /// The members of a Content.
    private static func readContent(
        _ content: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> (role: NodeID?, parts: NodeID?) {
        var role: NodeID?
        var parts: NodeID?
        var members = try MemberReader(content, GeminiContentMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .role: role = member.value
            case .parts: parts = member.value
            case nil: context.drop(member.value)
            }
        }
        return (role, parts)
    }

    static func readSystem(
        _ system: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if context.view.kind(system) == .string {
            // The SDK's flat configuration takes plain text.
            return request.system.append(TextPart(try context.text(system), at: system))
        }
        let (_, parts) = try readContent(system, &context)
        guard let parts else { return }
        try forEachPart(parts, &context) { (node, context) throws(RecordError) in
            switch try GeminiPart(node, &context).hubPart(&context) {
            case .text(let text):
                request.system.append(text)
            case .media(let media):
                throw RecordError(
                    media.type.kind.code, at: node, "a system instruction holds text only")
            default:
                throw RecordError(
                    .unsupportedBlock, at: node, "a system instruction holds text only")
            }
        }
    }

    static func readContents(
        _ contents: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(contents)
        request.messages = contents
        for content in context.view.elements(contents) {
            let (role, parts) = try readContent(content, &context)
            request.beginMessage(try readRole(role, context), at: content)
            guard let parts else { continue }
            try forEachPart(parts, &context) { (node, context) throws(RecordError) in
                let part = try GeminiPart(node, &context)
                if let response = part.functionResponse {
                    try readToolResult(response, at: node, into: &request, &context)
                } else if let part = try part.hubPart(&context) {
                    request.append(part)
                }
            }
        }
    }

    /// Who speaks: nobody named is the user, and so is the older role of tool results.
    private static func readRole(
        _ role: NodeID?, _ context: borrowing RecordContext
    ) throws(RecordError) -> Role {
        guard let role else { return .user }
        if context.string(role, is: "user") { return .user }
        if context.string(role, is: "model") { return .assistant }
        if context.string(role, is: "function") || context.string(role, is: "") { return .user }
        throw .wrongType(role, "a role must be \"user\" or \"model\"")
    }

    /// Calls a function with each part; real files also have one part in place of the list.
    static func forEachPart(
        _ parts: NodeID, _ context: inout RecordContext,
        _ body: (NodeID, inout RecordContext) throws(RecordError) -> Void
    ) throws(RecordError) {
        if context.view.kind(parts) == .object { return try body(parts, &context) }
        try context.requireArray(parts)
        for part in context.view.elements(parts) { try body(part, &context) }
    }

    // MARK: - Results of tools

    private static func readToolResult(
        _ object: NodeID, at part: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var id: NodeID?
        var name: NodeID?
        var response: NodeID?
        var parts: NodeID?
        var members = try MemberReader(object, GeminiFunctionMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .id: id = member.value
            case .name: name = member.value
            case .response: response = member.value
            case .parts: parts = member.value
            case .args, nil: context.drop(member.value)
            }
        }
        let start = request.toolResultParts.count
        var result = ToolResult(callID: nil, name: nil, content: start..<start, at: part)
        if let id {
            let text = try context.text(id)
            if !text.isEmpty { result.callID = text }
        }
        if let name { result.name = try context.text(name) }
        guard result.callID != nil || result.name != nil else {
            throw .missing("name", in: object)
        }
        if let response { try readResponse(response, of: &result, into: &request, &context) }
        if let parts {
            try forEachPart(parts, &context) { (node, context) throws(RecordError) in
                let media = try GeminiPart(node, &context).readMedia(&context)
                request.toolResultParts.append(.media(media))
            }
        }
        result.content = start..<request.toolResultParts.count
        request.append(.toolResult(result))
    }

    /// Unwraps a lone `output` or `error`; any other object is the result itself.
    private static func readResponse(
        _ response: NodeID, of result: inout ToolResult, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireObject(response)
        var content = response
        if context.view.childCount(response) == 1 {
            for (key, value) in context.view.members(response) {
                if context.string(key, is: "output") { content = value }
                if context.string(key, is: "error") {
                    content = value
                    result.isError = true
                    result.statusNode = value
                }
            }
        }
        if context.view.kind(content) == .string {
            let text = TextPart(try context.text(content), at: content)
            request.toolResultParts.append(.text(text))
        } else {
            request.toolResultParts.append(.json(content))
        }
    }
}
