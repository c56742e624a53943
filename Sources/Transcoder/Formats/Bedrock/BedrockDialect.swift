// SPDX-License-Identifier: Apache-2.0

// Bedrock's body is the model's own or Converse's: which one, is told from its members alone.

import JSONLCodec

/// The dialects of `modelInput` and `modelOutput` that are conversations or embeddings.
///
/// Source: AWS, "Format and upload your batch inference data", and the model parameter pages of
/// the Bedrock user guide; the order of the tests is that of ruling A1.
enum BedrockDialect {
    /// Converse.
    case converse
    /// Nova's own body: Converse with a few members more.
    case nova
    /// Anthropic's Messages with `anthropic_version`.
    case anthropic
    /// OpenAI's chat shape, which gpt-oss, Mistral, DeepSeek and Qwen take.
    case chat
    /// A text body: a prompt in place of a conversation.
    case prompt(PromptDialect)
    /// Amazon Titan's embedding models.
    case titanEmbed
    /// Cohere's embedding models.
    case cohereEmbed

    /// The name behind the slash.
    var name: String {
        switch self {
        case .converse: "converse"
        case .nova: "nova"
        case .anthropic: "anthropic"
        case .chat: "chat"
        case .prompt(let dialect): dialect.rawValue
        case .titanEmbed: "titan-embed"
        case .cohereEmbed: "cohere-embed"
        }
    }

    // MARK: - Requests

    /// Members that tell request bodies apart.
    private enum InputMark: String, MemberName {
        case messages, system, schemaVersion
        case anthropicVersion = "anthropic_version"
        case anthropicBeta = "anthropic_beta"
        // Members that only Converse has.
        case inferenceConfig, toolConfig, guardrailConfig, additionalModelRequestFields
        case requestMetadata, outputConfig, performanceConfig, promptVariables
        // Text bodies: Llama, Mistral, Titan; the text also in Titan's embeddings.
        case prompt, inputText, textGenerationConfig, temperature, images, stop
        case maxGenLen = "max_gen_len"
        case maxTokens = "max_tokens"
        case topP = "top_p"
        case topK = "top_k"
        // Embeddings of Titan and Cohere.
        case inputImage, texts, inputs
        case inputType = "input_type"
        // Cohere's conversations and pictures.
        case message, taskType
        case chatHistory = "chat_history"
        case textPrompts = "text_prompts"

        static let table = MemberTable<InputMark>()
    }

    /// What the members of a request body say.
    private struct InputMarks {
        var messages: NodeID?
        var hasSystem = false
        var isAnthropic = false
        var isNova = false
        var isConverse = false
        var isOther = false
        // Of text bodies and embeddings.
        var hasPrompt = false
        private var hasInputText = false
        private var hasInputImage = false
        private var hasTexts = false
        private var isLlama = false
        private var isMistral = false
        private var isTitan = false
        /// There are members that no text body has.
        private var hasUnknown = false

        mutating func note(_ mark: InputMark?, _ value: NodeID) {
            switch mark {
            case .messages: messages = value
            case .system: hasSystem = true
            case .anthropicVersion, .anthropicBeta: isAnthropic = true
            case .schemaVersion: isNova = true
            case .inferenceConfig, .toolConfig, .guardrailConfig, .additionalModelRequestFields,
                .requestMetadata, .outputConfig, .performanceConfig, .promptVariables:
                isConverse = true
            case .prompt: hasPrompt = true
            case .inputText: hasInputText = true
            case .inputImage: hasInputImage = true
            case .texts, .inputType: hasTexts = true
            case .maxGenLen: isLlama = true
            case .maxTokens, .stop, .topK: isMistral = true
            case .textGenerationConfig: isTitan = true
            case .temperature, .topP, .images: break
            case .inputs, nil: hasUnknown = true
            default: isOther = true
            }
        }

        /// Whose text body it is, if it is one.
        ///
        /// A limit tells Llama's; else every member has to be one of Llama's or of Mistral's, since
        /// other models take prompts too.
        var promptDialect: PromptDialect? {
            if isOther || hasPrompt == hasInputText { return nil }
            if hasInputText { return .titan }
            if isLlama { return .llama }
            if isTitan || hasUnknown { return nil }
            return isMistral ? .mistral : .llama
        }

        /// Whose body of embeddings it is, if it is one: Titan's have the text without settings.
        var embeddingDialect: BedrockDialect? {
            if messages != nil || isOther || hasPrompt || isTitan { return nil }
            if hasTexts { return .cohereEmbed }
            return hasInputText || hasInputImage ? .titanEmbed : nil
        }
    }

    /// The dialect of a request body.
    ///
    /// - Returns: nil where the body is of another kind. An empty one is taken as Converse, so
    ///   that its reader says what is missing.
    init?(input body: NodeID, _ view: JSONView) {
        var marks = InputMarks()
        for (key, value) in view.members(body) where view.kind(value) != .null {
            marks.note(InputMark.table.name(of: key, view), value)
        }
        if let dialect = marks.embeddingDialect {
            self = dialect
            return
        }
        let isKnown =
            marks.hasSystem || marks.isAnthropic || marks.isNova || marks.isConverse
            || view.isEmpty(body)
        if marks.messages == nil, marks.isOther || marks.hasPrompt || !isKnown {
            guard !isKnown, let dialect = marks.promptDialect else { return nil }
            self = .prompt(dialect)
        } else if marks.isAnthropic {
            self = .anthropic
        } else if marks.isNova {
            self = .nova
        } else if !marks.isConverse, let messages = marks.messages, Self.isTyped(messages, view) {
            // No chat body has `system`: it is Anthropic's that lacks its version.
            self = marks.hasSystem ? .anthropic : .chat
        } else {
            self = .converse
        }
    }

    /// Whether the first message with content is a string or has parts with a `type`.
    private static func isTyped(_ messages: NodeID, _ view: JSONView) -> Bool {
        for message in view.elements(messages) {
            for (key, value) in view.members(message) where view.string(key, is: "content") {
                if view.kind(value) == .string { return true }
                for block in view.elements(value) { return hasType(block, view) }
            }
        }
        return false
    }

    /// Whether an object has a member `type`.
    static func hasType(_ block: NodeID, _ view: JSONView) -> Bool {
        view.members(block).contains { view.string($0.name, is: "type") }
    }

    // MARK: - Results

    /// Members that tell answers apart.
    private enum OutputMark: String, MemberName {
        case type, choices, output, stopReason, usage, metrics
        // Text bodies: Llama, Mistral, Titan.
        case generation, outputs, results
        // Embeddings of Titan and Cohere.
        case embedding, embeddings, embeddingsByType
        // Cohere's conversations and pictures.
        case generations, text, completion, images, artifacts

        static let table = MemberTable<OutputMark>()
    }

    /// The dialect of an answer.
    ///
    /// - Returns: nil where the answer is of another kind.
    init?(output body: NodeID, _ view: JSONView) {
        var isChat = false
        var isConverse = false
        var isNova = false
        var hasLatency = false
        var hasUsage = false
        var isOther = false
        var other: BedrockDialect?
        for (key, value) in view.members(body) where view.kind(value) != .null {
            guard let mark = OutputMark.table.name(of: key, view) else { continue }
            switch mark {
            case .type:
                if view.string(value, is: "message") {
                    self = .anthropic
                    return
                }
            case .choices: isChat = true
            case .output, .stopReason: isConverse = true
            case .metrics:
                isConverse = true
                // Converse always tells the latency, Nova itself never.
                if view.isEmpty(value) { isNova = true } else { hasLatency = true }
            case .usage:
                hasUsage = true
                if Self.hasNovaCounts(value, view) { isNova = true }
            case .generation: if view.kind(value) == .string { other = .prompt(.llama) }
            case .outputs:
                if Self.has("text", inFirstOf: value, view) { other = .prompt(.mistral) }
            case .results:
                if Self.has("outputText", inFirstOf: value, view) { other = .prompt(.titan) }
            case .embedding, .embeddingsByType: other = .titanEmbed
            case .embeddings where Self.holdsVectors(value, view): other = .cohereEmbed
            // Cohere repeats what was embedded.
            case .images: continue
            default: isOther = true
            }
        }
        if !isChat, !isConverse, !isOther, let other {
            self = other
            return
        }
        if !isChat, !isConverse, isOther || !hasUsage { return nil }
        self = isChat ? .chat : isNova && !hasLatency ? .nova : .converse
    }

    /// Whether the first object of a list has a member.
    private static func has(
        _ name: StaticString, inFirstOf list: NodeID, _ view: JSONView
    ) -> Bool {
        for element in view.elements(list) {
            return view.members(element).contains { view.string($0.name, is: name) }
        }
        return false
    }

    /// Whether the counts of what the cache gave and took are named as in Nova's own answers.
    private static func hasNovaCounts(_ usage: NodeID, _ view: JSONView) -> Bool {
        view.members(usage).contains { name, _ in
            view.string(name, is: "cacheReadInputTokenCount")
                || view.string(name, is: "cacheWriteInputTokenCount")
        }
    }

    /// Whether the `embeddings` of an answer are Cohere's: a list of lists, or one for each type.
    private static func holdsVectors(_ embeddings: NodeID, _ view: JSONView) -> Bool {
        for element in view.elements(embeddings) { return view.kind(element) == .array }
        return true
    }
}
