// SPDX-License-Identifier: Apache-2.0

// Reads a line of a request file of the Developer API or of Vertex AI.

import JSONLCodec

/// Reads Gemini requests.
enum GeminiRequestReader: RequestReading {
    static func read(
        into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        let envelope = try GeminiEnvelope(&context)
        envelope.dropBareMembers(&context)
        request.id = try envelope.readID(&context)
        guard let body = envelope.request else { throw .missing("request", in: .root) }
        // A line of results that is read as a request: its answer has no place in one.
        if let response = envelope.response, !context.readsVertexColumns { context.drop(response) }
        if let error = envelope.error, !context.readsVertexColumns { context.drop(error) }
        if EmbedContentBody.isMeant(by: body, context.view) {
            try EmbedContentBody.read(body, into: &request, &context)
        } else {
            try GenerateContentBody.read(body, into: &request, &context)
        }
    }
}
