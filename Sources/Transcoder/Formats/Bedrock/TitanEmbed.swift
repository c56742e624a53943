// SPDX-License-Identifier: Apache-2.0

// The bodies of Amazon Titan's embedding models: read, and written.

import JSONLCodec

/// The bodies of Titan Text Embeddings: one text, one vector.
///
/// Source: Bedrock user guide, "Amazon Titan Embeddings Text" and "Amazon Titan Multimodal
/// Embeddings G1", read 2026-11; docs/formats/embeddings.md.
enum TitanEmbed {
    /// What a model takes: V2 three lengths of vectors, those before it a text and nothing else.
    static func traits(of model: EmbeddingModel) -> EmbeddingTraits {
        EmbeddingTraits(
            inputLimit: inputLimit,
            dimensions: model == .titanG1 ? .fixed : .oneOf([256, 512, 1024]),
            tasks: .none)
    }

    static let inputLimit = 1

    // MARK: - Requests

    /// Reads the body of a request.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.operation = .embeddings
        request.body = body
        request.embedding.inputsNode = body
        var hasText = false
        var multimodalLength: NodeID?
        var members = try MemberReader(body, TitanMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .inputText:
                hasText = true
                request.embedding.inputsNode = value
                request.embedding.beginInput(at: value)
                request.embedding.append(try context.text(value))
            case .inputImage:
                throw RecordError(
                    .unsupportedImage, at: value, "only texts can be embedded everywhere")
            case .dimensions:
                try context.requireInteger(value)
                request.embedding.dimensions = value
            case .embeddingConfig: multimodalLength = try readLength(in: value, &context)
            // Vectors of length one are what every provider gives.
            case .normalize: if try !context.bool(value) { context.lose(.paramDropped, at: value) }
            case .embeddingTypes: try dropQuantized(value, &context)
            default: context.drop(value)
            }
        }
        guard hasText else { throw .missing("inputText", in: body) }
        try context.settle(dimensions: &request.embedding.dimensions, or: multimodalLength)
    }

    /// The multimodal model says the length of its vectors in an object of its own.
    private static func readLength(
        in config: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> NodeID? {
        var length: NodeID?
        var members = try MemberReader(config, TitanMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .outputEmbeddingLength:
                try context.requireInteger(member.value)
                length = member.value
            default: context.drop(member.value)
            }
        }
        return length
    }

    /// Floats are what comes anyway; bits have no counterpart.
    private static func dropQuantized(
        _ types: NodeID, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireArray(types)
        for type in context.view.elements(types) where !context.string(type, is: "float") {
            context.lose(.paramDropped, at: type)
        }
    }

    /// Spells out the body of a request.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"inputText\":")
        if let input = request.embedding.inputs.first {
            context.write(input, of: request, to: &output)
        }
        if let dimensions = request.embedding.dimensions {
            output.append(",\"dimensions\":")
            try context.write(integer: dimensions, to: &output)
        }
        output.append("}")
    }

    // MARK: - Results

    /// Fills in a response from the body of an answer.
    static func readAnswer(
        _ body: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        response.operation = .embeddings
        response.body = body
        var vector: NodeID?
        var types: NodeID?
        var members = try MemberReader(body, TitanMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .embedding: vector = member.value
            case .embeddingsByType: types = member.value
            case .inputTextTokenCount:
                response.usage = Usage(input: try TokenCount(member.value, context))
            default: context.drop(member.value)
            }
        }
        var quantized: NodeID?
        if let types { quantized = try read(types: types, into: &vector, context) }
        if let vector {
            try context.requireArray(vector)
            response.vectors.append(EmbeddingVector(node: vector, encoding: .floats, index: 0))
            // What was dropped beside floats is reported, each list by itself.
            if let types, quantized != nil { dropQuantized(in: types, &context) }
        } else if let quantized {
            response.vectors.append(
                EmbeddingVector(node: quantized, encoding: .quantized, index: 0))
        } else {
            throw .missing("embedding", in: body)
        }
    }

    /// Finds the floats, which stand among the types once more, and the first of the others.
    private static func read(
        types: NodeID, into vector: inout NodeID?, _ context: borrowing RecordContext
    ) throws(RecordError) -> NodeID? {
        var quantized: NodeID?
        var members = try MemberReader(types, TitanMember.table, context.view)
        while let member = try members.next() {
            if case .float = member.name {
                guard let embedding = vector, !context.isNeutral(embedding) else {
                    vector = member.value
                    continue
                }
            } else {
                quantized = quantized ?? member.value
            }
        }
        return quantized
    }

    private static func dropQuantized(in types: NodeID, _ context: inout RecordContext) {
        for (key, value) in context.view.members(types)
        where TitanMember.table.name(of: key, context.view) != .float {
            context.drop(value)
        }
    }

    /// Spells out the body of an answer: since V2 the vector stands in it twice.
    static func writeAnswer(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        guard let vector = response.vectors.first else { return output.append("{}") }
        output.append("{\"embedding\":")
        try context.write(floats: vector, to: &output)
        output.append(",\"inputTextTokenCount\":")
        output.append(response.usage.input)
        if context.embeddingModel != .titanG1 {
            output.append(",\"embeddingsByType\":{\"float\":")
            try context.write(floats: vector, to: &output)
            output.append("}")
        }
        output.append("}")
    }
}

/// The members of Titan's bodies.
enum TitanMember: String, MemberName {
    case inputText, inputImage, dimensions, normalize, embeddingTypes
    case embeddingConfig, outputEmbeddingLength
    case embedding, embeddingsByType, inputTextTokenCount, float

    static let table = MemberTable<TitanMember>()
}
