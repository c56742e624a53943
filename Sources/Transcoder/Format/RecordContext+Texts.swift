// SPDX-License-Identifier: Apache-2.0

// The bytes of texts, and what is asked of them: noted, so that shapes of lines can be learned.

import JSONLCodec

extension RecordContext {
    /// The bytes of a text, valid until the scratch memory changes.
    func bytes(_ text: Text) -> ByteView {
        if isLearning { note(.content, of: text) }
        return copyableBytes(text)
    }

    /// The bytes of a text, to be written as they are and not to be looked at.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - output: Where they go.
    /// - Returns: The bytes; unless the copies of the output are traced, they count as looked at.
    func bytes(_ text: Text, for output: borrowing ByteBuffer) -> ByteView {
        output.isTraced ? copyableBytes(text) : bytes(text)
    }

    /// The bytes of a text for those who note themselves what they ask of it.
    func copyableBytes(_ text: Text) -> ByteView {
        let start = Int(text.start)
        return text.isScratch
            ? scratch.view.slice(start, start + Int(text.count))
            : view.copyableBytes(start, start + Int(text.count))
    }

    /// Notes what a conversion asks of a text, for records from which something may be learned.
    func note(_ question: TextInquiry.Question, of text: Text) {
        guard isLearning, !text.isScratch, !text.isEmpty else { return }
        let start = Int(text.start)
        asked.inquiries.append(TextInquiry(question, start..<start + Int(text.count)))
    }

    /// What was asked of texts of the line.
    var inquiries: [TextInquiry] { asked.inquiries }

    /// Whether two texts mean the same, however they are spelled.
    func isSame(_ left: Text, _ right: Text) -> Bool {
        guard !left.hasEscapes, !right.hasEscapes else { return decoded(left) == decoded(right) }
        if isLearning { noteComparison(left, right) }
        return copyableBytes(left) == copyableBytes(right)
    }

    private func noteComparison(_ left: Text, _ right: Text) {
        let areIdentifiers =
            !left.isScratch && !right.isScratch && copyableBytes(left).isIdentifier
            && copyableBytes(right).isIdentifier
        for text in [left, right] {
            if areIdentifiers { note(.identifier, of: text) }
            note(areIdentifiers ? .equality : .content, of: text)
        }
    }

    /// Whether an id of a tool call, as the inside of a string, may stay as it is.
    func accepts(id: Text, by rule: IDRule) -> Bool {
        guard rule != .any else { return !id.isEmpty }
        return accepts(id, .identifier, \.isIdentifier) { rule.accepts($0) }
    }

    /// Whether the name of a tool, as the inside of a string, may stay as it is.
    func accepts(name: Text, by rule: NameRule) -> Bool {
        accepts(name, .name, \.isName) { rule.accepts($0) }
    }

    /// Asks as little as possible: every rule takes what is an identifier.
    private func accepts(
        _ text: Text, _ question: TextInquiry.Question, _ isPlain: (ByteView) -> Bool,
        _ rule: (ByteView) -> Bool
    ) -> Bool {
        let bytes = copyableBytes(text)
        if isPlain(bytes) {
            note(question, of: text)
            return true
        }
        note(.content, of: text)
        return rule(bytes)
    }

    /// Whether a text means the same as an ASCII literal.
    func isSame(_ text: Text, _ literal: StaticString) -> Bool {
        if !text.hasEscapes { return bytes(text) == literal }
        return decoded(text) == "\(literal)"
    }

    /// A text with its escapes decoded; allocates, for rare paths and messages.
    func decoded(_ text: Text) -> String {
        guard text.hasEscapes else { return bytes(text).text }
        var buffer = ByteBuffer()
        buffer.append(unescaping: bytes(text))
        return buffer.view.text
    }
}
