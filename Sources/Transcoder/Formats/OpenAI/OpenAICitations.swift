// SPDX-License-Identifier: Apache-2.0

// Citations of web pages as OpenAI's annotations: its own ones, and those of Gemini's grounding.

import JSONLCodec

/// The member `annotations` of a message, or of a text.
enum OpenAICitations {
    /// The array that is being written; that of a chat is begun with its first element.
    struct Annotations {
        let dialect: OpenAIDialect
        var list = MemberList()

        mutating func begin(_ output: inout ByteBuffer) {
            if list.hasNothing { output.append(",\"annotations\":") }
            list.beginElement(&output)
        }

        /// Writes the beginning of a citation, up to the number where it begins.
        mutating func beginCitation(_ output: inout ByteBuffer) {
            begin(&output)
            output.append("{\"type\":\"url_citation\",")
            if dialect == .chat { output.append("\"url_citation\":{") }
            output.append("\"start_index\":")
        }

        func endCitation(_ output: inout ByteBuffer) {
            output.append(dialect == .chat ? "}}" : "}")
        }

        func end(_ output: inout ByteBuffer) {
            if !list.hasNothing {
                list.endArray(&output)
            } else if dialect == .responses {
                output.append(",\"annotations\":[]")
            }
        }
    }

    /// Writes the citations of texts that are joined, as far as they are known by place and
    /// address; others are dropped.
    ///
    /// Gemini's stand beside the first text of a candidate and are about all of them, also where
    /// they come apart into several messages.
    static func write(
        _ parts: Range<Int>, of choice: Choice, _ response: Response,
        as dialect: OpenAIDialect, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var annotations = Annotations(dialect: dialect)
        for index in choice.parts {
            guard case .text(let part) = response.parts[index], let node = part.citations else {
                continue
            }
            let isHere = parts.contains(index)
            if context.view.kind(node) == .object {
                let texts = GroundedTexts(parts, of: choice, response, reportsLosses: isHere)
                try writeGrounding(node, texts, &annotations, to: &output, &context)
            } else if isHere, isOpenAI(node, context) {
                let before = JoinedText(parts, response).characters(before: index, context)
                for element in context.view.elements(node) {
                    try write(element, behind: before, &annotations, to: &output, &context)
                }
            } else if isHere {
                context.drop(node)
            }
        }
        annotations.end(&output)
    }

    /// Reports what is lost of the citations of parts that have no text, and so no place for any.
    static func drop(
        of parts: Range<Int>, of choice: Choice, _ response: Response,
        _ output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        for index in parts {
            guard case .text(let part) = response.parts[index], let node = part.citations else {
                continue
            }
            guard context.view.kind(node) == .object else {
                context.drop(node)
                continue
            }
            // Nothing of it belongs here, but messages that follow may have some.
            var none = Annotations(dialect: .responses)
            let texts = GroundedTexts(parts, of: choice, response, reportsLosses: true)
            try writeGrounding(node, texts, &none, to: &output, &context)
        }
    }

    // MARK: - OpenAI

    private static func isOpenAI(_ node: NodeID, _ context: borrowing RecordContext) -> Bool {
        for element in context.view.elements(node) {
            for (key, value) in context.view.members(element)
            where context.string(key, is: "type") && context.string(value, is: "url_citation") {
                return true
            }
        }
        return false
    }

    /// Writes a citation of either dialect of OpenAI's.
    ///
    /// A chat counts from the beginning of its message, an answer of the other endpoint from that
    /// of one text, before which others may have been joined. What the target has no such citation
    /// for is dropped.
    private static func write(
        _ element: NodeID, behind before: Int, _ annotations: inout Annotations,
        to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var citation = try Citation(element, context)
        let isChat = citation.inner != nil
        if isChat, annotations.dialect == .chat {
            annotations.begin(&output)
            return context.write(element, to: &output)
        }
        var others = citation.others
        if let inner = citation.inner {
            citation = try Citation(inner, context)
            others += citation.others
        }
        guard let start = citation.start, let end = citation.end, let url = citation.url else {
            return context.drop(element)
        }
        for other in others { context.drop(other) }
        annotations.beginCitation(&output)
        try write(index: start, plus: isChat ? 0 : before, to: &output, context)
        output.append(",\"end_index\":")
        try write(index: end, plus: isChat ? 0 : before, to: &output, context)
        output.append(",\"title\":")
        if let title = citation.title {
            context.write(title, to: &output)
        } else {
            output.append("\"\"")
        }
        output.append(",\"url\":")
        context.write(url, to: &output)
        annotations.endCitation(&output)
    }

    private static func write(
        index: NodeID, plus before: Int, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        if before == 0 { return try context.write(integer: index, to: &output) }
        let (sum, overflow) = try context.integer(index).addingReportingOverflow(before)
        guard !overflow else { throw .wrongType(index, "a place in a text is expected here") }
        output.append(decimal: sum)
    }
}

/// A citation of a page of the web, in OpenAI's words.
private struct Citation {
    private enum Member: String, MemberName {
        case type, title, url
        case start = "start_index"
        case end = "end_index"
        case inner = "url_citation"
    }

    private static let table = MemberTable<Member>()

    private(set) var start: NodeID?
    private(set) var end: NodeID?
    private(set) var title: NodeID?
    private(set) var url: NodeID?
    /// The object that holds all that in a chat.
    private(set) var inner: NodeID?
    /// What is not written again: members that nobody knows, and a title that is no text.
    private(set) var others: [NodeID] = []

    init(_ node: NodeID, _ context: borrowing RecordContext) throws(RecordError) {
        var members = try MemberReader(node, Self.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .start: start = member.value
            case .end: end = member.value
            case .title where context.view.kind(member.value) == .string: title = member.value
            case .url: url = context.view.kind(member.value) == .string ? member.value : nil
            case .inner: inner = member.value
            case .type: break
            case .title, nil: others.append(member.value)
            }
        }
    }
}
