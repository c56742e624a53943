// SPDX-License-Identifier: Apache-2.0

// The text bodies of Llama, Mistral and Titan: one shape, in three vocabularies.

import JSONLCodec

/// What the members of a text body and of its answer mean, however a family spells them.
enum PromptMember: String, MemberName {
    // The request: `config` is the object that holds the settings, where there is one.
    case prompt, config, maxTokens, temperature, topP, topK, stops, images
    // The answer: `answers` is the list of answers, where there is one.
    case answers, text, reason, inputTokens, outputTokens
}

/// The vocabulary of one family of text bodies.
struct PromptTerms: Sendable {
    /// The members of the family, by the spelling of each.
    let table: MemberTable<PromptMember>
    /// What a body can carry.
    let capabilities: Capabilities
    /// The template that prompts of the family may hold.
    let template: PromptTemplate
    private let names: [(member: PromptMember, name: StaticString)]
    /// Why an answer ended; of several words that mean the same, the first is written.
    private let reasons: [(word: StaticString, reason: FinishReason)]

    fileprivate init(
        _ names: [(member: PromptMember, name: StaticString)],
        reasons: [(word: StaticString, reason: FinishReason)], template: PromptTemplate,
        stopLimit: Int?
    ) {
        self.names = names
        self.reasons = reasons
        self.template = template
        table = MemberTable { member in
            names.first { $0.member == member }.map { "\($0.name)" }
        }
        let hasTopK = names.contains { $0.member == .topK }
        var capabilities = Capabilities(
            family: .prompt,
            paths: TargetPaths(
                tools: "modelInput", maxOutputTokens: "modelInput", responseFormat: "modelInput"),
            settings: hasTopK
                ? SettingSet(.maxOutputTokens, .temperature, .topP, .topK)
                : SettingSet(.maxOutputTokens, .temperature, .topP),
            toolChoice: .converse, reasoning: .none, metadata: .none, media: .converse)
        capabilities.takesOnlyPrompts = true
        capabilities.firstTurnIsUser = true
        capabilities.temperatureLimit = 1
        capabilities.hasSchemas = false
        capabilities.stopLimit = stopLimit
        self.capabilities = capabilities
    }

    /// How the family spells a member; nil where it has none such.
    func name(_ member: PromptMember) -> StaticString? {
        names.first { $0.member == member }?.name
    }

    // MARK: - Reasons

    /// What the word for the end of an answer means.
    func finish(_ node: NodeID, _ view: JSONView) -> FinishReason {
        for (word, reason) in reasons where view.string(node, is: word) { return reason }
        return .unknown
    }

    /// The word for the end of an answer, and whether it says all that there is to say.
    func word(for finish: FinishReason) -> (word: StaticString, isExact: Bool) {
        let meant: FinishReason =
            switch finish {
            case .contextWindow: .maxTokens
            case .guardrail, .refusal: .contentFiltered
            default: finish
            }
        if meant != .unknown, let known = reasons.first(where: { $0.reason == meant }) {
            return (known.word, true)
        }
        // To have met a stop sequence is one way to be done.
        return (reasons[0].word, meant == .stopSequence)
    }
}

extension PromptTerms {
    /// Meta's Llama.
    ///
    /// Source: AWS, Bedrock user guide, "Meta Llama models".
    static let llama = PromptTerms(
        [
            (.prompt, "prompt"), (.images, "images"), (.maxTokens, "max_gen_len"),
            (.temperature, "temperature"), (.topP, "top_p"),
            (.text, "generation"), (.reason, "stop_reason"), (.inputTokens, "prompt_token_count"),
            (.outputTokens, "generation_token_count"),
        ],
        reasons: [("stop", .endTurn), ("length", .maxTokens)], template: .marked, stopLimit: 0)

    /// Mistral's text completion.
    ///
    /// Source: AWS, Bedrock user guide, "Mistral AI text completion".
    static let mistral = PromptTerms(
        [
            (.prompt, "prompt"), (.maxTokens, "max_tokens"), (.temperature, "temperature"),
            (.topP, "top_p"), (.topK, "top_k"), (.stops, "stop"),
            (.answers, "outputs"), (.text, "text"), (.reason, "stop_reason"),
        ],
        reasons: [("stop", .endTurn), ("length", .maxTokens)], template: .marked, stopLimit: 10)

    /// Amazon's Titan Text.
    ///
    /// Source: AWS, Bedrock user guide, "Amazon Titan Text models", which writes both FINISH and
    /// FINISHED.
    static let titan = PromptTerms(
        [
            (.prompt, "inputText"), (.config, "textGenerationConfig"),
            (.maxTokens, "maxTokenCount"), (.temperature, "temperature"), (.topP, "topP"),
            (.stops, "stopSequences"),
            (.inputTokens, "inputTextTokenCount"), (.answers, "results"),
            (.outputTokens, "tokenCount"), (.text, "outputText"), (.reason, "completionReason"),
        ],
        reasons: [
            ("FINISH", .endTurn), ("FINISHED", .endTurn), ("LENGTH", .maxTokens),
            ("STOP_CRITERIA_MET", .stopSequence), ("CONTENT_FILTERED", .contentFiltered),
            ("RAG_QUERY_WHEN_RAG_DISABLED", .unknown),
        ], template: .spoken, stopLimit: nil)
}

/// The families of text bodies.
enum PromptDialect: String, Sendable {
    case llama, mistral, titan

    /// The family's vocabulary.
    var terms: PromptTerms {
        switch self {
        case .llama: .llama
        case .mistral: .mistral
        case .titan: .titan
        }
    }
}
