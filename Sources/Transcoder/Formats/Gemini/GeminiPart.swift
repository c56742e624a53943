// SPDX-License-Identifier: Apache-2.0

// One part of a content: which kind it is, and what of it has a place in the hub.

import JSONLCodec

/// A part whose members are sorted but not understood yet.
struct GeminiPart {
    private(set) var node: NodeID
    private(set) var text: NodeID?
    private(set) var inlineData: NodeID?
    private(set) var fileData: NodeID?
    private(set) var functionCall: NodeID?
    private(set) var functionResponse: NodeID?
    private(set) var signature: NodeID?
    private(set) var isThought = false

    /// Sorts the members of a part, and reports those that have no place anywhere.
    ///
    /// - Throws: `content.unsupported:block` for kinds that no other provider knows.
    init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
        self.node = node
        var members = try MemberReader(node, GeminiPartMember.table, context.view)
        var kindCount = 0
        var hasUnknown = false
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .text:
                text = value
                kindCount += 1
            case .inlineData:
                inlineData = value
                kindCount += 1
            case .fileData:
                fileData = value
                kindCount += 1
            case .functionCall:
                functionCall = value
                kindCount += 1
            case .functionResponse:
                functionResponse = value
                kindCount += 1
            case .executableCode, .codeExecutionResult, .toolCall, .toolResponse:
                throw RecordError(
                    .unsupportedBlock, at: node, "no other format has a part of this kind")
            case .thought:
                isThought = try context.bool(value)
            case .thoughtSignature:
                try context.requireString(value)
                signature = value
            case .videoMetadata, .mediaResolution:
                context.drop(value)
            case nil:
                hasUnknown = true
                context.drop(value)
            }
        }
        if kindCount > 1 {
            throw .wrongType(node, "a part must hold one kind of content")
        }
        if kindCount == 0, hasUnknown {
            throw RecordError(.unsupportedBlock, at: node, "the kind of this part is not known")
        }
    }

    /// The part as the hub has it; nil for the result of a tool.
    ///
    /// - Throws: What is wrong with its content in every target.
    func hubPart(_ context: inout RecordContext) throws(RecordError) -> Part? {
        if let functionCall {
            var call = try GeminiPart.readCall(functionCall, at: node, &context)
            call.signatureNode = signature
            return .toolCall(call)
        }
        if functionResponse != nil { return nil }
        if inlineData != nil || fileData != nil {
            if let signature { context.lose(.reasoningSignatureDropped, at: signature) }
            return .media(try readMedia(&context))
        }
        // The JSON form of protocol buffers leaves an empty text out.
        var content = Text(start: 0, count: 0, isScratch: false, hasEscapes: false)
        if let text { content = try context.text(text) }
        guard isThought else {
            var part = TextPart(content, at: node)
            part.signature = signature
            return .text(part)
        }
        var reasoning = Reasoning(.gemini, text: content, at: node)
        if let signature {
            reasoning.signature = try context.text(signature)
            reasoning.signatureNode = signature
        }
        return .reasoning(reasoning)
    }

    /// The picture, document, recording or film of the part.
    func readMedia(_ context: inout RecordContext) throws(RecordError) -> Media {
        if let inlineData {
            return try GeminiMedia.readInline(inlineData, at: node, &context)
        }
        guard let fileData else {
            throw RecordError(.unsupportedBlock, at: node, "the kind of this part is not known")
        }
        return try GeminiMedia.readFile(fileData, at: node, &context)
    }

    private static func readCall(
        _ object: NodeID, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> ToolCall {
        var id: NodeID?
        var name: NodeID?
        var arguments = JSONPayload.absent
        var members = try MemberReader(object, GeminiFunctionMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .id: id = member.value
            case .name: name = member.value
            case .args:
                try context.requireObject(member.value)
                arguments = .value(member.value)
            case .response, .parts, nil:
                context.drop(member.value)
            }
        }
        guard let name else { throw .missing("name", in: object) }
        var idText: Text?
        if let id {
            let text = try context.text(id)
            if !text.isEmpty { idText = text }
        }
        return ToolCall(
            id: idText, idNode: idText == nil ? nil : id, name: try context.text(name),
            nameNode: name, arguments: arguments, at: part)
    }
}

/// The media of a part.
enum GeminiMedia {
    /// Reads a Blob: base64 with its type.
    static func readInline(
        _ blob: NodeID, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        let members = try readBlob(blob, &context)
        guard let mimeType = members.mimeType else { throw .missing("mimeType", in: blob) }
        guard let data = members.data else { throw .missing("data", in: blob) }
        let type = try type(mimeType, context)
        return Media(type, context.base64(try context.text(data)), at: part)
    }

    /// Reads FileData: an address on the public web, or a file of the provider's account.
    ///
    /// - Throws: `content.remote_url` for files that only Google can read.
    static func readFile(
        _ file: NodeID, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        let members = try readBlob(file, &context)
        guard let uri = members.uri else { throw .missing("fileUri", in: file) }
        let text = try context.text(uri)
        let address = context.decoded(text)
        let isPublic =
            (address.hasPrefix("https://") || address.hasPrefix("http://"))
            && !address.hasPrefix("https://generativelanguage.googleapis.com/")
        guard isPublic else {
            throw RecordError(
                .contentRemoteURL, at: uri, "the file belongs to an account of the provider")
        }
        guard let mimeType = members.mimeType else { throw .missing("mimeType", in: file) }
        return Media(try type(mimeType, context), .url(text), at: part)
    }

    private static func type(
        _ mimeType: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> MediaType {
        try context.requireString(mimeType)
        guard let type = MediaType(mime: context.view.interior(mimeType)) else {
            throw RecordError(
                .contentMediaType, at: mimeType, "no other format takes this media type")
        }
        return type
    }

    private static func readBlob(
        _ blob: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> (mimeType: NodeID?, data: NodeID?, uri: NodeID?) {
        var result: (mimeType: NodeID?, data: NodeID?, uri: NodeID?) = (nil, nil, nil)
        var members = try MemberReader(blob, GeminiBlobMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .mimeType: result.mimeType = member.value
            case .data: result.data = member.value
            case .fileUri: result.uri = member.value
            case .displayName, nil: context.drop(member.value)
            }
        }
        return result
    }
}
