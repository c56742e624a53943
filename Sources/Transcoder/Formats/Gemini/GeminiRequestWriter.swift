// SPDX-License-Identifier: Apache-2.0

// Writes a line of a request file of the Developer API.

import JSONLCodec

/// Writes Gemini requests.
enum GeminiRequestWriter: RequestWriting {
    static var capabilities: Capabilities { GenerateContentBody.capabilities }

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try write(request, to: &output, &context, body: GenerateContentBody.write)
    }

    /// Writes a request whose body a function writes.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext,
        body: RequestBodyWriter
    ) throws(RecordError) {
        switch context.options.geminiID {
        case .key:
            output.append("{\"key\":")
            context.write(id: request.id, to: &output)
            output.append(",\"request\":")
            try body(request, &output, &context)
            output.append("}")
        case .metadata:
            output.append("{\"request\":")
            try body(request, &output, &context)
            output.append(",\"metadata\":{\"key\":")
            context.write(id: request.id, to: &output)
            output.append("}}")
        }
    }
}
