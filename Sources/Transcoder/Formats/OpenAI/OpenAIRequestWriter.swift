// SPDX-License-Identifier: Apache-2.0

// Writes the request lines of OpenAI batch files.

import JSONLCodec

/// Writes OpenAI's requests with chat bodies.
enum OpenAIRequestWriter: RequestWriting {
    static var capabilities: Capabilities { ChatBody.capabilities }

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"custom_id\":")
        context.write(id: request.id, to: &output)
        output.append(",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":")
        try ChatBody.write(request, to: &output, &context)
        output.append("}")
    }
}
