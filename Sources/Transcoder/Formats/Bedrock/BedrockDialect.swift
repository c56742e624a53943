// SPDX-License-Identifier: Apache-2.0

// Bedrock's body is the model's own or Converse's: which one, is told from its members alone.

import JSONLCodec

/// The dialects of `modelInput` and `modelOutput` that are conversations.
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

    /// The name behind the slash.
    var name: String {
        switch self {
        case .converse: "converse"
        case .nova: "nova"
        case .anthropic: "anthropic"
        case .chat: "chat"
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
        // Titan, Llama, Mistral text, Cohere, embeddings and pictures.
        case inputText, prompt, message, texts, inputs, images, inputImage, taskType
        case chatHistory = "chat_history"
        case inputType = "input_type"
        case textPrompts = "text_prompts"

        static let table = MemberTable<InputMark>()
    }

    /// The dialect of a request body.
    ///
    /// - Returns: nil where the body is no conversation. An empty one is taken as Converse, so
    ///   that its reader says what is missing.
    init?(input body: NodeID, _ view: JSONView) {
        var messages: NodeID?
        var isAnthropic = false
        var isNova = false
        var isConverse = false
        var isOther = false
        var hasSystem = false
        for (key, value) in view.members(body) where view.kind(value) != .null {
            guard let mark = InputMark.table.name(of: key, view) else { continue }
            switch mark {
            case .messages: messages = value
            case .system: hasSystem = true
            case .anthropicVersion, .anthropicBeta: isAnthropic = true
            case .schemaVersion: isNova = true
            case .inferenceConfig, .toolConfig, .guardrailConfig, .additionalModelRequestFields,
                .requestMetadata, .outputConfig, .performanceConfig, .promptVariables:
                isConverse = true
            default: isOther = true
            }
        }
        let isKnown = hasSystem || isAnthropic || isNova || isConverse || view.isEmpty(body)
        if messages == nil, isOther || !isKnown { return nil }
        if isAnthropic {
            self = .anthropic
        } else if isNova {
            self = .nova
        } else if !isConverse, let messages, Self.isTyped(messages, view) {
            // No chat body has `system`: it is Anthropic's that lacks its version.
            self = hasSystem ? .anthropic : .chat
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
        // Titan, Llama, Mistral text, Cohere, embeddings and pictures.
        case results, embedding, embeddings, embeddingsByType, generation, generations, outputs
        case text, completion, images, artifacts

        static let table = MemberTable<OutputMark>()
    }

    /// The dialect of an answer.
    ///
    /// - Returns: nil where the answer is none of a conversation.
    init?(output body: NodeID, _ view: JSONView) {
        var isChat = false
        var isConverse = false
        var hasUsage = false
        var isOther = false
        for (key, value) in view.members(body) where view.kind(value) != .null {
            guard let mark = OutputMark.table.name(of: key, view) else { continue }
            switch mark {
            case .type:
                if view.string(value, is: "message") {
                    self = .anthropic
                    return
                }
            case .choices: isChat = true
            case .output, .stopReason, .metrics: isConverse = true
            case .usage: hasUsage = true
            default: isOther = true
            }
        }
        if !isChat, !isConverse, isOther || !hasUsage { return nil }
        self = isChat ? .chat : .converse
    }
}
