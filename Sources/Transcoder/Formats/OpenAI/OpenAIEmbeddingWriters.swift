// SPDX-License-Identifier: Apache-2.0

// Writes the lines of OpenAI batches of embeddings around their bodies.

import JSONLCodec

/// Writes OpenAI's requests with the bodies of `/v1/embeddings`.
enum OpenAIEmbeddingRequestWriter: EmbeddingRequestWriting {
    static func traits(of model: EmbeddingModel) -> EmbeddingTraits { EmbeddingsBody.traits }

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        OpenAIRequest.begin(request, .embeddings, to: &output, &context)
        try EmbeddingsBody.write(request, to: &output, &context)
        output.append("}")
    }
}

/// Writes OpenAI's results with lists of embeddings as bodies.
enum OpenAIEmbeddingResultWriter: EmbeddingResultWriting {
    static var vectorLimit: Int { EmbeddingsBody.traits.inputLimit }

    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try OpenAIResult.write(response, to: &output, &context, body: EmbeddingsAnswer.write)
    }
}
