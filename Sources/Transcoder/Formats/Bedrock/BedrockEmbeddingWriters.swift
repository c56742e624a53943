// SPDX-License-Identifier: Apache-2.0

// Writes the records of Bedrock's batches of embeddings around their bodies.

import JSONLCodec

/// Writes records with the bodies of Titan's models.
enum TitanEmbedRequestWriter: EmbeddingRequestWriting, BedrockRequestWriting {
    static func traits(of model: EmbeddingModel) -> EmbeddingTraits {
        TitanEmbed.traits(of: model)
    }

    static func writeBody(
        of request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try TitanEmbed.write(request, to: &output, &context)
    }
}

/// Writes results with the answers of Titan's models.
enum TitanEmbedResultWriter: EmbeddingResultWriting, BedrockResultWriting {
    static let vectorLimit = TitanEmbed.inputLimit

    static func writeAnswer(
        of response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try TitanEmbed.writeAnswer(response, to: &output, &context)
    }
}

/// Writes records with the bodies of Cohere's models.
enum CohereEmbedRequestWriter: EmbeddingRequestWriting, BedrockRequestWriting {
    static func traits(of model: EmbeddingModel) -> EmbeddingTraits {
        CohereEmbed.traits(of: model)
    }

    static func writeBody(
        of request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try CohereEmbed.write(request, to: &output, &context)
    }
}

/// Writes results with the answers of Cohere's models.
enum CohereEmbedResultWriter: EmbeddingResultWriting, BedrockResultWriting {
    static let vectorLimit = CohereEmbed.inputLimit

    static func writeAnswer(
        of response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try CohereEmbedAnswer.write(response, to: &output, &context)
    }
}
