// SPDX-License-Identifier: Apache-2.0

// Writes parts of messages and results of tools, which OpenAI's dialects spell nearly alike.

import JSONLCodec

/// The parts of requests in OpenAI's dialects.
enum OpenAIParts {
    /// Writes a text of a system or user, or one of the assistant in a chat.
    static func write(
        _ part: TextPart, as dialect: OpenAIDialect, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        if part.isRefusal {
            output.append("{\"type\":\"refusal\",\"refusal\":")
        } else {
            beginText(dialect, to: &output)
        }
        context.write(part.text, to: &output)
        output.append("}")
    }

    /// Writes a text or a refusal of the assistant as a part of an answer.
    static func write(
        answer text: Text, isRefusal: Bool, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        if isRefusal {
            output.append("{\"type\":\"refusal\",\"refusal\":")
            context.write(text, to: &output)
            output.append("}")
        } else {
            output.append("{\"type\":\"output_text\",\"text\":")
            context.write(text, to: &output)
            output.append(",\"annotations\":[]}")
        }
    }

    /// Writes the id of a call.
    static func write(
        id: Text?, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let id { context.write(id, to: &output) } else { output.append("\"\"") }
    }

    private static func beginText(_ dialect: OpenAIDialect, to output: inout ByteBuffer) {
        output.append("{\"type\":")
        output.append(quoted: dialect.textType)
        output.append(",\"text\":")
    }

    // MARK: - Media

    /// Writes media of a user.
    static func write(
        _ media: Media, as dialect: OpenAIDialect, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        switch (media.type.kind, media.source) {
        case (.image, .url(let url)):
            output.append(dialect.imageStart)
            context.write(url, to: &output)
            write(detail: media.detail, as: dialect, to: &output, context)
            output.append(dialect.mediaEnd)
        case (.image, .base64(let data, let needsRepair)):
            output.append(dialect.imageStart)
            writeDataURL(media.type, data, needsRepair: needsRepair, to: &output, context)
            write(detail: media.detail, as: dialect, to: &output, context)
            output.append(dialect.mediaEnd)
        case (.document, .base64(let data, let needsRepair)):
            output.append(dialect.fileStart)
            output.append("\"filename\":\"")
            if let name = media.name { output.append(copying: context.bytes(name, for: output)) }
            output.append(".")
            output.append(media.type.fileExtension)
            output.append("\",\"file_data\":")
            writeDataURL(media.type, data, needsRepair: needsRepair, to: &output, context)
            output.append(dialect.mediaEnd)
        case (.document, .url(let url)) where dialect == .responses:
            output.append(dialect.fileStart)
            output.append("\"file_url\":")
            context.write(url, to: &output)
            output.append(dialect.mediaEnd)
        case (.audio, .base64(let data, let needsRepair)):
            output.append("{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"")
            context.write(base64: data, needsRepair: needsRepair, to: &output)
            output.append("\",\"format\":")
            output.append(quoted: media.type.bedrockFormat ?? media.type.fileExtension)
            output.append("}}")
        case (_, .text(let text)):
            beginText(dialect, to: &output)
            context.write(text, to: &output)
            output.append("}")
        case (_, .url):
            throw RecordError(
                .contentRemoteURL, at: media.node, "the target takes no remote content here")
        case (.video, .base64):
            throw RecordError(
                .unsupportedVideo, at: media.node, "the target takes no films")
        }
    }

    /// Writes how closely a picture is to be looked at, which one of the dialects demands to know.
    private static func write(
        detail: NodeID?, as dialect: OpenAIDialect, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        if let detail {
            output.append(",\"detail\":")
            context.write(detail, to: &output)
        } else if dialect == .responses {
            output.append(",\"detail\":\"auto\"")
        }
    }

    private static func writeDataURL(
        _ type: MediaType, _ data: Text, needsRepair: Bool, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        output.append("\"data:")
        output.append(type.mime)
        output.append(";base64,")
        context.write(base64: data, needsRepair: needsRepair, to: &output)
        output.append("\"")
    }

    // MARK: - Results of tools

    /// Writes what a tool said.
    ///
    /// Several blocks are parts, one text is a string; JSON becomes its text (H11).
    static func writeContent(
        of result: ToolResult, _ request: Request, as dialect: OpenAIDialect,
        to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        guard let first = result.content.first else { return output.append("\"\"") }
        if result.content.count == 1 {
            switch request.toolResultParts[first] {
            case .text(let part): return context.write(part.text, to: &output)
            case .json(let node): return context.write(jsonString: .value(node), to: &output)
            case .media: break
            }
        }
        var list = MemberList()
        for index in result.content {
            list.beginElement(&output)
            switch request.toolResultParts[index] {
            case .text(let part):
                write(part, as: dialect, to: &output, context)
            case .json(let node):
                beginText(dialect, to: &output)
                context.write(jsonString: .value(node), to: &output)
                output.append("}")
            case .media(let media):
                guard dialect.takesMediaInResults else {
                    throw RecordError(
                        .unsupportedToolResultImage, at: media.node,
                        "a tool result takes only text")
                }
                try write(media, as: dialect, to: &output, context)
            }
        }
        list.endArray(&output)
    }
}

extension OpenAIDialect {
    /// The type of a text in a message of the user.
    fileprivate var textType: StaticString {
        switch self {
        case .chat: "text"
        case .responses: "input_text"
        }
    }

    /// A picture up to its address.
    fileprivate var imageStart: StaticString {
        switch self {
        case .chat: "{\"type\":\"image_url\",\"image_url\":{\"url\":"
        case .responses: "{\"type\":\"input_image\",\"image_url\":"
        }
    }

    /// A document up to its own members.
    fileprivate var fileStart: StaticString {
        switch self {
        case .chat: "{\"type\":\"file\",\"file\":{"
        case .responses: "{\"type\":\"input_file\","
        }
    }

    /// The end of a picture or document.
    fileprivate var mediaEnd: StaticString { self == .chat ? "}}" : "}" }

    /// Tools may answer with pictures and files, not only with text.
    fileprivate var takesMediaInResults: Bool { self != .chat }
}
