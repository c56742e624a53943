// SPDX-License-Identifier: Apache-2.0

// The bodies of Gemini's embedding results: a SingleEmbedContentResponse, read and written.

import JSONLCodec

/// The body of an answer of embedContent.
///
/// Counts of tokens are strings on the wire, as proto3 spells integers of 64 bits (ruling G4).
/// Sources: google-genai 3.4.0 (`SingleEmbedContentResponse`, `EmbedContentResponse`); real
/// result lines of google-gemini/cookbook, `Batch_mode.ipynb`; docs/formats/embeddings.md.
enum EmbedContentAnswer {
    /// Whether a body holds vectors, and no answer of a conversation.
    ///
    /// An empty list of candidates says nothing beside vectors (ruling H13).
    static func isMeant(by body: NodeID, _ view: JSONView) -> Bool {
        var marks = OperationMarks()
        for (key, value) in view.members(body) where view.kind(value) != .null {
            switch GeminiResponseMember.table.name(of: key, view) {
            case .candidates: marks.note(conversation: value, view)
            case .embedding, .embeddings: marks.note(embedding: value, view)
            default: continue
            }
        }
        return marks.isEmbedding
    }

    // MARK: - Reading

    /// Fills in a response from a body, which can be the line itself.
    static func read(
        _ body: NodeID, isBare: Bool = false, into response: inout Response,
        _ context: inout RecordContext
    ) throws(RecordError) {
        response.operation = .embeddings
        response.body = body
        var count: TokenCount?
        var members = try MemberReader(body, GeminiEmbedAnswerMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .embedding: try read(vector: value, into: &response, &context)
            case .embeddings:
                try context.requireArray(value)
                for element in context.view.elements(value) {
                    try read(vector: element, into: &response, &context)
                }
            case .tokenCount: count = try TokenCount(value, context)
            case .usageMetadata: response.usage = try usage(value, context)
            case .modelVersion: response.model = try context.text(value)
            case .responseId: response.responseID = try context.text(value)
            case .createTime, .modelStatus: break
            case .metadata: if !isBare { context.drop(value) }
            case .truncated: if context.view.kind(value) != .false { context.drop(value) }
            case nil: if !isBare || context.isBareMember(member.key) { context.drop(value) }
            }
        }
        if let count { response.usage = Usage(input: count) }
    }

    /// Reads UsageMetadata, where the sum says as much as the count of the input.
    private static func usage(
        _ metadata: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Usage {
        var input: TokenCount?
        var total: TokenCount?
        var members = try MemberReader(metadata, GeminiUsageMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .promptTokenCount: input = try TokenCount(member.value, context)
            case .totalTokenCount: total = try TokenCount(member.value, context)
            default: continue
            }
        }
        return Usage(input: input ?? total ?? .zero)
    }

    private static func read(
        vector node: NodeID, into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var values: NodeID?
        var members = try MemberReader(node, GeminiVectorMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .values: values = member.value
            case .statistics, nil: context.drop(member.value)
            }
        }
        guard let values else { throw .missing("values", in: node) }
        try context.requireArray(values)
        response.vectors.append(
            EmbeddingVector(node: values, encoding: .floats, index: response.vectors.count))
    }

    // MARK: - Writing

    /// Spells out the body of an answer.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"embedding\":{\"values\":")
        if let vector = response.vectors.first {
            try context.write(floats: vector, to: &output)
        }
        output.append("}")
        if response.usage.isPresent {
            output.append(",\"tokenCount\":\"")
            output.append(response.usage.input)
            output.append("\"")
        }
        output.append("}")
    }
}

/// The members of an answer of embedContent.
enum GeminiEmbedAnswerMember: String, MemberName {
    case embedding, embeddings, tokenCount, usageMetadata, metadata, truncated
    case modelVersion, responseId, createTime, modelStatus

    static let table = MemberTable<GeminiEmbedAnswerMember>(acceptsSnakeCase: true)
}

/// The members of a ContentEmbedding.
enum GeminiVectorMember: String, MemberName {
    case values, statistics

    static let table = MemberTable<GeminiVectorMember>(acceptsSnakeCase: true)
}
