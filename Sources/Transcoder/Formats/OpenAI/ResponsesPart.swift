// SPDX-License-Identifier: Apache-2.0

// Reads the parts of Responses messages: text, refusals, images, files.

import JSONLCodec

/// The members of a part, in whatever order they came.
struct ResponsesPart {
    let node: NodeID
    private let kind: ResponsesTerms.PartType
    private var text: NodeID?
    private var refusal: NodeID?
    private var imageURL: NodeID?
    private var fileID: NodeID?
    private var fileData: NodeID?
    private var fileURL: NodeID?
    private var filename: NodeID?
    private var audio: NodeID?
    private var detail: NodeID?
    /// The citations of a text, or nil where there are none.
    private(set) var annotations: NodeID?
    /// The log probabilities of a text's tokens, or nil where there are none.
    private(set) var logprobs: NodeID?

    /// Reads the members.
    ///
    /// - Throws: `content.unsupported` for parts that no other provider knows.
    init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
        self.node = node
        var type: NodeID?
        var members = try MemberReader(node, ResponsesTerms.part, context.view)
        while let member = try members.next() {
            let value = member.value
            switch member.name {
            case .type: type = value
            case .text: text = value
            case .refusal: refusal = value
            case .imageURL: imageURL = value
            case .fileID: fileID = value
            case .fileData: fileData = value
            case .fileURL: fileURL = value
            case .filename: filename = value
            case .inputAudio: audio = value
            case .annotations: annotations = context.isNeutral(value) ? nil : value
            case .logprobs: logprobs = context.isNeutral(value) ? nil : value
            case .detail: detail = value
            case .cacheBreakpoint: context.drop(value, code: .cacheDropped)
            case nil: context.drop(value)
            }
        }
        guard let type else { throw .missing("type", in: node) }
        try context.requireString(type)
        guard let kind = ResponsesTerms.partType.name(of: type, context.view) else {
            throw RecordError(.unsupportedBlock, at: node, "no other provider knows such a part")
        }
        self.kind = kind
        dropOthers(&context)
    }

    /// Reports payloads that do not belong to the part's type.
    private func dropOthers(_ context: inout RecordContext) {
        let isText = kind == .text || kind == .inputText || kind == .outputText || isThought
        let isFile = kind == .inputFile
        let others = [
            isText ? nil : text, isText ? nil : annotations, isText ? nil : logprobs,
            kind == .refusal ? nil : refusal, kind == .inputImage ? nil : imageURL,
            isFile || kind == .inputImage ? nil : fileID, isFile ? nil : fileData,
            isFile ? nil : fileURL, isFile ? nil : filename, kind == .inputAudio ? nil : audio,
        ]
        for case let node? in others { context.drop(node) }
        // Of a file it says how its pages are looked at, which nobody else can be told.
        if let detail, kind != .inputImage, !context.string(detail, is: "auto") {
            context.drop(detail)
        }
    }

    private var isThought: Bool { kind == .summaryText || kind == .reasoningText }

    // MARK: - Parts of the hub

    /// The part as text or media; citations and log probabilities are left to the caller.
    func hubPart(_ context: inout RecordContext) throws(RecordError) -> Part {
        switch kind {
        case .text, .inputText, .outputText:
            return .text(TextPart(try context.text(required(text, "text")), at: node))
        case .refusal:
            var part = TextPart(try context.text(required(refusal, "refusal")), at: node)
            part.isRefusal = true
            return .text(part)
        case .inputImage:
            if let fileID { throw .uploadedFile(fileID) }
            let url = try required(imageURL, "image_url")
            return .media(try ChatMedia.image(url: url, detail: detail, at: node, &context))
        case .inputFile:
            if let fileID { throw .uploadedFile(fileID) }
            if let fileURL, fileData == nil {
                return .media(
                    try ChatMedia.document(url: fileURL, name: filename, at: node, context))
            }
            if let fileURL { context.drop(fileURL) }
            let data = try required(fileData, "file_data")
            return .media(
                try ChatMedia.document(data: data, name: filename, at: node, &context))
        case .inputAudio:
            return .media(
                try ChatMedia.audio(required(audio, "input_audio"), at: node, &context))
        case .summaryText, .reasoningText:
            throw RecordError(
                .unsupportedBlock, at: node, "thoughts stand in items of their own")
        }
    }

    /// The text of a piece of a thought.
    func thought(_ context: borrowing RecordContext) throws(RecordError) -> Text {
        guard isThought else {
            throw RecordError(.unsupportedBlock, at: node, "a thought holds only text")
        }
        return try context.text(required(text, "text"))
    }

    private func required(
        _ payload: NodeID?, _ name: StaticString
    ) throws(RecordError) -> NodeID {
        guard let payload else { throw .missing(name, in: node) }
        return payload
    }
}
