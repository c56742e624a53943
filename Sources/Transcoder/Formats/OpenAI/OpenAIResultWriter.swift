// SPDX-License-Identifier: Apache-2.0

// Writes the result lines of OpenAI batch files, with all members that OpenAI itself writes,
// around an answer of either dialect.

import JSONLCodec

/// Writes OpenAI's results with chat completions as bodies.
enum ChatResultWriter: ResultWriting {
    static let traits = ResultTraits(toolCallID: .any, takesOneChoice: false)

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try OpenAIResult.write(response, to: &output, &context, body: ChatCompletion.write)
    }
}

/// Writes OpenAI's results with answers of the Responses API as bodies.
enum ResponsesResultWriter: ResultWriting {
    static let traits = ResultTraits(toolCallID: .any, takesOneChoice: true)

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try OpenAIResult.write(response, to: &output, &context, body: ResponsesOutput.write)
    }
}

/// What the results of all dialects share.
enum OpenAIResult {
    /// Writes a line around an answer, or a failure in its place.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext,
        body: ResultBodyWriter
    ) throws(RecordError) {
        begin(response, to: &output, &context)
        if let failure = response.failure {
            write(failure, of: response, to: &output, context)
        } else {
            writeHead(status: 200, response.id, to: &output, context)
            try body(response, &output, &context)
            output.append("},\"error\":null")
        }
        output.append("}")
    }

    /// Writes the members of a line up to the value of `response`.
    private static func begin(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) {
        output.append("{\"id\":\"batch_req_")
        append(response.id, to: &output, context)
        output.append("\",\"custom_id\":")
        context.write(id: response.id, to: &output)
        output.append(",\"response\":")
    }

    /// The inside of the record's id, once more.
    private static func append(
        _ id: RecordID, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let text = id.text { output.append(copying: context.bytes(text, for: output)) }
    }

    /// Writes the members of `response` up to the value of its body.
    private static func writeHead(
        status: Int, _ id: RecordID, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        output.append("{\"status_code\":")
        output.append(decimal: status)
        output.append(",\"request_id\":\"")
        append(id, to: &output, context)
        output.append("\",\"body\":")
    }

    // MARK: - Failures

    /// Writes a failure in the place of an answer.
    private static func write(
        _ failure: Failure, of response: Response, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        if failure.kind == .expired || failure.status == ErrorMap.expiredStatus {
            return writeBatchError(
                "batch_expired", failure.message, ErrorMap.expiredMessage, to: &output, context)
        }
        if failure.kind == .canceled || failure.status == ErrorMap.canceledStatus {
            return writeBatchError(
                "batch_cancelled", failure.message, ErrorMap.canceledMessage, to: &output, context)
        }
        writeHead(status: failure.status, response.id, to: &output, context)
        output.append("{\"error\":{\"message\":")
        if let message = failure.message {
            context.write(message, to: &output)
        } else {
            output.append("\"\"")
        }
        output.append(",\"type\":")
        if let type = failure.type {
            context.write(type, to: &output)
        } else {
            output.append(quoted: ErrorMap.openAIType(status: failure.status))
        }
        output.append(",\"param\":")
        write(failure.param, to: &output, context)
        output.append(",\"code\":")
        write(failure.code, to: &output, context)
        output.append("}}},\"error\":null")
    }

    private static func write(
        _ node: NodeID?, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let node {
            context.write(node, to: &output)
        } else {
            output.append("null")
        }
    }

    /// Writes the error of a request that never reached the API, after `"response":`.
    private static func writeBatchError(
        _ code: StaticString, _ message: Text?, _ fallback: StaticString,
        to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        output.append("null,\"error\":{\"code\":")
        output.append(quoted: code)
        output.append(",\"message\":")
        if let message {
            context.write(message, to: &output)
        } else {
            output.append(quoted: fallback)
        }
        output.append("}")
    }
}
