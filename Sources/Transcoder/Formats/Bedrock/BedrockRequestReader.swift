// SPDX-License-Identifier: Apache-2.0

// Reads `{"recordId", "modelInput"}`, whatever dialect the body is in.

import JSONLCodec

/// Reads Bedrock's request records.
enum BedrockRequestReader: RequestReading {
    static func read(
        into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var body: NodeID?
        var members = try BedrockMembers(.root, context)
        while let member = try members.next() {
            switch member.name {
            case .recordID: request.id = try context.recordID(member.value)
            case .modelInput: body = member.value
            default: context.drop(member.value)
            }
        }
        guard let body else { throw .missing("modelInput", in: .root) }
        try context.requireObject(body)
        request.body = body
        switch BedrockDialect(input: body, context.view) {
        case .converse, .nova:
            try ConverseBody.read(body, into: &request, &context)
        case .anthropic:
            try refuseConverseBlocks(body, context.view)
            try MessagesBody.read(body, into: &request, &context)
        case .chat:
            try ChatBody.read(body, into: &request, &context)
        case .prompt(let dialect):
            try PromptBody.read(body, into: &request, &context, dialect.terms)
        case .titanEmbed:
            try TitanEmbed.read(body, into: &request, &context)
        case .cohereEmbed:
            try CohereEmbed.read(body, into: &request, &context)
        case nil:
            throw RecordError(
                .bodyUnsupported, at: body,
                "this body is neither a conversation nor embeddings that can be converted")
        }
    }

    /// Refuses Converse's blocks in an Anthropic body, which some producers mix.
    ///
    /// No model accepts them, and read as Anthropic's they would only lack a `type`.
    private static func refuseConverseBlocks(
        _ body: NodeID, _ view: JSONView
    ) throws(RecordError) {
        for (key, value) in view.members(body) {
            if view.string(key, is: "system") { try refuseConverseBlocks(in: value, view) }
            guard view.string(key, is: "messages") else { continue }
            for message in view.elements(value) {
                for (key, value) in view.members(message) where view.string(key, is: "content") {
                    try refuseConverseBlocks(in: value, view)
                }
            }
        }
    }

    private static func refuseConverseBlocks(
        in content: NodeID, _ view: JSONView
    ) throws(RecordError) {
        for block in view.elements(content)
        where view.kind(block) == .object && !BedrockDialect.hasType(block, view) {
            throw RecordError(
                .unsupportedBlock, at: block,
                "a content block of Converse stands in a body of Anthropic's")
        }
    }
}
