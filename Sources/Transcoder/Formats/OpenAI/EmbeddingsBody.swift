// SPDX-License-Identifier: Apache-2.0

// The bodies of OpenAI's embedding requests: read, and written.

import JSONLCodec

/// The body of a request to `/v1/embeddings`.
///
/// Source: openai 3.54.0, `EmbeddingCreateParams`; docs/formats/embeddings.md.
enum EmbeddingsBody {
    /// What all models take; which of them take a length is the user's to know.
    static let traits = EmbeddingTraits(
        inputLimit: 2048, dimensions: .any, tasks: .none, takesTokens: true, takesBase64: true,
        writesModel: true)

    // MARK: - Reading

    /// Reads a body.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.operation = .embeddings
        request.body = body
        var input: NodeID?
        var outputDimension: NodeID?
        var members = try MemberReader(body, EmbeddingTerms.body, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .input: input = value
            case .model:
                try context.requireString(value)
                request.model = value
            case .dimensions:
                try context.requireInteger(value)
                request.embedding.dimensions = value
            case .outputDimension:
                try context.requireInteger(value)
                outputDimension = value
            case .encodingFormat:
                try context.requireString(value)
                if context.string(value, is: "base64") {
                    request.embedding.base64 = value
                } else if !context.string(value, is: "float") {
                    context.drop(value)
                }
            case .user, nil: context.drop(value)
            }
        }
        guard let input else { throw .missing("input", in: body) }
        try context.settle(dimensions: &request.embedding.dimensions, or: outputDimension)
        try read(input: input, into: &request.embedding, context)
    }

    /// A text, several, the tokens of a text, or those of several.
    private static func read(
        input: NodeID, into request: inout EmbeddingRequest, _ context: borrowing RecordContext
    ) throws(RecordError) {
        request.inputsNode = input
        switch context.view.kind(input) {
        case .string:
            request.beginInput(at: input)
            request.append(try context.text(input))
        case .array:
            for element in context.view.elements(input) {
                switch context.view.kind(element) {
                case .string:
                    request.beginInput(at: element)
                    request.append(try context.text(element))
                case .number where request.inputs.isEmpty:
                    request.tokens = input
                    request.tokenInputs = 1
                    return
                case .array where request.inputs.isEmpty:
                    request.tokens = input
                    for _ in context.view.elements(input) { request.tokenInputs += 1 }
                    return
                default: throw .wrongType(element, "inputs are texts or lists of tokens")
                }
            }
        default: throw .wrongType(input, "a text or a list is expected here")
        }
    }

    /// Whether a request line wants its vectors as base64.
    static func asksForBase64(_ request: JSONView) -> Bool {
        guard let body = request.member("body") else { return false }
        return request.members(body).contains { (key, value) in
            EmbeddingTerms.body.name(of: key, request) == .encodingFormat
                && request.string(value, is: "base64")
        }
    }

    // MARK: - Writing

    /// Spells out the body.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"model\":")
        try context.writeModel(of: request, to: &output)
        output.append(",\"input\":")
        if request.embedding.inputs.count == 1 {
            context.write(request.embedding.inputs[0], of: request, to: &output)
        } else {
            var list = MemberList()
            for input in request.embedding.inputs {
                list.beginElement(&output)
                context.write(input, of: request, to: &output)
            }
            list.endArray(&output)
        }
        if let dimensions = request.embedding.dimensions {
            output.append(",\"")
            output.append(context.options.service.dimensions)
            output.append("\":")
            try context.write(integer: dimensions, to: &output)
        }
        if request.embedding.base64 != nil { output.append(",\"encoding_format\":\"base64\"") }
        output.append("}")
    }
}

/// The member tables of OpenAI's embeddings.
enum EmbeddingTerms {
    /// The body of a request; `output_dimension` is Mistral's name for `dimensions`.
    enum BodyMember: String, MemberName {
        case input, model, dimensions, user
        case encodingFormat = "encoding_format"
        case outputDimension = "output_dimension"
    }

    /// The body of an answer; servers of others add an id and a time.
    enum AnswerMember: String, MemberName {
        case object, data, model, usage, id, created
    }

    /// One vector of an answer.
    enum VectorMember: String, MemberName { case object, index, embedding }

    /// The counts of an answer.
    enum UsageMember: String, MemberName {
        case promptTokens = "prompt_tokens"
        case totalTokens = "total_tokens"
    }

    static let usage = MemberTable<UsageMember>()
    static let body = MemberTable<BodyMember>()
    static let answer = MemberTable<AnswerMember>()
    static let vector = MemberTable<VectorMember>()
}
