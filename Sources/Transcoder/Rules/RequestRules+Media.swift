// SPDX-License-Identifier: Apache-2.0

// The rules of media: which types a target takes, from where, and under which names.

import JSONLCodec

extension RequestRules {
    /// Checks all media of a request and brings them into a form that the target takes.
    static func fitMedia(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var documentCount = 0
        for turn in request.turns {
            for index in turn.parts {
                switch request.parts[index] {
                case .media(var media):
                    if media.type.kind == .document { documentCount += 1 }
                    try fit(&media, in: turn, number: documentCount, target, &request, &context)
                    request.parts[index] = textPart(for: media, target) ?? .media(media)
                case .toolResult(let result):
                    try fitMedia(of: result, target, &documentCount, &request, &context)
                default:
                    break
                }
            }
        }
    }

    private static func fitMedia(
        of result: ToolResult, _ target: Capabilities, _ documentCount: inout Int,
        _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        for position in result.content {
            guard case .media(var media) = request.toolResultParts[position] else { continue }
            let isRefused =
                target.media == .chat
                || (target.media == .generateContent && context.family == .gemini25)
            if isRefused, let code = media.type.kind.codeInToolResult {
                throw RecordError(
                    code, at: media.node, "the target takes no such content in a tool result")
            }
            if media.type.kind == .document {
                documentCount += 1
                nameDocument(
                    &media, number: documentCount, isFileName: request.sourceFamily.isOpenAI,
                    target, &context)
            }
            try fitType(&media, target, &context)
            fitDetail(&media, target, &context)
            try fitSource(&media, target, &context)
            request.toolResultParts[position] = .media(media)
        }
    }

    private static func fit(
        _ media: inout Media, in turn: Turn, number: Int, _ target: Capabilities,
        _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if target.media.isOpenAI, turn.role == .assistant {
            throw RecordError(
                media.type.kind.code, at: media.node,
                "the target takes no such content from the assistant")
        }
        try fitType(&media, target, &context)
        fitDetail(&media, target, &context)
        if media.type.kind == .document {
            nameDocument(
                &media, number: number, isFileName: request.sourceFamily.isOpenAI, target,
                &context)
            if target.media == .converse, !hasText(turn, request) {
                throw RecordError(
                    .contentEmpty, at: media.node, "a document needs a text beside it")
            }
            if !target.keepsDocumentContext {
                if let node = media.citations { context.drop(node) }
                if let node = media.context { context.drop(node) }
            }
        }
        try fitSource(&media, target, &context)
    }

    private static func hasText(_ turn: Turn, _ request: Request) -> Bool {
        turn.parts.contains { index in
            if case .text = request.parts[index] { true } else { false }
        }
    }

    /// A text document that the target can only take as text.
    private static func textPart(for media: Media, _ target: Capabilities) -> Part? {
        guard target.media.isOpenAI, case .text(let text) = media.source else { return nil }
        return .text(TextPart(text, at: media.node))
    }

    // MARK: - Types

    private static func fitType(
        _ media: inout Media, _ target: Capabilities, _ context: inout RecordContext
    ) throws(RecordError) {
        switch target.media.verdict(on: media.type) {
        case .fine:
            break
        case .approximated:
            context.lose(.paramApproximated, at: media.node)
        case .refused(let code):
            throw RecordError(code, at: media.node, "the target does not take this media type")
        }
    }

    /// Only OpenAI is told how closely to look at a picture.
    private static func fitDetail(
        _ media: inout Media, _ target: Capabilities, _ context: inout RecordContext
    ) {
        guard let node = media.detail, !target.media.isOpenAI else { return }
        context.drop(node)
        media.detail = nil
    }

    // MARK: - Sources

    private static func fitSource(
        _ media: inout Media, _ target: Capabilities, _ context: inout RecordContext
    ) throws(RecordError) {
        switch media.source {
        case .url:
            guard target.takesMediaURLs, media.type.kind == .image || target.media != .chat
            else {
                throw RecordError(
                    .contentRemoteURL, at: media.node, "the target takes no remote content here")
            }
        case .base64(let data, let needsRepair):
            guard !needsRepair || context.isBase64(data) else {
                throw RecordError(.contentMediaType, at: media.node, "the content is no base64")
            }
            guard target.media.takesTextDocuments, media.type.isTextDocument else { return }
            guard let text = context.decode(base64: data, needsRepair: needsRepair) else {
                throw RecordError(
                    .contentMediaType, at: media.node, "the document is no UTF-8 text in base64")
            }
            media.source = .text(text)
        case .text(let text):
            if target.media == .generateContent {
                media.source = .base64(context.encode(base64: text), needsRepair: false)
            }
        }
    }

    // MARK: - Names

    /// Gives a document the name that the target needs, or drops the one it cannot carry.
    private static func nameDocument(
        _ media: inout Media, number: Int, isFileName: Bool, _ target: Capabilities,
        _ context: inout RecordContext
    ) {
        switch target.media {
        case .generateContent:
            if let node = media.nameNode { context.drop(node) }
        case .messages:
            // A title is no file name: only what was one loses its extension.
            guard isFileName, let name = media.name else { return }
            if name.isEmpty { return media.name = nil }
            media.name = context.makeText(context.decoded(name).droppingExtension(of: media.type))
        case .responses where media.isRemote:
            break
        case .chat, .responses, .converse, .nova:
            guard let name = media.name, !name.isEmpty else {
                media.name = context.makeText {
                    $0.append("document-")
                    $0.append(decimal: number)
                }
                return
            }
            let source = context.decoded(name).droppingExtension(of: media.type)
            let fitted = target.media == .converse ? source.bedrockDocumentName(number) : source
            if fitted != source, let node = media.nameNode {
                context.lose(.contentRenamed, at: node)
            }
            media.name = context.makeText(fitted)
        }
    }
}

extension MediaKind {
    /// The error of content that a target has no place for.
    var code: ErrorCode {
        switch self {
        case .image: .unsupportedImage
        case .document: .unsupportedDocument
        case .audio: .unsupportedAudio
        case .video: .unsupportedVideo
        }
    }

    /// The same inside of a tool result (I13).
    fileprivate var codeInToolResult: ErrorCode? {
        self == .image ? .unsupportedToolResultImage : code
    }
}

extension MediaType {
    /// A document that is text, whatever its markup.
    fileprivate var isTextDocument: Bool {
        switch self {
        case .txt, .md, .csv, .html: true
        default: false
        }
    }

    fileprivate var isOfficeDocument: Bool {
        switch self {
        case .doc, .docx, .xls, .xlsx: true
        default: false
        }
    }

    /// One of the four image types that every provider takes.
    fileprivate var isCommonImage: Bool {
        switch self {
        case .png, .jpeg, .gif, .webp: true
        default: false
        }
    }
}

extension MediaRule {
    enum Verdict {
        case fine, approximated
        case refused(ErrorCode)
    }

    /// Text documents are taken as text, not as base64.
    fileprivate var takesTextDocuments: Bool { isOpenAI || self == .messages }

    /// Whether the target takes a type (ruling rows "image bytes" to "video", and H16).
    func verdict(on type: MediaType) -> Verdict {
        switch (self, type.kind) {
        case (.generateContent, .image):
            if type == .gif { return .approximated }
            return type == .otherImage ? .refused(.contentMediaType) : .fine
        case (_, .image):
            return type.isCommonImage ? .fine : .refused(.contentMediaType)
        case (.generateContent, .document):
            return type.isOfficeDocument ? .approximated : .fine
        case (.chat, .document), (.responses, .document), (.messages, .document):
            return type.isOfficeDocument ? .refused(.contentMediaType) : .fine
        case (.converse, .document):
            return .fine
        case (.nova, .document):
            return .refused(.unsupportedDocument)
        case (.messages, .audio), (.responses, .audio), (.nova, .audio):
            return .refused(.unsupportedAudio)
        case (.chat, .audio):
            return type == .mp3 || type == .wav ? .fine : .refused(.contentMediaType)
        case (.chat, .video), (.responses, .video), (.messages, .video):
            return .refused(.unsupportedVideo)
        case (.converse, .audio), (.converse, .video), (.nova, .video):
            return type.bedrockFormat == nil ? .refused(.contentMediaType) : .fine
        case (.generateContent, .audio), (.generateContent, .video):
            let isOther = type == .otherAudio || type == .otherVideo
            return isOther ? .refused(.contentMediaType) : .fine
        }
    }
}

extension String {
    /// A file name without the extension of its type, or without any short one.
    fileprivate func droppingExtension(of type: MediaType) -> String {
        guard let dot = lastIndex(of: "."), dot > startIndex else { return self }
        let suffix = self[index(after: dot)...]
        let isExtension =
            suffix.lowercased() == "\(type.fileExtension)"
            || ((2...4).contains(suffix.count) && suffix.utf8.allSatisfy(\.isLetterOrDigit)
                && type.accepts(fileExtension: suffix.lowercased()))
        return isExtension ? String(self[..<dot]) : self
    }

    /// A name in the letters that Bedrock allows: each run of others becomes one `-`, runs of
    /// blanks one blank, and no more than 200 characters.
    fileprivate func bedrockDocumentName(_ number: Int) -> String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "(", ")", "[", "]":
                result.unicodeScalars.append(scalar)
            case " ":
                if result.last != " " { result += " " }
            default:
                if !result.hasSuffix("-") || result.isEmpty { result += "-" }
            }
        }
        let fitted = String(result.prefix(200))
        return fitted.isEmpty || fitted == "-" ? "document-\(number)" : fitted
    }
}

extension MediaType {
    /// Whether files of the type may end in that.
    fileprivate func accepts(fileExtension name: String) -> Bool {
        switch self {
        case .html: name == "htm"
        case .md: name == "markdown" || name == "txt"
        case .txt: name == "text" || name == "log"
        default: false
        }
    }
}
