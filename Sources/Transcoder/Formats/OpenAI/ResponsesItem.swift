// SPDX-License-Identifier: Apache-2.0

// One item of a Responses input or output: its members, and the calls and thoughts they make.

import JSONLCodec

/// The members of an item, in whatever order they came.
struct ResponsesItem {
    typealias Kind = ResponsesTerms.ItemType

    let node: NodeID
    /// What the item is.
    private(set) var kind = Kind.message
    private(set) var role: NodeID?
    private(set) var content: NodeID?
    private(set) var name: NodeID?
    private(set) var arguments: NodeID?
    private(set) var callID: NodeID?
    private(set) var output: NodeID?
    private(set) var summary: NodeID?
    private(set) var encrypted: NodeID?

    /// Reads the members.
    ///
    /// - Throws: Why an item can be converted for nobody.
    init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
        self.node = node
        var id: NodeID?
        var type: NodeID?
        var members = try MemberReader(node, ResponsesTerms.item, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .id: id = value
            case .type: type = value
            case .role: role = value
            case .content: content = value
            case .name: name = value
            case .arguments: arguments = value
            case .callID: callID = value
            case .output: output = value
            case .summary: summary = value
            case .encryptedContent: encrypted = value
            // How far the item had come tells of the run.
            case .status: break
            case .phase, nil: context.drop(value)
            }
        }
        kind = try Self.kind(type, node, isReference: role == nil && id != nil, context)
        dropOthers(&context)
    }

    private static func kind(
        _ type: NodeID?, _ node: NodeID, isReference: Bool, _ context: borrowing RecordContext
    ) throws(RecordError) -> Kind {
        guard let type else {
            if isReference { throw .reference(node) }
            return .message
        }
        try context.requireString(type)
        guard let kind = ResponsesTerms.itemType.name(of: type, context.view) else {
            throw RecordError(.unsupportedBlock, at: node, "no other provider knows such an item")
        }
        switch kind {
        case .message, .reasoning, .functionCall, .functionCallOutput:
            return kind
        case .itemReference:
            throw .reference(node)
        case .customToolCall, .customToolCallOutput:
            throw .customTool(node)
        default:
            throw RecordError(.unsupportedTool, at: node, "only functions can be converted")
        }
    }

    /// Reports members that have no meaning in an item of the kind.
    private func dropOthers(_ context: inout RecordContext) {
        let isCall = kind == .functionCall
        let isResult = kind == .functionCallOutput
        if kind != .message, let role { context.drop(role) }
        if kind != .message, kind != .reasoning, let content { context.drop(content) }
        // The name of a result is that of its call.
        if !isCall, !isResult, let name { context.drop(name) }
        if !isCall, let arguments { context.drop(arguments) }
        if !isCall, !isResult, let callID { context.drop(callID) }
        if !isResult, let output { context.drop(output) }
        if kind != .reasoning, let summary { context.drop(summary) }
        if kind != .reasoning, let encrypted { context.drop(encrypted) }
    }

    // MARK: - Calls

    /// The call of a function.
    func call(_ context: borrowing RecordContext) throws(RecordError) -> ToolCall {
        guard let name else { throw .missing("name", in: node) }
        var id: Text?
        if let callID {
            let text = try context.text(callID)
            if !text.isEmpty { id = text }
        }
        return ToolCall(
            id: id, idNode: id == nil ? nil : callID, name: try context.text(name),
            nameNode: name,
            arguments: try ChatTools.payload(ofArguments: arguments, context), at: node)
    }

    // MARK: - Thoughts

    /// The readable pieces of a thought.
    ///
    /// The whole text comes before its summary, which is dropped then; where none of its pieces
    /// has text, it says nothing. What stands encrypted is only kept as the signature of the first
    /// piece, so that it is reported where it is lost.
    func thoughts(_ context: inout RecordContext) throws(RecordError) -> [Reasoning] {
        var thoughts = try pieces(of: content, &context)
        if thoughts.isEmpty {
            thoughts = try pieces(of: summary, &context)
        } else if let summary {
            context.drop(summary, code: .reasoningDropped)
        }
        guard let encrypted else { return thoughts }
        if thoughts.isEmpty {
            context.lose(.reasoningDropped, at: node)
        } else {
            thoughts[0].signature = try context.text(encrypted)
            thoughts[0].signatureNode = encrypted
        }
        return thoughts
    }

    private func pieces(
        of list: NodeID?, _ context: inout RecordContext
    ) throws(RecordError) -> [Reasoning] {
        guard let list, !context.isNeutral(list) else { return [] }
        try context.requireArray(list)
        var pieces: [Reasoning] = []
        for element in context.view.elements(list) {
            let text = try ResponsesPart(element, &context).thought(context)
            if !text.isEmpty { pieces.append(Reasoning(.openai, text: text, at: element)) }
        }
        return pieces
    }
}

extension RecordError {
    /// An item is named by the id that it has in an account.
    fileprivate static func reference(_ node: NodeID) -> RecordError {
        RecordError(.unsupportedBlock, at: node, "the item is kept in the provider's account")
    }
}
