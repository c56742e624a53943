// SPDX-License-Identifier: Apache-2.0

// Writes the lines of Gemini's batches of embeddings around their bodies.

import JSONLCodec

/// Writes requests of embedContent.
enum GeminiEmbeddingRequestWriter: EmbeddingRequestWriting {
    static func traits(of model: EmbeddingModel) -> EmbeddingTraits { EmbedContentBody.traits }

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try GeminiRequestWriter.write(
            request, to: &output, &context, body: EmbedContentBody.write)
    }
}

/// Writes results of embedContent.
enum GeminiEmbeddingResultWriter: EmbeddingResultWriting {
    static var vectorLimit: Int { EmbedContentBody.traits.inputLimit }

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try GeminiResultWriter.write(
            response, to: &output, &context, body: EmbedContentAnswer.write)
    }
}
