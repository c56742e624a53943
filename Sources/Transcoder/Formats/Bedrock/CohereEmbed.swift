// SPDX-License-Identifier: Apache-2.0

// The bodies of requests to Cohere's embedding models: read, and written.

import JSONLCodec

/// The bodies of Cohere Embed v3 and v4: up to 96 texts, one vector each.
///
/// Source: Bedrock user guide, "Cohere Embed v3" and "Cohere Embed v4", read 2026-11;
/// docs/formats/embeddings.md.
enum CohereEmbed {
    /// What a model takes: v4 four lengths of vectors, v3 its own.
    static func traits(of model: EmbeddingModel) -> EmbeddingTraits {
        EmbeddingTraits(
            inputLimit: inputLimit,
            dimensions: model == .cohereV3 ? .fixed : .oneOf([256, 512, 1024, 1536]),
            tasks: .oneOfFour("modelInput.input_type"))
    }

    static let inputLimit = 96

    // MARK: - Reading

    /// Reads the body of a request.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.operation = .embeddings
        request.body = body
        var texts: NodeID?
        var members = try MemberReader(body, CohereMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .texts: texts = value
            case .inputType: try read(task: value, into: &request.embedding, &context)
            case .embeddingTypes: try read(types: value, into: &request.embedding, &context)
            case .outputDimension:
                try context.requireInteger(value)
                request.embedding.dimensions = value
            case .images where !context.isNeutral(value):
                throw RecordError(
                    .unsupportedImage, at: value, "only texts can be embedded everywhere")
            case .inputs where !context.isNeutral(value):
                throw RecordError(
                    .unsupportedBlock, at: value, "only texts can be embedded everywhere")
            // A text that is too long fails at other providers too.
            case .truncate where context.string(value, is: "NONE"): break
            default: context.drop(value)
            }
        }
        guard let texts else { throw .missing("texts", in: body) }
        try context.requireArray(texts)
        request.embedding.inputsNode = texts
        for text in context.view.elements(texts) {
            request.embedding.beginInput(at: text)
            request.embedding.append(try context.text(text))
        }
    }

    private static func read(
        task node: NodeID, into request: inout EmbeddingRequest, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireString(node)
        request.task = EmbeddingTask.allCases.first { task in
            task.cohereWord.map { context.string(node, is: $0) } == true
        }
        request.taskNode = node
        if request.task == nil { context.lose(.paramDropped, at: node) }
    }

    private static func read(
        types: NodeID, into request: inout EmbeddingRequest, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(types)
        for type in context.view.elements(types) {
            if context.string(type, is: "base64") {
                request.base64 = type
            } else if !context.string(type, is: "float") {
                context.lose(.paramDropped, at: type)
            }
        }
    }

    // MARK: - Writing

    /// Spells out the body of a request.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"texts\":")
        var list = MemberList()
        for input in request.embedding.inputs {
            list.beginElement(&output)
            context.write(input, of: request, to: &output)
        }
        list.endArray(&output)
        if let word = request.embedding.task?.cohereWord {
            output.append(",\"input_type\":")
            output.append(quoted: word)
        }
        if let dimensions = request.embedding.dimensions {
            output.append(",\"output_dimension\":")
            try context.write(integer: dimensions, to: &output)
        }
        output.append("}")
    }
}

/// The members of Cohere's bodies.
enum CohereMember: String, MemberName {
    case texts, images, inputs, truncate
    case inputType = "input_type"
    case embeddingTypes = "embedding_types"
    case outputDimension = "output_dimension"
    case id, embeddings
    case responseType = "response_type"
    case float, base64

    static let table = MemberTable<CohereMember>()
}

extension EmbeddingTask {
    /// Cohere's word, for the four that it has.
    fileprivate var cohereWord: StaticString? {
        switch self {
        case .document: "search_document"
        case .query: "search_query"
        case .classification: "classification"
        case .clustering: "clustering"
        case .similarity, .questionAnswering, .factVerification, .codeQuery: nil
        }
    }
}
