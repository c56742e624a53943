// SPDX-License-Identifier: Apache-2.0

// Images and documents of Messages bodies: where their bytes are, in either direction.

import JSONLCodec

/// Reads the sources of images and documents.
///
/// Source: `anthropic.types.image_block_param` and `document_block_param` (package 2.12.0).
enum MessagesMedia {
    /// The members of a `source`.
    private struct Members {
        let node: NodeID
        var type: NodeID?
        var mediaType: NodeID?
        var data: NodeID?
        var url: NodeID?
        var content: NodeID?

        init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
            self.node = node
            var reader = try MemberReader(node, AnthropicTerms.source, context.view)
            while let member = try reader.next() {
                let value = member.value
                switch member.name {
                case .type: type = value
                case .mediaType: mediaType = value
                case .data: data = value
                case .url: url = value
                case .content: content = value
                case .fileID:
                    throw RecordError(
                        .contentRemoteURL, at: value,
                        "an uploaded file belongs to one provider's account")
                case nil: context.drop(value)
                }
            }
            guard let type else { throw .missing("type", in: node) }
            try context.requireString(type)
        }

        func isType(_ name: StaticString, _ context: borrowing RecordContext) -> Bool {
            type.map { context.string($0, is: name) } ?? false
        }
    }

    /// Takes the members of an image.
    static func image(
        _ block: inout MessagesBlock, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        guard let source = block.source else { throw .missing("source", in: block.node) }
        block.source = nil
        let members = try Members(source, &context)
        if members.isType("base64", context) {
            return try base64(members, kind: .image, at: block.node, context)
        }
        guard members.isType("url", context) else {
            throw RecordError(.unsupportedImage, at: source, "the image's source is unknown")
        }
        // An address does not tell the type, and whoever takes one does not ask: any will do.
        return Media(.jpeg, try address(members, context), at: block.node)
    }

    /// Takes the members of a document.
    static func document(
        _ block: inout MessagesBlock, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        guard let source = block.source else { throw .missing("source", in: block.node) }
        block.source = nil
        let members = try Members(source, &context)
        var media: Media
        if members.isType("base64", context) {
            media = try base64(members, kind: .document, at: block.node, context)
        } else if members.isType("text", context) {
            guard let data = members.data else { throw .missing("data", in: source) }
            media = Media(.txt, .text(try context.text(data)), at: block.node)
        } else if members.isType("url", context) {
            media = Media(.pdf, try address(members, context), at: block.node)
        } else if members.isType("content", context) {
            guard let content = members.content else { throw .missing("content", in: source) }
            media = Media(.txt, .text(try joinedText(content, &context)), at: block.node)
        } else {
            throw RecordError(
                .unsupportedDocument, at: source, "the document's source is unknown")
        }
        try takeDescription(of: &media, from: &block, &context)
        return media
    }

    private static func base64(
        _ members: Members, kind: MediaKind, at node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Media {
        guard let mediaType = members.mediaType else {
            throw .missing("media_type", in: members.node)
        }
        guard let data = members.data else { throw .missing("data", in: members.node) }
        try context.requireString(mediaType)
        guard let type = MediaType(mime: context.view.interior(mediaType)), type.kind == kind
        else {
            throw RecordError(
                .contentMediaType, at: mediaType, "the media type does not fit the block")
        }
        return Media(type, context.base64(try context.text(data)), at: node)
    }

    private static func address(
        _ members: Members, _ context: borrowing RecordContext
    ) throws(RecordError) -> Media.Source {
        guard let url = members.url else { throw .missing("url", in: members.node) }
        let text = try context.text(url)
        let bytes = context.bytes(text)
        guard bytes.starts(with: "https:") || bytes.starts(with: "http:") else {
            throw RecordError(
                .contentRemoteURL, at: url, "only addresses on the web can be carried over")
        }
        return .url(text)
    }

    /// Takes what is said about a document: title, context, citations.
    private static func takeDescription(
        of media: inout Media, from block: inout MessagesBlock, _ context: inout RecordContext
    ) throws(RecordError) {
        if let title = block.title {
            let text = try context.text(title)
            if !text.isEmpty {
                media.name = text
                media.nameNode = title
            }
        }
        if let note = block.context {
            try context.requireString(note)
            media.context = note
        }
        if let citations = block.citations, asksForCitations(citations, context) {
            media.citations = citations
        }
        block.title = nil
        block.context = nil
        block.citations = nil
    }

    /// Whether `{"enabled": true}` or the like stands there: false is the default.
    private static func asksForCitations(
        _ node: NodeID, _ context: borrowing RecordContext
    ) -> Bool {
        let view = context.view
        if context.isNeutral(node) { return false }
        return !view.members(node).contains {
            view.string($0.name, is: "enabled")
                && (view.kind($0.value) == .false || view.kind($0.value) == .null)
        }
    }

    /// The text of a `content` source: a string, or text blocks one under the other.
    private static func joinedText(
        _ node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Text {
        if context.view.kind(node) == .string { return try context.text(node) }
        try context.requireArray(node)
        var joined: Text?
        for element in context.view.elements(node) {
            var block = try MessagesBlock(element, &context)
            if block.type == .image {
                throw RecordError(
                    .unsupportedDocument, at: element, "an image inside a document stays here")
            }
            guard block.type == .text else { throw block.unsupported }
            let text = try block.takeText(context).text
            block.dropRest(&context)
            guard let earlier = joined else {
                joined = text
                continue
            }
            // The blocks are the units of citations, which no longer can be told apart.
            if !earlier.isScratch { context.lose(.paramApproximated, at: node) }
            joined = join(earlier, text, &context)
        }
        guard let joined else {
            throw RecordError(.contentEmpty, at: node, "the document holds no text")
        }
        return joined
    }

    private static func join(
        _ first: Text, _ second: Text, _ context: inout RecordContext
    ) -> Text {
        let source = context.view.text
        let isNew = !first.isScratch
        let text = context.makeText { scratch in
            if isNew {
                let start = Int(first.start)
                scratch.append(made: source.slice(start, start + Int(first.count)))
            }
            let start = Int(second.start)
            scratch.append("\\n")
            scratch.append(made: source.slice(start, start + Int(second.count)))
        }
        guard !isNew else { return text }
        // What was joined before ends where the new piece begins.
        return Text(
            start: Int(first.start), count: Int(first.count) + Int(text.count),
            isScratch: true, hasEscapes: true)
    }
}
