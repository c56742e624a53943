// SPDX-License-Identifier: Apache-2.0

// One content block of a Messages body or answer: its members first, what they mean second,
// because `type` may stand after all that it decides on.

import JSONLCodec

/// The members of a content block; what is taken out of it has been understood.
struct MessagesBlock {
    let node: NodeID
    /// The type, or nil where it is unknown.
    private(set) var type: AnthropicTerms.BlockType?
    var text: NodeID?
    var citations: NodeID?
    var cacheControl: NodeID?
    var source: NodeID?
    var title: NodeID?
    var context: NodeID?
    var id: NodeID?
    var name: NodeID?
    var input: NodeID?
    var caller: NodeID?
    var content: NodeID?
    var thinking: NodeID?
    var signature: NodeID?
    var data: NodeID?
    var toolUseID: NodeID?
    var isError: NodeID?

    /// Reads the members of a block and drops those that no block has.
    ///
    /// - Throws: `missing_field` for a block without a type, `content.unsupported:block` where it
    ///   has members that no block has, as Converse's blocks do.
    init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
        self.node = node
        var reader = try MemberReader(node, AnthropicTerms.block, context.view)
        var type: NodeID?
        var isForeign = false
        while let member = try reader.next() {
            let value = member.value
            switch member.name {
            case .type: type = value
            case .text: text = value
            case .citations: citations = value
            case .cacheControl: cacheControl = value
            case .source: source = value
            case .title: title = value
            case .context: self.context = value
            case .id: id = value
            case .name: name = value
            case .input: input = value
            case .caller: caller = value
            case .content: content = value
            case .thinking: thinking = value
            case .signature: signature = value
            case .data: data = value
            case .toolUseID: toolUseID = value
            case .isError: isError = value
            case nil:
                isForeign = true
                context.drop(value)
            }
        }
        guard let type else {
            guard isForeign else { throw .missing("type", in: node) }
            throw RecordError(.unsupportedBlock, at: node, "this is no block of this format")
        }
        self.type = try AnthropicTerms.word(type, AnthropicTerms.blockType, context)
    }

    /// Drops the members that the block's type has no use for.
    func dropRest(_ context: inout RecordContext) {
        drop(text, &context)
        drop(citations, &context)
        drop(source, &context)
        drop(title, &context)
        drop(self.context, &context)
        drop(id, &context)
        drop(name, &context)
        drop(input, &context)
        drop(caller, &context)
        drop(content, &context)
        drop(thinking, &context)
        drop(signature, &context)
        drop(data, &context)
        drop(toolUseID, &context)
        drop(isError, &context)
        if let cacheControl { context.drop(cacheControl, code: .cacheDropped) }
    }

    private func drop(_ node: NodeID?, _ context: inout RecordContext) {
        if let node { context.drop(node) }
    }

    // MARK: - Blocks of requests and answers

    /// Takes the members of a text; its citations stay.
    mutating func takeText(_ context: borrowing RecordContext) throws(RecordError) -> TextPart {
        guard let text else { throw .missing("text", in: node) }
        self.text = nil
        return TextPart(try context.text(text), at: node)
    }

    /// Takes the members of `thinking`.
    mutating func takeThinking(
        _ context: borrowing RecordContext
    ) throws(RecordError) -> Reasoning {
        guard let thinking else { throw .missing("thinking", in: node) }
        var reasoning = Reasoning(.claude, text: try context.text(thinking), at: node)
        if let signature {
            let text = try context.text(signature)
            // Thoughts that were read from another provider carry an empty one.
            if !text.isEmpty {
                reasoning.signature = text
                reasoning.signatureNode = signature
            }
        }
        self.thinking = nil
        signature = nil
        return reasoning
    }

    /// Takes the members of `redacted_thinking`.
    mutating func takeRedacted(
        _ context: borrowing RecordContext
    ) throws(RecordError) -> Reasoning {
        guard let data else { throw .missing("data", in: node) }
        self.data = nil
        var reasoning = Reasoning(.claude, text: nil, at: node)
        reasoning.redacted = try context.text(data)
        return reasoning
    }

    /// Takes the members of `tool_use`.
    mutating func takeToolCall(
        _ context: inout RecordContext
    ) throws(RecordError) -> ToolCall {
        guard let name else { throw .missing("name", in: node) }
        if let input { try context.requireObject(input) }
        var callID: Text?
        if let id { callID = try context.text(id) }
        let call = ToolCall(
            id: callID, idNode: id, name: try context.text(name), nameNode: name,
            arguments: input.map { .value($0) } ?? .absent, at: node)
        try takeCaller(&context)
        id = nil
        self.name = nil
        input = nil
        return call
    }

    /// A call that the model made itself says so; calls from within other tools are dropped.
    private mutating func takeCaller(_ context: inout RecordContext) throws(RecordError) {
        guard let caller else { return }
        self.caller = nil
        let view = context.view
        let isDirect = view.members(caller).contains {
            view.string($0.name, is: "type") && view.string($0.value, is: "direct")
        }
        if !isDirect { context.drop(caller) }
    }

    /// The error for a block that has no place in the hub.
    var unsupported: RecordError {
        switch type {
        case .serverToolUse, .mcpToolUse:
            RecordError(.unsupportedTool, at: node, "a call of a built-in tool stays here")
        case .containerUpload:
            RecordError(
                .contentRemoteURL, at: node, "an uploaded file belongs to one provider's account")
        default:
            RecordError(.unsupportedBlock, at: node, "this type of block cannot be converted")
        }
    }
}
