// SPDX-License-Identifier: Apache-2.0

// Places in texts that are joined without a separator: citations count characters of the whole.

import JSONLCodec

/// The texts of an answer, or of a part of it, one after the other; refusals are not among them.
struct JoinedText {
    private let parts: Range<Int>
    private let response: Response

    init(_ parts: Range<Int>, _ response: Response) {
        self.parts = parts
        self.response = response
    }

    /// Writes the texts, or the refusals among them, as one string.
    func write(
        isRefusal: Bool, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        write(to: &output, context) { part in
            if case .text(let text) = part, text.isRefusal == isRefusal { text.text } else { nil }
        }
    }

    /// Writes the thoughts, as one string.
    func writeThoughts(to output: inout ByteBuffer, _ context: borrowing RecordContext) {
        write(to: &output, context) { part in
            if case .reasoning(let thought) = part { thought.text } else { nil }
        }
    }

    private func write(
        to output: inout ByteBuffer, _ context: borrowing RecordContext, _ text: (Part) -> Text?
    ) {
        output.append("\"")
        for index in parts {
            if let text = text(response.parts[index]) {
                output.append(copying: context.bytes(text, for: output))
            }
        }
        output.append("\"")
    }

    /// The number of characters in front of a part.
    func characters(before part: Int, _ context: borrowing RecordContext) -> Int {
        var count = 0
        for index in parts.lowerBound..<part {
            guard case .text(let text) = response.parts[index], !text.isRefusal else { continue }
            count += Self.characters(of: text.text, upTo: nil, context) ?? 0
        }
        return count
    }

    /// The characters that some bytes of one text become, which stands at a place of the source.
    ///
    /// - Returns: nil where the text is not among those that are joined, shorter, or empty.
    func characters(
        ofBytes bytes: Range<Int>, at source: NodeID, _ context: borrowing RecordContext
    ) -> Range<Int>? {
        for index in parts {
            guard case .text(let text) = response.parts[index], !text.isRefusal,
                text.node == source, !text.text.isEmpty
            else { continue }
            let before = characters(before: index, context)
            guard let lower = Self.characters(of: text.text, upTo: bytes.lowerBound, context),
                let upper = Self.characters(of: text.text, upTo: bytes.upperBound, context)
            else { return nil }
            return before + lower..<before + upper
        }
        return nil
    }

    /// The number of characters in the first bytes of a text, or nil where it is shorter.
    private static func characters(
        of text: Text, upTo limit: Int?, _ context: borrowing RecordContext
    ) -> Int? {
        guard text.hasEscapes else {
            return context.bytes(text).characterCount(upTo: limit)
        }
        var plain = ByteBuffer(capacity: Int(text.count))
        plain.append(unescaping: context.bytes(text))
        return plain.view.characterCount(upTo: limit)
    }
}

extension ByteView {
    /// The number of Unicode scalars that begin in the first bytes of UTF-8 text.
    fileprivate func characterCount(upTo limit: Int?) -> Int? {
        let end = limit ?? count
        guard end <= count else { return nil }
        var characters = 0
        for index in 0..<end where self[index] & 0xC0 != 0x80 { characters += 1 }
        return characters
    }
}
