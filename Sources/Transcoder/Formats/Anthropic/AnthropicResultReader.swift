// SPDX-License-Identifier: Apache-2.0

// Reads a result of a Message Batch: the envelope and errors; the answer is a Message.

import JSONLCodec

/// Reads `{"custom_id", "result"}`.
enum AnthropicResultReader: ResultReading {
    static func read(
        into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(.root, AnthropicTerms.record, context.view)
        var result: NodeID?
        while let member = try reader.next() {
            switch member.name {
            case .customID:
                response.id = try context.recordID(member.value)
            case .result: result = member.value
            default: context.drop(member.value)
            }
        }
        guard let result else { throw .missing("result", in: .root) }
        try readResult(result, into: &response, &context)
    }

    private static func readResult(
        _ result: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var reader = try MemberReader(result, AnthropicTerms.result, context.view)
        var type: NodeID?
        var message: NodeID?
        var error: NodeID?
        while let member = try reader.next() {
            switch member.name {
            case .type: type = member.value
            case .message: message = member.value
            case .error: error = member.value
            case nil: context.drop(member.value)
            }
        }
        guard let type else { throw .missing("type", in: result) }
        try context.requireString(type)
        if context.string(type, is: "succeeded") {
            guard let message else { throw .missing("message", in: result) }
            try MessageResult.read(message, into: &response, &context)
        } else if context.string(type, is: "errored") {
            guard let error else { throw .missing("error", in: result) }
            response.failure = try failure(error, context)
        } else if context.string(type, is: "expired") {
            response.failure = Failure(status: 408, message: nil)
            response.failure?.kind = .expired
        } else if context.string(type, is: "canceled") {
            response.failure = Failure(status: 499, message: nil)
            response.failure?.kind = .canceled
        } else {
            throw RecordError(.bodyUnsupported, at: type, "no result of this type is known")
        }
    }

    /// Reads `{"type": "error", "error": {"type", "message"}}`; the inner object may stand alone.
    ///
    /// `details` and `request_id` tell of the run, not of the answer: they are left out silently.
    private static func failure(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Failure {
        var reader = try MemberReader(node, AnthropicTerms.error, context.view)
        var type: NodeID?
        var message: NodeID?
        var inner: NodeID?
        while let member = try reader.next() {
            switch member.name {
            case .type: type = member.value
            case .message: message = member.value
            case .error: inner = member.value
            case nil: continue
            }
        }
        if let inner { return try failure(inner, context) }
        var failure = Failure(status: 500, message: nil)
        if let message { failure.message = try context.text(message) }
        if let type {
            try context.requireString(type)
            failure.status = ErrorMap.status(anthropicType: context.view.interior(type))
        }
        return failure
    }
}
