// SPDX-License-Identifier: Apache-2.0

// Reads the result lines of OpenAI batch files: answers, refused requests, requests never made.

import JSONLCodec

/// Reads OpenAI's results.
enum OpenAIResultReader: ResultReading {
    static func read(
        into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var outcome: NodeID?
        var error: NodeID?
        var members = try MemberReader(.root, OpenAITerms.result, context.view)
        while let member = try members.next() {
            switch member.name {
            case .id: break
            case .customID:
                response.id = try context.recordID(member.value)
            case .response: outcome = member.value
            case .error: error = isNothing(member.value, context) ? nil : member.value
            case nil: context.drop(member.value)
            }
        }
        if let outcome {
            try read(outcome, error, into: &response, &context)
        } else if let error {
            response.failure = try failure(ofBatch: error, context)
        } else {
            throw .missing("response", in: .root)
        }
    }

    /// Compatible servers write an empty object or string where OpenAI writes null.
    private static func isNothing(_ error: NodeID, _ context: borrowing RecordContext) -> Bool {
        context.isNeutral(error)
            || (context.view.kind(error) == .string && context.view.isEmpty(error))
    }

    // MARK: - The response

    private static func read(
        _ node: NodeID, _ error: NodeID?, into response: inout Response,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var status: Int?
        var hasNoStatus = false
        var body: NodeID?
        var members = try MemberReader(node, OpenAITerms.response, context.view)
        while let member = try members.next() {
            switch member.name {
            case .statusCode:
                let number = try context.integer(member.value)
                // Such as the 0 that servers write for a call that came to no answer.
                hasNoStatus = !Failure.isStatus(number)
                if !hasNoStatus { status = ErrorMap.status(http: number) }
            case .requestID: break
            case .body: body = member.value
            case nil: context.drop(member.value)
            }
        }
        if let status, !(200..<300).contains(status) {
            var failure = try failure(inBody: body, status: status, context)
            if failure.message == nil, let error {
                failure.message = try failureMessage(ofBatch: error, context)
            }
            response.failure = failure
        } else if let error {
            response.failure = try failure(ofBatch: error, context)
        } else if hasNoStatus, !hasChoices(body, context) {
            response.failure = try failure(inBody: body, status: nil, context)
        } else if let body {
            if try isError(body, context) {
                response.failure = try failure(inBody: body, status: nil, context)
            } else {
                try ChatCompletion.read(body, into: &response, &context)
            }
        } else {
            throw .missing("body", in: node)
        }
    }

    private static func hasChoices(_ body: NodeID?, _ context: borrowing RecordContext) -> Bool {
        guard let body else { return false }
        return context.view.members(body).contains {
            context.string($0.name, is: "choices") && !context.isNeutral($0.value)
        }
    }

    /// Whether a body that came without a failing status is an error all the same.
    private static func isError(
        _ body: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Bool {
        var hasError = false
        for (key, value) in context.view.members(body) {
            if context.string(key, is: "choices") { return false }
            if context.string(key, is: "error"), !isNothing(value, context) { hasError = true }
        }
        return hasError
    }

    // MARK: - Failures

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
    private static func failure(
        inBody body: NodeID?, status: Int?, _ context: borrowing RecordContext
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
    private static func failure(
        ofBatch error: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Failure {
        let message = try failureMessage(ofBatch: error, context)
        guard context.view.kind(error) == .object else {
            return Failure(status: 500, message: message)
        }
        let members = try ErrorMembers(error, context)
        if let code = string(members.code, context), context.string(code, is: "batch_canceled") {
            return Failure(status: ErrorMap.canceledStatus, message: message)
        }
        return Failure(status: members.status(context) ?? 500, message: message)
    }

    private static func failureMessage(
        ofBatch error: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Text? {
        if context.view.kind(error) == .string { return try context.text(error) }
        guard let message = string(try ErrorMembers(error, context).message, context) else {
            return nil
        }
        return try context.text(message)
    }

    /// A member if it is a string.
    private static func string(_ node: NodeID?, _ context: borrowing RecordContext) -> NodeID? {
        guard let node, context.view.kind(node) == .string else { return nil }
        return node
    }
}
