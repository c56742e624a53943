// SPDX-License-Identifier: Apache-2.0

// Writes the request lines of OpenAI batch files, around a body of any endpoint.

import JSONLCodec

/// Writes OpenAI's requests with chat bodies.
enum ChatRequestWriter: RequestWriting {
    static var capabilities: Capabilities { ChatBody.capabilities }

    static func capabilities(for options: ConversionOptions) -> Capabilities {
        options.service.chatCapabilities
    }

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        OpenAIRequest.begin(request, .chat, to: &output, &context)
        try ChatBody.write(request, to: &output, &context)
        output.append("}")
    }
}

/// Writes OpenAI's requests with bodies of the Responses API.
enum ResponsesRequestWriter: RequestWriting {
    static var capabilities: Capabilities { ResponsesBody.capabilities }

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        OpenAIRequest.begin(request, .responses, to: &output, &context)
        try ResponsesBody.write(request, to: &output, &context)
        output.append("}")
    }
}

/// What the requests of all endpoints share.
enum OpenAIRequest {
    /// Writes the members of a line up to the value of its body.
    static func begin(
        _ request: Request, _ endpoint: OpenAIEndpoint, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        output.append("{\"custom_id\":")
        context.write(id: request.id, to: &output)
        let service = context.options.service
        if service.namesEndpoint {
            output.append(",\"method\":\"POST\",\"url\":\"")
            if service.hasVersion { output.append("/v1") }
            output.append(endpoint.path)
            output.append("\"")
        }
        output.append(",\"body\":")
    }
}
