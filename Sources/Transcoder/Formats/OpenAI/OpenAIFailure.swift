// SPDX-License-Identifier: Apache-2.0

// Reads errors, which OpenAI and its relatives write in the body or around it, in many spellings.

import JSONLCodec

/// The failure that an error object tells of.
enum OpenAIFailure {
    /// The members of an error, wherever it stands.
    private struct ErrorMembers {
        var inner: NodeID?
        var message: NodeID?
        var type: NodeID?
        var param: NodeID?
        var code: NodeID?

        init(_ node: NodeID, _ context: borrowing RecordContext) throws(RecordError) {
            var members = try MemberReader(node, OpenAITerms.error, context.view)
            while let member = try members.next() {
                switch member.name {
                case .error: inner = member.value
                case .message: message = member.value
                case .type: type = member.value
                case .param: param = member.value
                case .code: code = member.value
                case nil: break
                }
            }
        }

        /// The HTTP status that the code or the type stands for.
        func status(_ context: borrowing RecordContext) -> Int? {
            if let code, context.view.kind(code) == .number,
                let status = context.view.integer(code), Failure.isStatus(status)
            {
                return ErrorMap.status(http: status)
            }
            for name in [code, type] {
                guard let name, context.view.kind(name) == .string else { continue }
                let interior = context.view.interior(name)
                if let status = ErrorMap.status(openAIName: interior), Failure.isStatus(status) {
                    return status
                }
            }
            return nil
        }
    }

    /// The failure of a request that the API answered.
    static func read(
        _ body: NodeID?, status: Int?, _ context: borrowing RecordContext
    ) throws(RecordError) -> Failure {
        let unknown = Failure(status: status ?? 500, message: nil)
        guard let body else { return unknown }
        guard context.view.kind(body) == .object else {
            var failure = unknown
            failure.message = string(body, context).flatMap { try? context.text($0) }
            return failure
        }
        var members = try ErrorMembers(body, context)
        if let inner = members.inner {
            guard context.view.kind(inner) == .object else {
                var failure = unknown
                failure.message = string(inner, context).flatMap { try? context.text($0) }
                return failure
            }
            members = try ErrorMembers(inner, context)
        }
        var failure = Failure(status: status ?? members.status(context) ?? 500, message: nil)
        if let message = string(members.message, context) {
            failure.message = try context.text(message)
        }
        failure.code = string(members.code, context)
        failure.type = string(members.type, context)
        failure.param = string(members.param, context)
        return failure
    }

    /// The failure of a request that never reached the API (openai-openapi issue 302).
    static func read(
        batchError error: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Failure {
        let message = try message(ofBatch: error, context)
        guard context.view.kind(error) == .object else {
            return Failure(status: 500, message: message)
        }
        let members = try ErrorMembers(error, context)
        if let code = string(members.code, context), context.string(code, is: "batch_canceled") {
            return Failure(status: ErrorMap.canceledStatus, message: message)
        }
        return Failure(status: members.status(context) ?? 500, message: message)
    }

    /// What is said of a request that never reached the API.
    static func message(
        ofBatch error: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Text? {
        if context.view.kind(error) == .string { return try context.text(error) }
        guard let message = string(try ErrorMembers(error, context).message, context) else {
            return nil
        }
        return try context.text(message)
    }

    /// Whether an error says nothing.
    ///
    /// Compatible servers write an empty object or string where OpenAI writes null.
    static func isNothing(_ error: NodeID, _ context: borrowing RecordContext) -> Bool {
        context.isNeutral(error)
            || (context.view.kind(error) == .string && context.view.isEmpty(error))
    }

    /// A member if it is a string.
    private static func string(_ node: NodeID?, _ context: borrowing RecordContext) -> NodeID? {
        guard let node, context.view.kind(node) == .string else { return nil }
        return node
    }
}
