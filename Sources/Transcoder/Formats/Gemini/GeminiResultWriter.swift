// SPDX-License-Identifier: Apache-2.0

// Writes a line of a result file as the Developer API has it.

import JSONLCodec

/// Writes Gemini results.
enum GeminiResultWriter: ResultWriting {
    static let traits = ResultTraits(toolCallID: nil, takesOneChoice: false)

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"key\":")
        context.write(id: response.id, to: &output)
        if let failure = response.failure {
            output.append(",\"error\":{\"code\":")
            output.append(decimal: ErrorMap.googleCode(status: failure.status))
            output.append(",\"message\":")
            write(messageOf: failure, to: &output, context)
            output.append("}}")
        } else if let body = response.sameBody, !response.hasRenamedCalls {
            output.append(",\"response\":")
            context.write(body, to: &output)
            output.append("}")
            keepWhole(body, &context)
        } else {
            output.append(",\"response\":")
            try GenerateContentResponse.write(response, to: &output, &context)
            output.append("}")
        }
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

    private static func write(
        messageOf failure: Failure, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        if let message = failure.message { return context.write(message, to: &output) }
        switch failure.kind {
        case .http: output.append("\"\"")
        case .expired: output.append(quoted: ErrorMap.expiredMessage)
        case .canceled: output.append(quoted: ErrorMap.canceledMessage)
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
