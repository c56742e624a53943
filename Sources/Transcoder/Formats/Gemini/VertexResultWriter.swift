// SPDX-License-Identifier: Apache-2.0

// Writes a line of a result file as Vertex AI has it.

import JSONLCodec

/// Writes Gemini results with the columns of Vertex AI.
enum VertexResultWriter: ResultWriting {
    static var traits: ResultTraits { GeminiResultWriter.traits }

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"custom_id\":")
        context.write(id: response.id, to: &output)
        output.append(",\"status\":\"")
        if let failure = response.failure { write(failure, to: &output, context) }
        output.append("\"")
        GenerateContentResponse.write(
            response.created, named: ",\"processed_time\":", to: &output, context)
        if context.echo.count > 0 {
            output.append(",\"request\":")
            context.writeModelInput(to: &output)
        } else {
            context.lose(.modelInputMissing, target: "request")
        }
        output.append(",\"response\":")
        if response.failure == nil {
            try GeminiResultWriter.write(answer: response, keepsBody: true, to: &output, &context)
        } else {
            output.append("{}")
        }
        output.append("}")
    }

    /// Writes the text of a status: HTTP's phrase, and Google's error as JSON (ruling I20).
    private static func write(
        _ failure: Failure, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        output.append(ErrorMap.phrase(status: failure.status))
        output.append(": {\\\"error\\\":{\\\"code\\\":")
        output.append(decimal: failure.status)
        output.append(",\\\"message\\\":\\\"")
        if let message = failure.message {
            output.append(escaping: context.bytes(message))
        } else {
            output.append(GeminiResultWriter.words(for: failure))
        }
        output.append("\\\",\\\"status\\\":\\\"")
        output.append(ErrorMap.googleName(code: ErrorMap.googleCode(status: failure.status)))
        output.append("\\\"}}")
    }
}
