// SPDX-License-Identifier: Apache-2.0

// Reads media of OpenAI's bodies: data URLs, addresses, and base64 with a format beside it.

import JSONLCodec

/// Media in the parts of a chat message.
enum ChatMedia {
    // MARK: - Parts

    /// Reads the payload of an image part: an object with a `url`, or the url alone.
    static func image(
        _ payload: NodeID, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        var url: NodeID?
        var detail: NodeID?
        if context.view.kind(payload) == .string {
            url = payload
        } else {
            var members = try MemberReader(payload, ChatTerms.image, context.view)
            while let member = try members.next() {
                switch member.name {
                case .url: url = member.value
                case .detail: detail = member.value
                case nil: context.drop(member.value)
                }
            }
        }
        guard let url else { throw .missing("url", in: payload) }
        return try image(url: url, detail: detail, at: part, &context)
    }

    /// Reads an image from its data URL or address.
    static func image(
        url: NodeID, detail: NodeID?, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        var media = try image(url: url, at: part, &context)
        if let detail, !context.string(detail, is: "auto") { media.detail = detail }
        return media
    }

    private static func image(
        url: NodeID, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        let text = try context.text(url)
        if let data = try DataURL(text, at: url, &context) {
            guard data.type.kind == .image else {
                throw .mediaType(url, "the data URL holds no image")
            }
            return Media(data.type, context.base64(data.payload), at: part)
        }
        let bytes = context.bytes(text)
        if bytes.hasScheme("http") || bytes.hasScheme("https") {
            // Only the server knows the type; this one is taken everywhere.
            return Media(.jpeg, .url(text), at: part)
        }
        throw notData(text, at: url, context)
    }

    /// Reads the payload of a file part.
    static func file(
        _ payload: NodeID, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        var data: NodeID?
        var id: NodeID?
        var name: NodeID?
        var members = try MemberReader(payload, ChatTerms.file, context.view)
        while let member = try members.next() {
            switch member.name {
            case .data: data = member.value
            case .id: id = member.value
            case .filename: name = member.value
            case nil: context.drop(member.value)
            }
        }
        if let id { throw .uploadedFile(id) }
        guard let data else { throw .missing("file_data", in: payload) }
        return try document(data: data, name: name, at: part, &context)
    }

    /// Reads a document from its data URL.
    static func document(
        data: NodeID, name: NodeID?, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        let text = try context.text(data)
        guard let content = try DataURL(text, at: data, &context) else {
            throw notData(text, at: data, context)
        }
        guard content.type.kind == .document else {
            throw .mediaType(data, "the data URL holds no document")
        }
        var media = Media(content.type, context.base64(content.payload), at: part)
        if let name {
            media.name = try context.text(name)
            media.nameNode = name
        }
        return media
    }

    /// Takes a document by its address: only the server knows its type, which is mostly PDF.
    static func document(
        url: NodeID, name: NodeID?, at part: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Media {
        let text = try context.text(url)
        let bytes = context.bytes(text)
        guard bytes.hasScheme("http") || bytes.hasScheme("https") else {
            throw notData(text, at: url, context)
        }
        var media = Media(.pdf, .url(text), at: part)
        if let name {
            media.name = try context.text(name)
            media.nameNode = name
        }
        return media
    }

    /// Reads the payload of an audio part: base64 and the name of a format.
    static func audio(
        _ payload: NodeID, at part: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Media {
        var data: NodeID?
        var format: NodeID?
        var members = try MemberReader(payload, ChatTerms.audio, context.view)
        while let member = try members.next() {
            switch member.name {
            case .data: data = member.value
            case .format: format = member.value
            case nil: context.drop(member.value)
            }
        }
        guard let data else { throw .missing("data", in: payload) }
        let text = try context.text(data)
        if let content = try DataURL(text, at: data, &context) {
            guard content.type.kind == .audio else {
                throw .mediaType(data, "the data URL holds no recording")
            }
            return Media(content.type, context.base64(content.payload), at: part)
        }
        guard let format else { throw .missing("format", in: payload) }
        try context.requireString(format)
        let name = context.view.interior(format)
        guard let type = MediaType(bedrockFormat: name, kind: .audio) else {
            throw .mediaType(format, "the audio format is not known")
        }
        if context.bytes(text).hasAnyScheme { throw notData(text, at: data, context) }
        return Media(type, context.base64(text), at: part)
    }

    /// What is wrong with a text where a data URL is expected.
    private static func notData(
        _ text: Text, at node: NodeID, _ context: borrowing RecordContext
    ) -> RecordError {
        if context.bytes(text).hasAnyScheme {
            return RecordError(
                .contentRemoteURL, at: node, "content at this address cannot be carried over")
        }
        return .mediaType(node, "a data URL with a media type is expected here")
    }
}

/// A `data:` URL (RFC 2397): the media type in front, base64 behind.
private struct DataURL {
    let type: MediaType
    let payload: Text

    /// Takes a URL apart; fails for other schemes.
    ///
    /// - Throws: `content.media_type` where the data is not base64 of a type that providers know.
    init?(
        _ text: Text, at node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) {
        var text = text
        if text.hasEscapes { text = context.plainHeader(text) }
        let bytes = context.copyableBytes(text)
        guard bytes.hasScheme("data"), let comma = bytes.firstIndex(of: UInt8(ascii: ",")) else {
            guard context.bytes(text).hasScheme("data") else { return nil }
            throw .mediaType(node, "the data URL has no comma")
        }
        // What stands behind the comma decides nothing here.
        context.note(
            .content,
            of: Text(
                start: Int(text.start), count: comma + 1, isScratch: text.isScratch,
                hasEscapes: text.hasEscapes))
        let (type, isBase64) = Self.parse(header: bytes.slice(5, comma))
        guard isBase64 else { throw .mediaType(node, "the data URL is not base64") }
        guard let type else { throw .mediaType(node, "the media type is not known") }
        self.type = type
        let rest = bytes.slice(comma + 1, bytes.count)
        payload = Text(
            start: Int(text.start) + comma + 1, count: rest.count, isScratch: text.isScratch,
            hasEscapes: text.hasEscapes && rest.firstIndex(of: UInt8(ascii: "\\")) != nil)
    }

    /// The type and encoding that stand between `data:` and the comma: `image/png;base64`.
    private static func parse(header: ByteView) -> (type: MediaType?, isBase64: Bool) {
        guard header.firstIndex(of: UInt8(ascii: "\\")) == nil else {
            var plain = ByteBuffer(capacity: 64)
            plain.append(unescaping: header)
            return parse(header: plain.view)
        }
        guard let last = header.lastIndex(of: UInt8(ascii: ";")) else { return (nil, false) }
        let isBase64 = header.slice(last + 1, header.count).isSame("base64")
        return (MediaType(mime: header), isBase64)
    }
}

extension RecordContext {
    /// A text in which an escape hides neither the scheme nor the comma of a data URL.
    fileprivate mutating func plainHeader(_ text: Text) -> Text {
        let bytes = bytes(text)
        if bytes.hasScheme("data"), bytes.firstIndex(of: UInt8(ascii: ",")) != nil { return text }
        var plain = ByteBuffer(capacity: bytes.count + 64)
        plain.append(unescaping: bytes)
        guard plain.view.hasScheme("data") else { return text }
        return makeText { $0.append(escaping: plain.view) }
    }
}

extension ByteView {
    /// Whether it begins with a scheme, in any case, and a colon.
    fileprivate func hasScheme(_ scheme: StaticString) -> Bool {
        let length = scheme.utf8CodeUnitCount
        guard count > length, self[length] == UInt8(ascii: ":") else { return false }
        return slice(0, length).isSame(scheme)
    }

    /// Whether it begins like an address: letters, a colon and a slash.
    fileprivate var hasAnyScheme: Bool {
        guard let colon = slice(0, Swift.min(count, 32)).firstIndex(of: UInt8(ascii: ":")),
            colon > 0, colon + 1 < count
        else { return false }
        let next = self[colon + 1]
        return next == UInt8(ascii: "/") || next == UInt8(ascii: "\\")
    }

    /// Whether it is an ASCII literal in lower case, in any case here.
    fileprivate func isSame(_ literal: StaticString) -> Bool {
        let wanted = ByteView(literal)
        guard count == wanted.count else { return false }
        for index in 0..<count {
            let byte = self[index]
            let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
            guard lower == wanted[index] else { return false }
        }
        return true
    }
}

extension RecordError {
    /// A file is named by the id that it has in an account.
    static func uploadedFile(_ id: NodeID) -> RecordError {
        RecordError(.contentRemoteURL, at: id, "uploaded files belong to one provider's account")
    }

    fileprivate static func mediaType(_ node: NodeID, _ message: StaticString) -> RecordError {
        RecordError(.contentMediaType, at: node, message)
    }
}
