// SPDX-License-Identifier: Apache-2.0

// Writes a result of a Message Batch: the envelope and errors; the answer is a Message.

import JSONLCodec

/// Writes `{"custom_id", "result"}`.
enum AnthropicResultWriter: ResultWriting {
    static var traits: ResultTraits { MessageResult.traits }

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"custom_id\":")
        context.write(id: response.id, to: &output)
        output.append(",\"result\":{\"type\":\"")
        if let failure = response.failure {
            write(failure, to: &output, context)
        } else {
            output.append("succeeded\",\"message\":")
            try MessageResult.write(response, to: &output, &context)
        }
        output.append("}}")
    }

    /// Writes the type of the result, from inside its quotes, and what belongs to it.
    private static func write(
        _ failure: Failure, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        // An end without a call has a type of its own here, whose message is always the same.
        if failure.kind == .expired || failure.status == 408 { return output.append("expired\"") }
        if failure.kind == .canceled || failure.status == 499 {
            return output.append("canceled\"")
        }
        output.append("errored\",\"error\":{\"type\":\"error\",\"error\":{\"type\":")
        output.append(quoted: ErrorMap.anthropicType(status: failure.status))
        output.append(",\"message\":")
        if let message = failure.message {
            context.write(message, to: &output)
        } else {
            output.append("\"\"")
        }
        output.append("}}")
    }
}
