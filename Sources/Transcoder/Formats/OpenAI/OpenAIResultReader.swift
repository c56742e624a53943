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
            case .error: error = OpenAIFailure.isNothing(member.value, context) ? nil : member.value
            case nil: context.drop(member.value)
            }
        }
        if let outcome {
            try read(outcome, error, into: &response, &context)
        } else if let error {
            response.failure = try OpenAIFailure.read(batchError: error, context)
        } else {
            throw .missing("response", in: .root)
        }
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
            var failure = try OpenAIFailure.read(body, status: status, context)
            if failure.message == nil, let error {
                failure.message = try OpenAIFailure.message(ofBatch: error, context)
            }
            response.failure = failure
        } else if let error {
            response.failure = try OpenAIFailure.read(batchError: error, context)
        } else if let body, let endpoint = answer(in: body, hasNoStatus: hasNoStatus, context) {
            switch endpoint {
            case .chat: try ChatCompletion.read(body, into: &response, &context)
            case .responses: try ResponsesOutput.read(body, into: &response, &context)
            case .embeddings: try EmbeddingsAnswer.read(body, into: &response, &context)
            }
        } else if body != nil || hasNoStatus {
            response.failure = try OpenAIFailure.read(body, status: nil, context)
        } else {
            throw .missing("body", in: node)
        }
    }

    /// The endpoint of the answer that a body is, or nil where it is an error.
    ///
    /// The answers of other endpoints are left to the reader of chats, which refuses them.
    private static func answer(
        in body: NodeID, hasNoStatus: Bool, _ context: borrowing RecordContext
    ) -> OpenAIEndpoint? {
        var hasAnswer = false
        var hasError = false
        for (key, value) in context.view.members(body) {
            if context.string(key, is: "choices") || context.string(key, is: "output")
                || context.string(key, is: "data")
            {
                hasAnswer = hasAnswer || !hasNoStatus || !context.isNeutral(value)
            }
            if context.string(key, is: "error"), !OpenAIFailure.isNothing(value, context) {
                hasError = true
            }
        }
        if !hasAnswer, hasError || hasNoStatus { return nil }
        return OpenAIEndpoint(output: body, context.view) ?? .chat
    }
}
