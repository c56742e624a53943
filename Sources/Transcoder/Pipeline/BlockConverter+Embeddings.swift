// SPDX-License-Identifier: Apache-2.0

// The way of the records that are no conversations, or are wanted as none.

import JSONLCodec

extension BlockConverter {
    /// Fits and writes a request of the other operation.
    ///
    /// - Throws: `endpoint.unsupported` or `body.unsupported` where the target lacks what the
    ///   record asks for (rulings H18 and I-A3).
    mutating func convertOtherRequest() throws(RecordError) {
        guard request.operation == .embeddings, let writer = conversion.embeddings?.requestWriter
        else {
            throw refusal(
                of: request.operation, conversion.source.foreignRequest,
                at: request.operation == .embeddings ? request.embedding.inputsNode : request.body)
        }
        let traits = writer.traits(of: context.embeddingModel)
        try EmbeddingRules.apply(traits, to: &request, &context)
        request.id = restricted(request.id)
        try writer.write(request, to: &output, &context)
    }

    /// Fits and writes a result of the other operation; a failure has none.
    mutating func convertOtherResult() throws(RecordError) {
        guard response.operation == .embeddings || response.failure != nil,
            let writer = conversion.embeddings?.resultWriter
        else { throw refusal(of: response.operation, .bodyUnsupported, at: response.body) }
        try EmbeddingRules.apply(vectorLimit: writer.vectorLimit, to: &response, context)
        response.id = restricted(response.id)
        try writer.write(response, to: &output, &context)
    }

    /// The inputs that the record asks vectors for; 0 for anything but a request for embeddings.
    var inputCount: Int {
        guard conversion.kind == .request, request.operation == .embeddings else { return 0 }
        return request.embedding.count
    }

    /// Counts what a record asks vectors for that is copied as it is, good or bad.
    mutating func countCopiedInputs() {
        request.reset()
        try? conversion.source.requestReader.read(into: &request, &context)
        context.losses.removeAll(keepingCapacity: true)
        log.embeddings.add(inputs: inputCount)
    }

    private func refusal(
        of operation: Operation, _ code: ErrorCode, at node: NodeID
    ) -> RecordError {
        switch (operation, conversion.firstOperation) {
        case (.chat, _) where conversion.dialectIsNamed:
            RecordError(code, at: node, "the dialect that was named takes embeddings only")
        case (.embeddings, _) where conversion.dialectIsNamed:
            RecordError(code, at: node, "the dialect that was named takes conversations only")
        case (.chat, _):
            RecordError(
                .mixedFormats, at: node,
                "the first record asks for embeddings, and a batch is of one kind")
        case (.embeddings, .chat):
            RecordError(
                .mixedFormats, at: node,
                "the first record is a conversation, and a batch is of one kind")
        case (.embeddings, _):
            RecordError(code, at: node, conversion.target.embeddingAdvice)
        }
    }
}
