// SPDX-License-Identifier: Apache-2.0

// Reads a request of a Message Batch: the envelope; the body is a Messages body.

import JSONLCodec

/// Reads `{"custom_id", "params"}`.
enum AnthropicRequestReader: RequestReading {
    static func read(
        into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(.root, AnthropicTerms.record, context.view)
        var params: NodeID?
        while let member = try reader.next() {
            switch member.name {
            case .customID: request.id = try recordID(member.value, context)
            case .params: params = member.value
            default: context.drop(member.value)
            }
        }
        guard let params else { throw .missing("params", in: .root) }
        try MessagesBody.read(params, into: &request, &context)
    }

    /// The id of a record; a number is taken by its spelling.
    static func recordID(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> RecordID {
        var id = RecordID()
        id.node = node
        if context.view.kind(node) == .number {
            let view = context.view
            id.text = Text(
                start: view.start(node), count: view.end(node) - view.start(node),
                isScratch: false, hasEscapes: false)
            id.isStringified = true
        } else {
            id.text = try context.text(node)
        }
        return id
    }
}
