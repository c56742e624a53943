// SPDX-License-Identifier: Apache-2.0

// The templates that make a conversation out of a prompt: recognised, never taken apart or made.

import JSONLCodec

/// The tokens by which a prompt tells a model who speaks.
///
/// A prompt that holds one is no text of the user's, and a text that holds one would be taken for
/// a template by the model.
struct PromptTemplate: Sendable {
    /// A token, and the sentence that says that it was met.
    struct Token: Sendable {
        let spelling: StaticString
        let message: StaticString

        fileprivate init(_ spelling: StaticString, _ message: StaticString) {
            self.spelling = spelling
            self.message = message
        }
    }

    private let tokens: [Token]
    /// The bytes that tokens begin with; nil where they stand at the beginning of a line.
    private let leads: [UInt8]?
    /// What a name between `<|` and `|>` counts as, of which models have more than are listed.
    private let otherMarks: Token?

    /// A token in the texts of a prompt, which are read as one.
    ///
    /// Their bytes are asked for, so what is learned from one prompt holds for the same one alone.
    func token(in parts: [Part], _ context: borrowing RecordContext) -> Token? {
        if parts.count == 1, case .text(let part) = parts[0], !part.text.hasEscapes {
            return token(in: context.bytes(part.text))
        }
        var plain = ByteBuffer()
        for part in parts {
            if case .text(let part) = part { plain.append(unescaping: context.bytes(part.text)) }
        }
        return token(in: plain.view)
    }

    private func token(in text: ByteView) -> Token? {
        if let leads {
            for lead in leads {
                if let token = token(in: text, after: lead, isPart: true) { return token }
            }
            return nil
        }
        return token(at: 0, of: text) ?? token(in: text, after: UInt8(ascii: "\n"), isPart: false)
    }

    /// Looks for tokens at each occurrence of a byte, or behind it.
    private func token(in text: ByteView, after lead: UInt8, isPart: Bool) -> Token? {
        var start = 0
        while let index = text.slice(start, text.count).firstIndex(of: lead) {
            let place = start + index
            if let token = token(at: isPart ? place : place + 1, of: text) { return token }
            start = place + 1
        }
        return nil
    }

    private func token(at start: Int, of text: ByteView) -> Token? {
        let rest = text.slice(start, text.count)
        return tokens.first { rest.starts(with: $0.spelling) } ?? otherMarks(in: rest)
    }

    private func otherMarks(in text: ByteView) -> Token? {
        guard let otherMarks, text.starts(with: otherMarks.spelling) else { return nil }
        let rest = text.slice(2, text.count)
        guard let end = rest.firstIndex(of: UInt8(ascii: "|")), end > 0,
            rest.slice(end, rest.count).starts(with: "|>"),
            rest.slice(0, end).consistsOfLetters(and: "_")
        else { return nil }
        return otherMarks
    }
}

extension PromptTemplate {
    /// The special tokens of Llama 2 to 4, of Mistral, and of other models that take such bodies.
    static let marked = PromptTemplate(
        tokens: [
            Token("<|begin_of_text|>", "the prompt holds the template token <|begin_of_text|>"),
            Token("<|start_header_id|>", "the prompt holds the template token <|start_header_id|>"),
            Token("<|end_header_id|>", "the prompt holds the template token <|end_header_id|>"),
            Token("<|eot_id|>", "the prompt holds the template token <|eot_id|>"),
            Token("<|eom_id|>", "the prompt holds the template token <|eom_id|>"),
            Token("<|header_start|>", "the prompt holds the template token <|header_start|>"),
            Token("<|header_end|>", "the prompt holds the template token <|header_end|>"),
            Token("<|eot|>", "the prompt holds the template token <|eot|>"),
            Token("<|end_of_text|>", "the prompt holds the template token <|end_of_text|>"),
            Token("<|python_tag|>", "the prompt holds the template token <|python_tag|>"),
            Token("<|image|>", "the prompt holds the template token <|image|>"),
            Token("<|im_start|>", "the prompt holds the template token <|im_start|>"),
            Token("<|im_end|>", "the prompt holds the template token <|im_end|>"),
            Token("<\u{FF5C}", "the prompt holds a template token that begins with <\u{FF5C}"),
            Token("<<SYS>>", "the prompt holds the template token <<SYS>>"),
            Token("<s>", "the prompt holds the template token <s>"),
            Token("</s>", "the prompt holds the template token </s>"),
            Token("[INST]", "the prompt holds the template token [INST]"),
            Token("[/INST]", "the prompt holds the template token [/INST]"),
            Token("<</SYS>>", "the prompt holds the template token <</SYS>>"),
            Token("<unk>", "the prompt holds the template token <unk>"),
            Token("[AVAILABLE_TOOLS]", "the prompt holds the template token [AVAILABLE_TOOLS]"),
            Token("[/AVAILABLE_TOOLS]", "the prompt holds the template token [/AVAILABLE_TOOLS]"),
            Token("[TOOL_CALLS]", "the prompt holds the template token [TOOL_CALLS]"),
            Token("[TOOL_RESULTS]", "the prompt holds the template token [TOOL_RESULTS]"),
            Token("[/TOOL_RESULTS]", "the prompt holds the template token [/TOOL_RESULTS]"),
            Token("[SYSTEM_PROMPT]", "the prompt holds the template token [SYSTEM_PROMPT]"),
            Token("[/SYSTEM_PROMPT]", "the prompt holds the template token [/SYSTEM_PROMPT]"),
            Token("[IMG]", "the prompt holds the template token [IMG]"),
            Token("[PREFIX]", "the prompt holds the template token [PREFIX]"),
            Token("[SUFFIX]", "the prompt holds the template token [SUFFIX]"),
            Token("[MIDDLE]", "the prompt holds the template token [MIDDLE]"),
            Token("[THINK]", "the prompt holds the template token [THINK]"),
            Token("[/THINK]", "the prompt holds the template token [/THINK]"),
        ], leads: [UInt8(ascii: "<"), UInt8(ascii: "[")],
        otherMarks: Token("<|", "the prompt holds a template token of the form <|...|>"))

    /// Titan's speakers, each at the beginning of a line.
    static let spoken = PromptTemplate(
        tokens: [
            Token("User:", "the prompt holds the template token User:"),
            Token("Bot:", "the prompt holds the template token Bot:"),
        ], leads: nil, otherMarks: nil)
}
