// SPDX-License-Identifier: Apache-2.0

// Reads the content parts of chat messages: text, refusals, images, recordings, files.

import JSONLCodec

/// A part of a chat message.
enum ChatParts {
    /// The members of a part, in whatever order they came.
    private struct Members {
        var type: NodeID?
        var text: NodeID?
        var refusal: NodeID?
        var imageURL: NodeID?
        var audio: NodeID?
        var file: NodeID?

        init(_ node: NodeID, _ context: inout RecordContext) throws(RecordError) {
            var members = try MemberReader(node, ChatTerms.part, context.view)
            while let member = try members.next() {
                let value = member.value
                switch member.name {
                case .type: type = value
                case .text: text = value
                case .refusal: refusal = value
                case .imageURL: imageURL = value
                case .inputAudio: audio = value
                case .file: file = value
                case .cacheBreakpoint: context.drop(value, code: .cacheDropped)
                case nil: context.drop(value)
                }
            }
        }

        /// Reports payloads that do not belong to the part's type.
        func dropOthers(_ used: NodeID, _ context: inout RecordContext) {
            if let text, text != used { context.drop(text) }
            if let refusal, refusal != used { context.drop(refusal) }
            if let imageURL, imageURL != used { context.drop(imageURL) }
            if let audio, audio != used { context.drop(audio) }
            if let file, file != used { context.drop(file) }
        }
    }

    /// Reads one part: text or media.
    static func part(
        _ node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Part {
        let members = try Members(node, &context)
        guard let type = members.type else { throw .missing("type", in: node) }
        try context.requireString(type)
        if context.string(type, is: "text") {
            let payload = try required(members.text, "text", in: node)
            members.dropOthers(payload, &context)
            return .text(TextPart(try context.text(payload), at: node))
        }
        if context.string(type, is: "image_url") {
            let payload = try required(members.imageURL, "image_url", in: node)
            members.dropOthers(payload, &context)
            return .media(try ChatMedia.image(payload, at: node, &context))
        }
        if context.string(type, is: "file") {
            let payload = try required(members.file, "file", in: node)
            members.dropOthers(payload, &context)
            return .media(try ChatMedia.file(payload, at: node, &context))
        }
        if context.string(type, is: "input_audio") {
            let payload = try required(members.audio, "input_audio", in: node)
            members.dropOthers(payload, &context)
            return .media(try ChatMedia.audio(payload, at: node, &context))
        }
        if context.string(type, is: "refusal") {
            let payload = try required(members.refusal, "refusal", in: node)
            members.dropOthers(payload, &context)
            var part = TextPart(try context.text(payload), at: node)
            part.isRefusal = true
            return .text(part)
        }
        if context.string(type, is: "video_url") {
            throw RecordError(.unsupportedVideo, at: node, "films cannot be carried by address")
        }
        throw RecordError(.unsupportedBlock, at: node, "no other provider knows such a part")
    }

    private static func required(
        _ payload: NodeID?, _ name: StaticString, in node: NodeID
    ) throws(RecordError) -> NodeID {
        guard let payload else { throw .missing(name, in: node) }
        return payload
    }
}
