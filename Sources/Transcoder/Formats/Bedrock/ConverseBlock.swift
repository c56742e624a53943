// SPDX-License-Identifier: Apache-2.0

// One content block of Converse: a union with exactly one member, in requests and in answers.

import JSONLCodec

/// Takes the parts of a turn or of an answer.
protocol PartSink {
    /// Adds a part to what is open.
    mutating func append(_ part: Part)
}

extension Request: PartSink {}
extension Response: PartSink {}

/// A content block: which member it has, and that member's value.
struct ConverseBlock {
    let kind: BedrockMember
    let value: NodeID
    /// The block itself.
    let node: NodeID

    /// Looks at a block.
    ///
    /// - Throws: `content.unsupported:block` where its member is unknown, or it has another one
    ///   beside it.
    init(_ node: NodeID, _ context: borrowing RecordContext) throws(RecordError) {
        var members = try BedrockMembers(node, context)
        let first = try members.next()
        guard let first, let kind = first.name, try members.next() == nil else {
            throw RecordError(
                .unsupportedBlock, at: node, "this content block is none that can be converted")
        }
        self.kind = kind
        value = first.value
        self.node = node
    }

    /// The block as a part of the hub.
    ///
    /// - Throws: `content.unsupported:block` for search results, tool changes and whatever else
    ///   has no counterpart.
    func part(_ context: inout RecordContext) throws(RecordError) -> Part {
        switch kind {
        case .text: .text(TextPart(try context.text(value), at: node))
        case .image: .media(try ConverseMedia.read(self, .image, &context))
        case .document: .media(try ConverseMedia.read(self, .document, &context))
        case .audio: .media(try ConverseMedia.read(self, .audio, &context))
        case .video: .media(try ConverseMedia.read(self, .video, &context))
        case .toolUse: .toolCall(try toolCall(&context))
        case .reasoningContent: .reasoning(try reasoning(&context))
        case .guardContent: try Self.guarded(self, &context)
        default:
            throw RecordError(
                .unsupportedBlock, at: node, "this content block is none that can be converted")
        }
    }

    // MARK: - Kinds of blocks

    private func toolCall(_ context: inout RecordContext) throws(RecordError) -> ToolCall {
        var idNode: NodeID?
        var nameNode: NodeID?
        var arguments = JSONPayload.absent
        var members = try BedrockMembers(value, context)
        while let member = try members.next() {
            switch member.name {
            case .toolUseID: idNode = member.value
            case .name: nameNode = member.value
            case .input:
                try context.requireObject(member.value)
                arguments = .value(member.value)
            case .type:
                throw RecordError(
                    .unsupportedTool, at: node, "calls of built-in tools stay with Bedrock")
            default: context.drop(member.value)
            }
        }
        guard let nameNode else { throw .missing("name", in: value) }
        var id: Text?
        if let idNode { id = try context.text(idNode) }
        return ToolCall(
            id: id, idNode: idNode, name: try context.text(nameNode), nameNode: nameNode,
            arguments: arguments, at: node)
    }

    private func reasoning(_ context: inout RecordContext) throws(RecordError) -> Reasoning {
        var reasoning = Reasoning(.claude, text: nil, at: node)
        var textBlock: NodeID?
        var members = try BedrockMembers(value, context)
        while let member = try members.next() {
            switch member.name {
            case .redactedContent: reasoning.redacted = try context.text(member.value)
            case .reasoningText:
                textBlock = member.value
                var inner = try BedrockMembers(member.value, context)
                while let member = try inner.next() {
                    switch member.name {
                    case .text: reasoning.text = try context.text(member.value)
                    case .signature:
                        reasoning.signature = try context.text(member.value)
                        // A signature that is lost is reported at the block (ruling I-A4).
                        reasoning.signatureNode = node
                    default: context.drop(member.value)
                    }
                }
            default: context.drop(member.value)
            }
        }
        guard reasoning.text != nil || reasoning.redacted != nil else {
            if let textBlock { throw .missing("text", in: textBlock) }
            throw .missing("reasoningText", in: value)
        }
        return reasoning
    }

    /// What a guardrail is to look at: kept, while the mark is lost.
    static func guarded(
        _ block: ConverseBlock, _ context: inout RecordContext
    ) throws(RecordError) -> Part {
        context.lose(.safetyDropped, at: block.value)
        var members = try BedrockMembers(block.value, context)
        var part: Part?
        while let member = try members.next() {
            switch member.name {
            case .text:
                var inner = try BedrockMembers(member.value, context)
                while let member = try inner.next() {
                    // The qualifiers go with the mark.
                    guard member.name == .text else { continue }
                    part = .text(TextPart(try context.text(member.value), at: block.node))
                }
            case .image:
                let image = ConverseBlock(.image, member.value, at: block.node)
                part = .media(try ConverseMedia.read(image, .image, &context))
            default: context.drop(member.value)
            }
        }
        guard let part else { throw .missing("text", in: block.value) }
        return part
    }

    private init(_ kind: BedrockMember, _ value: NodeID, at node: NodeID) {
        self.kind = kind
        self.value = value
        self.node = node
    }

    /// Text with citations: the text is kept.
    ///
    /// The citations point to places in documents of the request, without offsets into the
    /// answer, and no other provider has that.
    static func readCitations<Sink: PartSink>(
        _ block: ConverseBlock, into sink: inout Sink, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try BedrockMembers(block.value, context)
        while let member = try members.next() {
            guard member.name == .content else {
                context.drop(member.value)
                continue
            }
            try context.requireArray(member.value)
            for element in context.view.elements(member.value) {
                let text = try ConverseBlock(element, context)
                guard text.kind == .text else {
                    throw RecordError(
                        .unsupportedBlock, at: element, "citations hold text only")
                }
                sink.append(.text(TextPart(try context.text(text.value), at: block.node)))
            }
        }
    }
}
