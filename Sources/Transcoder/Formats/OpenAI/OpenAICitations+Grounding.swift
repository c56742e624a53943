// SPDX-License-Identifier: Apache-2.0

// Gemini's grounding, which hangs sources on pieces of text, as citations of OpenAI's.

import JSONLCodec

extension OpenAICitations {
    /// The members of Gemini's `groundingMetadata` that say what is cited where.
    private enum GroundingMember: String, MemberName { case groundingChunks, groundingSupports }

    /// One source.
    private enum ChunkMember: String, MemberName { case web }

    /// A page of the web.
    private enum WebMember: String, MemberName { case uri, title, domain }

    /// One piece of text and the sources that support it.
    private enum SupportMember: String, MemberName {
        case segment, groundingChunkIndices, confidenceScores
    }

    /// A piece of text, by its bytes in one part.
    private enum SegmentMember: String, MemberName { case partIndex, startIndex, endIndex, text }

    private static let grounding = MemberTable<GroundingMember>(acceptsSnakeCase: true)
    private static let chunk = MemberTable<ChunkMember>(acceptsSnakeCase: true)
    private static let web = MemberTable<WebMember>(acceptsSnakeCase: true)
    private static let support = MemberTable<SupportMember>(acceptsSnakeCase: true)
    private static let segment = MemberTable<SegmentMember>(acceptsSnakeCase: true)

    /// A source of the web: its address and, where known, its title; strings.
    private struct Page {
        let uri: NodeID
        let title: NodeID?
    }

    /// Some texts of a candidate that are joined, and what its grounding may be about beside them.
    struct GroundedTexts {
        let choice: Choice
        let joined: JoinedText
        /// All texts of the candidate, the others of which are joined elsewhere.
        let all: JoinedText
        /// What has no place in any of them is reported here, and nowhere else.
        let reportsLosses: Bool

        init(
            _ parts: Range<Int>, of choice: Choice, _ response: Response, reportsLosses: Bool
        ) {
            self.choice = choice
            joined = JoinedText(parts, response)
            all = JoinedText(choice.parts, response)
            self.reportsLosses = reportsLosses
        }
    }

    /// Writes the citations of Gemini's grounding whose place is known; others are dropped.
    static func writeGrounding(
        _ node: NodeID, _ texts: GroundedTexts, _ annotations: inout Annotations,
        to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var chunks: NodeID?
        var supports: NodeID?
        var members = try MemberReader(node, grounding, context.view)
        while let member = try members.next() {
            switch member.name {
            case .groundingChunks: chunks = member.value
            case .groundingSupports: supports = member.value
            case nil: if texts.reportsLosses { context.drop(member.value) }
            }
        }
        guard let chunks, let supports, !context.isNeutral(supports) else {
            guard texts.reportsLosses else { return }
            if let chunks { context.drop(chunks) }
            if let supports { context.drop(supports) }
            return
        }
        let pages = try pages(chunks, context)
        for element in context.view.elements(supports) {
            let isWhole = try writeSupport(
                element, pages, texts, &annotations, to: &output, context)
            if !isWhole, texts.reportsLosses { context.lose(.paramDropped, at: element) }
        }
    }

    private static func pages(
        _ chunks: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> [Page?] {
        var pages: [Page?] = []
        for element in context.view.elements(chunks) {
            var page: Page?
            var members = try MemberReader(element, chunk, context.view)
            while let member = try members.next() {
                if member.name == .web { page = try self.page(member.value, context) }
            }
            pages.append(page)
        }
        return pages
    }

    private static func page(
        _ node: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Page? {
        var uri: NodeID?
        var title: NodeID?
        var members = try MemberReader(node, web, context.view)
        while let member = try members.next() {
            switch member.name {
            case .uri: uri = context.view.kind(member.value) == .string ? member.value : nil
            case .title: title = context.view.kind(member.value) == .string ? member.value : nil
            case .domain, nil: break
            }
        }
        return uri.map { Page(uri: $0, title: title) }
    }

    /// Writes one annotation for each source of a support that is about the joined texts.
    ///
    /// - Returns: false where one has no place in any text, or no page.
    private static func writeSupport(
        _ node: NodeID, _ pages: [Page?], _ texts: GroundedTexts,
        _ annotations: inout Annotations, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) -> Bool {
        var place: NodeID?
        var indices: NodeID?
        var members = try MemberReader(node, support, context.view)
        while let member = try members.next() {
            switch member.name {
            case .segment: place = member.value
            case .groundingChunkIndices: indices = member.value
            case .confidenceScores, nil: break
            }
        }
        guard let place, let indices,
            let (source, bytes) = try bytes(of: place, texts.choice, context),
            texts.all.characters(ofBytes: bytes, at: source, context) != nil
        else { return false }
        let range = texts.joined.characters(ofBytes: bytes, at: source, context)
        var isWhole = true
        for element in context.view.elements(indices) {
            let index = try context.integer(element)
            guard pages.indices.contains(index), let page = pages[index] else {
                isWhole = false
                continue
            }
            guard let range else { continue }
            annotations.beginCitation(&output)
            output.append(decimal: range.lowerBound)
            output.append(",\"end_index\":")
            output.append(decimal: range.upperBound)
            output.append(",\"title\":")
            if let title = page.title {
                context.write(title, to: &output)
            } else {
                output.append("\"\"")
            }
            output.append(",\"url\":")
            context.write(page.uri, to: &output)
            annotations.endCitation(&output)
        }
        return isWhole
    }

    // MARK: - Places

    /// What a segment covers: a part of the answer, and bytes in it.
    private static func bytes(
        of node: NodeID, _ choice: Choice, _ context: borrowing RecordContext
    ) throws(RecordError) -> (source: NodeID, bytes: Range<Int>)? {
        var part = 0
        var start = 0
        var end: Int?
        var members = try MemberReader(node, segment, context.view)
        while let member = try members.next() {
            switch member.name {
            case .partIndex: part = try context.integer(member.value)
            case .startIndex: start = try context.integer(member.value)
            case .endIndex: end = try context.integer(member.value)
            case .text, nil: break
            }
        }
        guard let end, start >= 0, start <= end,
            let source = sourcePart(part, of: choice, context)
        else { return nil }
        return (source, start..<end)
    }

    /// A part of a candidate by its number, which counts empty parts and thoughts as well.
    private static func sourcePart(
        _ number: Int, of choice: Choice, _ context: borrowing RecordContext
    ) -> NodeID? {
        let view = context.view
        for (key, content) in view.members(choice.node) where view.string(key, is: "content") {
            for (key, parts) in view.members(content) where view.string(key, is: "parts") {
                if view.kind(parts) == .object { return number == 0 ? parts : nil }
                var count = 0
                for part in view.elements(parts) {
                    if count == number { return part }
                    count += 1
                }
            }
        }
        return nil
    }
}
