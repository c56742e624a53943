// SPDX-License-Identifier: Apache-2.0

// Writes a line of a result file as the Developer API has it.

import JSONLCodec

/// Writes Gemini results.
enum GeminiResultWriter: ResultWriting {
    static let traits = ResultTraits(toolCallID: nil, takesOneChoice: false)

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try write(response, to: &output, &context) {
            (response, output, context) throws(RecordError) in
            try write(
                answer: response, keepsBody: context.readsVertexColumns, to: &output, &context)
        }
    }

    /// Writes a result: a failure, or an answer whose body a function writes.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext,
        body: ResultBodyWriter
    ) throws(RecordError) {
        output.append("{\"key\":")
        context.write(id: response.id, to: &output)
        if let failure = response.failure {
            output.append(",\"error\":{\"code\":")
            output.append(decimal: ErrorMap.googleCode(status: failure.status))
            output.append(",\"message\":")
            if let message = failure.message {
                context.write(message, to: &output)
            } else {
                output.append(quoted: words(for: failure))
            }
            output.append("}}")
        } else {
            output.append(",\"response\":")
            try body(response, &output, &context)
            output.append("}")
        }
    }

    /// Writes the answer; that of the other service may stay as it is.
    static func write(
        answer response: Response, keepsBody: Bool, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        guard let body = response.sameBody, keepsBody, !response.hasRenamedCalls else {
            return try GenerateContentResponse.write(response, to: &output, &context)
        }
        context.write(body, to: &output)
        keepWhole(body, &context)
    }

    /// Takes back what the reader said is lost of an answer that was copied whole.
    private static func keepWhole(_ body: NodeID, _ context: inout RecordContext) {
        let inside = body.position..<context.view.next(after: body).position
        context.losses.removeAll { loss in
            switch loss.place {
            case .node(let node), .member(of: let node, _): inside.contains(node.position)
            case .path: false
            }
        }
    }

    /// What is said about a failure of which the source says nothing.
    static func words(for failure: Failure) -> StaticString {
        switch failure.kind {
        case .http: ""
        case .expired: ErrorMap.expiredMessage
        case .canceled: ErrorMap.canceledMessage
        }
    }
}

extension Response {
    /// Calls have the names of the client's own tools again, which the source lacks.
    fileprivate var hasRenamedCalls: Bool {
        parts.contains { part in
            if case .toolCall(let call) = part { call.name.isScratch } else { false }
        }
    }
}
