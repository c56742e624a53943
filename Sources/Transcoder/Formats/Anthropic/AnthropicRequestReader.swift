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
            case .customID: request.id = try context.recordID(member.value)
            case .params: params = member.value
            default: context.drop(member.value)
            }
        }
        guard let params else { throw .missing("params", in: .root) }
        try MessagesBody.read(params, into: &request, &context)
    }
}
