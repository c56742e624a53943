// SPDX-License-Identifier: Apache-2.0

// The bodies of Gemini's embedding requests: an EmbedContentRequest, read and written.

import JSONLCodec

/// The body of a request of embedContent: one content, one vector.
///
/// Sources: google-genai 3.4.0 (`EmbedContentConfig`, `EmbedContentBatch`); ai.google.dev,
/// embedContent; docs/formats/embeddings.md.
enum EmbedContentBody {
    static let traits = EmbeddingTraits(inputLimit: 1, dimensions: .any, tasks: .any)

    /// Whether a body has the one `content` of embeddings, and not the `contents` of a chat.
    ///
    /// An empty list of contents says nothing beside a content (ruling H13).
    static func isMeant(by body: NodeID, _ view: JSONView) -> Bool {
        var marks = OperationMarks()
        for (key, value) in view.members(body) where view.kind(value) != .null {
            switch GeminiBodyMember.table.name(of: key, view) {
            case .contents: marks.note(conversation: value, view)
            case .content: marks.note(embedding: value, view)
            default: continue
            }
        }
        return marks.isEmbedding
    }

    // MARK: - Reading

    /// Reads a body.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        request.operation = .embeddings
        request.body = body
        var content: NodeID?
        var members = try MemberReader(body, GeminiEmbedMember.table, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .content: content = value
            case .model: break
            case .outputDimensionality:
                try context.requireInteger(value)
                request.embedding.dimensions = value
            case .taskType: try read(task: value, into: &request.embedding, &context)
            case .title, nil: context.drop(value)
            }
        }
        guard let content else { throw .missing("content", in: body) }
        try read(content: content, into: &request.embedding, &context)
    }

    private static func read(
        task node: NodeID, into request: inout EmbeddingRequest, _ context: inout RecordContext
    ) throws(RecordError) {
        try context.requireString(node)
        request.task = EmbeddingTask.allCases.first { context.string(node, is: $0.geminiWord) }
        request.taskNode = node
        if request.task == nil, !context.string(node, is: "TASK_TYPE_UNSPECIFIED") {
            context.lose(.paramDropped, at: node)
        }
    }

    private static func read(
        content: NodeID, into request: inout EmbeddingRequest, _ context: inout RecordContext
    ) throws(RecordError) {
        request.inputsNode = content
        request.beginInput(at: content)
        if context.view.kind(content) == .string {
            return request.append(try context.text(content))
        }
        var parts: NodeID?
        var members = try MemberReader(content, GeminiContentMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .parts: parts = member.value
            case .role: break
            case nil: context.drop(member.value)
            }
        }
        guard let parts else { throw .missing("parts", in: content) }
        // A single part may stand without its list (ruling G5).
        if context.view.kind(parts) == .object {
            return try read(part: parts, into: &request, &context)
        }
        try context.requireArray(parts)
        for part in context.view.elements(parts) {
            try read(part: part, into: &request, &context)
        }
        if request.texts.count > 1 { context.lose(.paramApproximated, at: parts) }
    }

    private static func read(
        part: NodeID, into request: inout EmbeddingRequest, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try MemberReader(part, GeminiPartMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .text: request.append(try context.text(member.value))
            // A thought that is none, and other members that say nothing.
            case .thought where context.view.kind(member.value) == .false: continue
            case .some where context.isNeutral(member.value): continue
            case .inlineData: throw refusal(of: member.value, context)
            case .fileData:
                throw RecordError(
                    .contentRemoteURL, at: member.value, "the file belongs to one account")
            case nil: context.drop(member.value)
            default:
                throw RecordError(
                    .unsupportedBlock, at: member.value, "only texts can be embedded everywhere")
            }
        }
    }

    /// Pictures, recordings and films are embedded by Gemini only.
    private static func refusal(
        of blob: NodeID, _ context: borrowing RecordContext
    ) -> RecordError {
        var type: MediaType?
        for (key, value) in context.view.members(blob)
        where GeminiBlobMember.table.name(of: key, context.view) == .mimeType {
            type = MediaType(mime: context.view.interior(value))
        }
        let code: ErrorCode =
            switch type?.kind {
            case .image: .unsupportedImage
            case .audio: .unsupportedAudio
            case .video: .unsupportedVideo
            case .document, nil: .unsupportedDocument
            }
        return RecordError(code, at: blob, "only texts can be embedded everywhere")
    }

    // MARK: - Writing

    /// Spells out the body.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"content\":{\"parts\":[{\"text\":")
        if let input = request.embedding.inputs.first {
            context.write(input, of: request, to: &output)
        }
        output.append("}]}")
        if let task = request.embedding.task {
            output.append(",\"taskType\":")
            output.append(quoted: task.geminiWord)
        }
        if let dimensions = request.embedding.dimensions {
            output.append(",\"outputDimensionality\":")
            try context.write(integer: dimensions, to: &output)
        }
        output.append("}")
    }
}

/// The members of an EmbedContentRequest.
enum GeminiEmbedMember: String, MemberName {
    case content, model, taskType, title, outputDimensionality

    static let table = MemberTable<GeminiEmbedMember>(acceptsSnakeCase: true)
}

extension EmbeddingTask {
    /// Gemini's word.
    var geminiWord: StaticString {
        switch self {
        case .document: "RETRIEVAL_DOCUMENT"
        case .query: "RETRIEVAL_QUERY"
        case .classification: "CLASSIFICATION"
        case .clustering: "CLUSTERING"
        case .similarity: "SEMANTIC_SIMILARITY"
        case .questionAnswering: "QUESTION_ANSWERING"
        case .factVerification: "FACT_VERIFICATION"
        case .codeQuery: "CODE_RETRIEVAL_QUERY"
        }
    }
}
