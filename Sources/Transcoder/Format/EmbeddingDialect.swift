// SPDX-License-Identifier: Apache-2.0

// The seam for the other operation of batches: what a dialect of embeddings has to bring along.

import JSONLCodec

/// A body dialect of embeddings that a format can write.
struct EmbeddingDialect: Sendable {
    /// The name after the slash: `titan-embed`.
    let name: String
    /// What stands in the ids of the models that take it, where a provider has several dialects.
    var modelWord: String?
    let requestWriter: any EmbeddingRequestWriting.Type
    let resultWriter: any EmbeddingResultWriting.Type
    /// Requests can ask for vectors as base64.
    var asksForBase64 = false
    /// What it alone can say, for the table of pairs.
    var sayings: [FamilySaying] = []

    /// Its clients can ask for vectors as base64.
    var takesBase64: Bool { requestWriter.traits(of: .current).takesBase64 }
}

/// Writes the embedding requests of a dialect.
protocol EmbeddingRequestWriting: SendableMetatype {
    /// What a model can express in the dialect.
    static func traits(of model: EmbeddingModel) -> EmbeddingTraits

    /// Spells out a request that ``EmbeddingRules`` has fitted to the traits.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError)
}

/// Writes the embedding results of a dialect.
protocol EmbeddingResultWriting: SendableMetatype {
    /// The most vectors of one result.
    static var vectorLimit: Int { get }

    /// Spells out a response that ``EmbeddingRules`` has fitted.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError)
}

extension BatchFormat {
    static var embeddingDialects: [EmbeddingDialect] { [] }
    static var foreignRequest: ErrorCode { .endpointUnsupported }
    static var embeddingAdvice: StaticString { "the target takes no embeddings" }

    /// The names of all dialects that can be written, the default one first.
    static var writtenDialects: [String] {
        dialects.map(\.name) + embeddingDialects.map(\.name)
    }

    /// What records of a dialect are; nil where it does not say.
    static func operation(ofDialect name: String?) -> Operation? {
        if embeddingDialects.contains(where: { $0.name == name }) { return .embeddings }
        // The lines of another service hold bodies of both.
        let isChat =
            dialects.contains { $0.name == name && !$0.isOtherService }
            || readOnlyDialects.contains { $0 == name }
        return isChat ? .chat : nil
    }

    /// The dialect that embeddings are written in where the user names none.
    ///
    /// - Parameter model: The model that the batch is for.
    /// - Returns: nil where there is none, or where the model does not tell which of several.
    static func embeddingDialect(for model: String?) -> EmbeddingDialect? {
        if embeddingDialects.count == 1 { return embeddingDialects[0] }
        guard let model = model?.lowercased() else { return nil }
        return embeddingDialects.first { dialect in
            dialect.modelWord.map { model.contains(word: $0) } == true
        }
    }
}
