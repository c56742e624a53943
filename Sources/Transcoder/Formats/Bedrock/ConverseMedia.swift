// SPDX-License-Identifier: Apache-2.0

// Images, documents, audio and video of Converse: blobs are base64 strings in JSON.

import JSONLCodec

/// The media blocks of Converse.
enum ConverseMedia {
    /// Reads a block.
    ///
    /// - Throws: `content.remote_url` for objects in S3, `content.media_type` for formats that
    ///   Converse does not have.
    static func read(
        _ block: ConverseBlock, _ kind: MediaKind, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        var format: NodeID?
        var source: NodeID?
        var name: NodeID?
        var citations: NodeID?
        var note: NodeID?
        var members = try BedrockMembers(block.value, context)
        while let member = try members.next() {
            switch member.name {
            case .format: format = member.value
            case .source: source = member.value
            case .name where kind == .document: name = member.value
            case .citations where kind == .document: citations = member.value
            case .context where kind == .document: note = member.value
            default: context.drop(member.value)
            }
        }
        guard let source else { throw .missing("source", in: block.value) }
        let bytes = try readSource(source, kind, &context)
        let type = try readFormat(format, of: block, kind, bytes, context)
        var media = Media(type, bytes, at: block.node)
        if let name {
            media.name = try context.text(name)
            media.nameNode = name
        }
        if let citations, !context.isNeutral(citations) {
            try context.requireObject(citations)
            media.citations = citations
        }
        if let note {
            try context.requireString(note)
            media.context = note
        }
        return media
    }

    private static func readFormat(
        _ format: NodeID?, of block: ConverseBlock, _ kind: MediaKind, _ source: Media.Source,
        _ context: borrowing RecordContext
    ) throws(RecordError) -> MediaType {
        guard let format else {
            // Text says itself what it is.
            if case .text = source { return .txt }
            throw .missing("format", in: block.value)
        }
        try context.requireString(format)
        let name = context.view.interior(format)
        guard let type = MediaType(bedrockFormat: name, kind: kind) else {
            throw RecordError(.contentMediaType, at: format, "Converse has no such format")
        }
        return type
    }

    private static func readSource(
        _ source: NodeID, _ kind: MediaKind, _ context: inout RecordContext
    ) throws(RecordError) -> Media.Source {
        var result: Media.Source?
        var members = try BedrockMembers(source, context)
        while let member = try members.next() {
            switch member.name {
            case .bytes:
                result = context.base64(try context.text(member.value))
            case .text where kind == .document:
                result = .text(try context.text(member.value))
            case .content where kind == .document:
                result = .text(try joinedText(member.value, &context))
            case .s3Location:
                throw RecordError(
                    .contentRemoteURL, at: member.value,
                    "objects in S3 can be read by Bedrock only")
            default: context.drop(member.value)
            }
        }
        guard let result else { throw .missing("bytes", in: source) }
        return result
    }

    /// The text of a document that is given in blocks.
    private static func joinedText(
        _ content: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Text {
        try context.requireArray(content)
        let view = context.view
        var pieces: [ByteView] = []
        for element in view.elements(content) {
            let block = try ConverseBlock(element, context)
            guard block.kind == .text else {
                throw RecordError(
                    .unsupportedBlock, at: element, "the blocks of a document hold text only")
            }
            try context.requireString(block.value)
            pieces.append(view.interior(block.value))
        }
        return context.makeText { scratch in
            for piece in pieces { scratch.append(copying: piece) }
        }
    }

    // MARK: - Writing

    /// Writes a block.
    ///
    /// - Throws: `content.media_type` or `content.remote_url` where Converse cannot hold it.
    static func write(
        _ media: Media, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        guard let format = media.type.bedrockFormat else {
            throw RecordError(.contentMediaType, at: media.node, "Converse has no such format")
        }
        switch media.type.kind {
        case .image: output.append("{\"image\":{\"format\":\"")
        case .document: output.append("{\"document\":{\"format\":\"")
        case .audio: output.append("{\"audio\":{\"format\":\"")
        case .video: output.append("{\"video\":{\"format\":\"")
        }
        output.append(format)
        output.append("\"")
        if media.type.kind == .document, let name = media.name {
            output.append(",\"name\":")
            context.write(name, to: &output)
        }
        switch media.source {
        case .base64(let text, let needsRepair):
            output.append(",\"source\":{\"bytes\":\"")
            context.write(base64: text, needsRepair: needsRepair, to: &output)
            output.append("\"}")
        case .text(let text):
            output.append(",\"source\":{\"text\":")
            context.write(text, to: &output)
            output.append("}")
        case .url:
            throw RecordError(
                .contentRemoteURL, at: media.node, "Bedrock fetches nothing from the web")
        }
        if let note = media.context {
            output.append(",\"context\":")
            context.write(note, to: &output)
        }
        if let citations = media.citations {
            output.append(",\"citations\":")
            context.write(citations, to: &output)
        }
        output.append("}}")
    }
}
