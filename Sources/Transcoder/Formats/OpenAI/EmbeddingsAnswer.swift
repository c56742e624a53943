// SPDX-License-Identifier: Apache-2.0

// The bodies of OpenAI's embedding results: read, and written.

import JSONLCodec

/// The body of an answer of `/v1/embeddings`.
///
/// Source: openai 3.54.0, `CreateEmbeddingResponse`; docs/formats/embeddings.md.
enum EmbeddingsAnswer {
    // MARK: - Reading

    /// Fills in a response from a body.
    ///
    /// - Throws: `body.unsupported` for lists of other things.
    static func read(
        _ body: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        response.operation = .embeddings
        response.body = body
        var data: NodeID?
        var members = try MemberReader(body, EmbeddingTerms.answer, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .data: data = value
            case .model: response.model = try context.text(value)
            case .usage: response.usage = try usage(value, context)
            case .object, .id, .created: break
            case nil: context.drop(value)
            }
        }
        guard let data else { throw .missing("data", in: body) }
        try context.requireArray(data)
        for element in context.view.elements(data) {
            try read(vector: element, into: &response, &context)
        }
    }

    /// Reads the counts, of which the sum says as much as that of the input.
    private static func usage(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Usage {
        var input: TokenCount?
        var total: TokenCount?
        var members = try MemberReader(node, EmbeddingTerms.usage, context.view)
        while let member = try members.next() {
            switch member.name {
            case .promptTokens: input = try TokenCount(member.value, context)
            case .totalTokens: total = try TokenCount(member.value, context)
            case nil: continue
            }
        }
        return Usage(input: input ?? total ?? .zero)
    }

    private static func read(
        vector node: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var index = response.vectors.count
        var embedding: NodeID?
        var members = try MemberReader(node, EmbeddingTerms.vector, context.view)
        while let member = try members.next() {
            switch member.name {
            case .object: break
            case .index: index = try context.integer(member.value)
            case .embedding: embedding = member.value
            case nil: context.drop(member.value)
            }
        }
        guard let embedding else {
            throw RecordError(.bodyUnsupported, at: node, "this is no embedding")
        }
        response.vectors.append(
            EmbeddingVector(
                node: embedding, encoding: try context.encoding(of: embedding), index: index))
    }

    // MARK: - Writing

    /// Spells out the body of an answer.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"object\":\"list\",\"data\":")
        var list = MemberList()
        for (index, vector) in response.vectors.enumerated() {
            list.beginElement(&output)
            output.append("{\"object\":\"embedding\",\"index\":")
            output.append(decimal: index)
            output.append(",\"embedding\":")
            // Clients of OpenAI know both spellings, and get the one that they asked for.
            switch (response.wantsBase64, vector.encoding) {
            case (true, .floats): try context.write(base64: vector, to: &output)
            case (false, .base64): try context.write(floats: vector, to: &output)
            case (_, .base64): try context.write(keptBase64: vector, to: &output)
            default: context.write(vector.node, to: &output)
            }
            output.append("}")
        }
        list.endArray(&output)
        output.append(",\"model\":")
        if let model = response.model {
            context.write(model, to: &output)
        } else {
            output.append(quoted: context.modelName.view)
        }
        output.append(",\"usage\":{\"prompt_tokens\":")
        output.append(response.usage.input)
        output.append(",\"total_tokens\":")
        output.append(response.usage.input)
        output.append("}}")
    }
}

extension RecordContext {
    /// How a vector is spelled, told from its kind.
    ///
    /// - Throws: `wrong_type` where it is neither a list nor base64.
    func encoding(of vector: NodeID) throws(RecordError) -> EmbeddingVector.Encoding {
        switch view.kind(vector) {
        case .array: return .floats
        case .string: return .base64
        default: throw .wrongType(vector, "a vector is a list of numbers")
        }
    }
}
