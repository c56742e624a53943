// SPDX-License-Identifier: Apache-2.0

// The bodies of answers of Cohere's embedding models: read, and written.

import JSONLCodec

/// The answers of Cohere Embed: a list of vectors, or a list for each type of them.
///
/// Source: as ``CohereEmbed``.
enum CohereEmbedAnswer {
    // MARK: - Reading

    /// Fills in a response from the body of an answer.
    static func read(
        _ body: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        response.operation = .embeddings
        response.body = body
        var embeddings: NodeID?
        var members = try MemberReader(body, CohereMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .id: response.responseID = try context.text(member.value)
            case .embeddings: embeddings = member.value
            // The type shows in the vectors, the inputs are those of the request.
            case .responseType, .texts, .images, .inputs: break
            default: context.drop(member.value)
            }
        }
        guard let embeddings else { throw .missing("embeddings", in: body) }
        if context.view.kind(embeddings) == .object {
            try read(types: embeddings, into: &response, &context)
        } else {
            try read(embeddings, .floats, into: &response, context)
        }
    }

    /// Takes the floats, however they are spelled, and drops the other types.
    private static func read(
        types: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var floats: NodeID?
        var base64: NodeID?
        var firstQuantized: NodeID?
        var members = try MemberReader(types, CohereMember.table, context.view)
        while let member = try members.next() {
            // Types that were not asked for are null or empty.
            guard !context.isNeutral(member.value) else { continue }
            switch member.name {
            case .float: floats = member.value
            case .base64: base64 = member.value
            default: firstQuantized = firstQuantized ?? member.value
            }
        }
        guard let vectors = floats ?? base64 else {
            if let firstQuantized {
                try read(firstQuantized, .quantized, into: &response, context)
            }
            return
        }
        if firstQuantized != nil { dropQuantized(in: types, &context) }
        try read(vectors, floats == nil ? .base64 : .floats, into: &response, context)
    }

    /// Reports each list of whole numbers or bits.
    private static func dropQuantized(in types: NodeID, _ context: inout RecordContext) {
        for (key, value) in context.view.members(types) {
            switch CohereMember.table.name(of: key, context.view) {
            case .float, .base64: continue
            default: context.drop(value)
            }
        }
    }

    private static func read(
        _ list: NodeID, _ encoding: EmbeddingVector.Encoding, into response: inout Response,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireArray(list)
        for vector in context.view.elements(list) {
            if encoding == .base64 {
                try context.requireString(vector)
            } else {
                try context.requireArray(vector)
            }
            response.vectors.append(
                EmbeddingVector(node: vector, encoding: encoding, index: response.vectors.count))
        }
    }

    // MARK: - Writing

    /// Spells out the body of an answer.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"id\":")
        if let id = response.responseID, !id.isEmpty {
            context.write(id, to: &output)
        } else if let id = response.id.text {
            context.write(id, to: &output)
        } else {
            output.append("\"\"")
        }
        output.append(",\"response_type\":\"embeddings_floats\",\"texts\":")
        writeTexts(to: &output, &context)
        output.append(",\"embeddings\":")
        var list = MemberList()
        for vector in response.vectors {
            list.beginElement(&output)
            try context.write(floats: vector, to: &output)
        }
        list.endArray(&output)
        output.append("}")
    }

    /// Writes the texts of the client's own request; in results of others they stand nowhere.
    private static func writeTexts(
        to output: inout ByteBuffer, _ context: inout RecordContext
    ) {
        if let view = context.embedded.index(plain: context.echo.view) {
            for (key, value) in view.members(.root)
            where view.string(key, is: "texts") && view.kind(value) == .array {
                return output.append(minified: value, of: view)
            }
        }
        output.append("[]")
    }
}
