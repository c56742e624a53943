// SPDX-License-Identifier: Apache-2.0

// What is lost between two dialects, told from the very values that the rules go by: a table that
// cannot say anything else than what conversions do.

/// Something that the requests of one dialect can say and those of another cannot.
public struct PairLoss: Sendable, Hashable {
    /// What it is, in a few words.
    public let concept: String
    /// What becomes of it: the code of the loss, or of the error where ``isRefused``.
    public let code: String
    /// A record with it is not converted.
    public let isRefused: Bool

    /// What can be lost of requests between two dialects.
    ///
    /// The table names what the rules decide by; what a single record loses, its conversion reports.
    ///
    /// - Parameters:
    ///   - source: The format of the records; a provider alone stands for its default dialect.
    ///   - target: The format to convert to.
    /// - Returns: The losses by concept; nil where one of the two is only read, or chosen by a model.
    public static func all(from source: FormatID, to target: FormatID) -> [PairLoss]? {
        guard let source = Side(source), let target = Side(target) else { return nil }
        switch (source.body, target.body) {
        case (.conversations(let from), .conversations(let to)):
            var table = PairTable(source: from, target: to)
            table.addEnvelope(source, target)
            table.addConversation()
            table.addTools()
            table.addMedia()
            table.addSettings()
            table.addAnswerForm()
            return table.losses
        case (.embeddings(let from), .embeddings(let to)):
            return EmbeddingRules.losses(from: from, to: to) + source.losses(ofIDsTo: target)
        case (.conversations, .embeddings), (.embeddings, .conversations):
            let code = source.format.foreignRequest.rawValue
            return [
                PairLoss(
                    concept: "everything: one is for conversations, the other for embeddings",
                    code: code, isRefused: true)
            ]
        }
    }
}

/// One end of a conversion.
private struct Side {
    enum Body {
        case conversations(Capabilities)
        case embeddings(EmbeddingTraits)
    }

    let format: any BatchFormat.Type
    let body: Body

    init?(_ id: FormatID) {
        guard let format = FormatRegistry.format(named: id.provider) else { return nil }
        self.format = format
        if let dialect = format.dialects.first(where: { $0.name == id.dialect ?? $0.name }) {
            body = .conversations(dialect.requestWriter.capabilities)
        } else if let dialect = format.embeddingDialects.first(where: { $0.name == id.dialect }) {
            body = .embeddings(dialect.requestWriter.traits(of: .current))
        } else {
            return nil
        }
    }

    /// What becomes of ids.
    func losses(ofIDsTo target: Side) -> [PairLoss] {
        let (ids, targetIDs) = (format.requestIDs, target.format.requestIDs)
        var losses: [PairLoss] = []
        if targetIDs.isRestricted && !ids.isRestricted {
            losses.append(
                PairLoss(
                    concept: "ids in other letters than a-z A-Z 0-9 _ -, or longer than 64",
                    code: LossCode.idRewritten.rawValue, isRefused: false))
        }
        if targetIDs != .any && ids == .any {
            losses.append(
                PairLoss(
                    concept: "an id that stands twice",
                    code: ErrorCode.duplicateCustomID.rawValue, isRefused: true))
        }
        return losses
    }
}

/// The table while it is made.
private struct PairTable {
    let source: Capabilities
    let target: Capabilities
    var losses: [PairLoss] = []

    init(source: Capabilities, target: Capabilities) {
        self.source = source
        self.target = target
    }

    private mutating func lose(_ concept: String, _ code: LossCode, if isLost: Bool = true) {
        guard isLost else { return }
        losses.append(PairLoss(concept: concept, code: code.rawValue, isRefused: false))
    }

    private mutating func refuse(_ concept: String, _ code: ErrorCode, if isRefused: Bool = true) {
        guard isRefused else { return }
        losses.append(PairLoss(concept: concept, code: code.rawValue, isRefused: true))
    }

    mutating func addEnvelope(_ from: Side, _ to: Side) {
        refuse(
            "no model: --model names one", .missingField,
            if: target.writesModel && !source.writesModel)
        losses += from.losses(ofIDsTo: to)
        lose("metadata", .paramDropped, if: target.metadata == .none && source.metadata != .none)
        lose(
            "metadata that does not fit the target's letters and lengths", .paramDropped,
            if: target.metadata != .none && source.metadata != .none
                && target.metadata != source.metadata)
    }

    mutating func addConversation() {
        refuse(
            "anything but one text of the user", .promptUnsupported,
            if: target.takesOnlyPrompts && !source.takesOnlyPrompts)
        guard !target.takesOnlyPrompts, !source.takesOnlyPrompts else { return }
        refuse(
            "a conversation that the assistant begins", .firstNotUser,
            if: target.firstTurnIsUser && !source.firstTurnIsUser)
        lose(
            "the order of text before tool results", .contentReordered,
            if: target.resultsComeFirst && !source.resultsComeFirst)
        lose(
            "the order of text after tool calls", .contentReordered,
            if: target.textComesBeforeCalls && !source.textComesBeforeCalls)
        lose(
            "reasoning in the history", .reasoningDropped,
            if: source.keepsReasoningOf != nil
                && source.keepsReasoningOf != target.keepsReasoningOf)
        lose(
            "cache marks", .cacheDropped, if: source.keepsCachePoints && !target.keepsCachePoints)
    }

    mutating func addTools() {
        guard !target.takesOnlyPrompts, !source.takesOnlyPrompts else { return }
        lose(
            "tools: batches of the target refuse them", .batchToolsUnsupported,
            if: target.batchRefusesTools && !source.batchRefusesTools)
        lose(
            "tool calls without an id", .toolIDSynthesized,
            if: target.needsToolCallIDs && !source.needsToolCallIDs)
        lose(
            "ids of tool calls in other letters", .toolIDRewritten,
            if: target.toolCallID != .any && target.toolCallID != source.toolCallID)
        lose(
            "names of tools in other letters, or longer than \(target.toolName.limit)",
            .contentRenamed,
            if: !target.toolName.takesAll(of: source.toolName))
        lose(
            "a tool result that says it is an error", .paramDropped,
            if: source.keepsErrorStatus && !target.keepsErrorStatus)
        lose("strict tools", .paramDropped, if: source.keepsStrictTools && !target.keepsStrictTools)
    }

    mutating func addMedia() {
        guard !target.takesOnlyPrompts, !source.takesOnlyPrompts else { return }
        refuse(
            "content at an address on the web", .contentRemoteURL,
            if: source.takesMediaURLs && !target.takesMediaURLs)
        lose(
            "citations and context of documents", .paramDropped,
            if: source.keepsDocumentContext && !target.keepsDocumentContext)
        var refused: [(code: ErrorCode, types: [String])] = []
        var approximated: [String] = []
        for type in MediaType.allCases {
            guard case .fine = source.media.verdict(on: type) else { continue }
            switch target.media.verdict(on: type) {
            case .fine: break
            case .approximated: approximated.append("\(type)")
            case .refused(let code):
                if let index = refused.firstIndex(where: { $0.code == code }) {
                    refused[index].types.append("\(type)")
                } else {
                    refused.append((code, ["\(type)"]))
                }
            }
        }
        for (code, types) in refused { refuse(types.joined(separator: ", "), code) }
        lose(approximated.joined(separator: ", "), .paramApproximated, if: !approximated.isEmpty)
    }

    mutating func addSettings() {
        for setting in Setting.allCases
        where source.settings.contains(setting) && !target.settings.contains(setting) {
            // Where tools are refused, nothing is lost of how they are called.
            if setting == .parallelToolCalls, target.takesOnlyPrompts { continue }
            lose(setting.words, .paramDropped)
        }
        lose(
            "temperature over \(target.temperatureLimit)", .paramClamped,
            if: target.settings.contains(.temperature) && source.settings.contains(.temperature)
                && target.temperatureLimit < source.temperatureLimit)
        lose(
            "seed beyond 32 bits", .paramDropped,
            if: target.seedIs32Bit && !source.seedIs32Bit && source.settings.contains(.seed))
        if let limit = target.stopLimit, limit < source.stopLimit ?? .max {
            lose(
                limit == 0 ? "stop sequences" : "more than \(limit) stop sequences",
                limit == 0 ? .paramDropped : .paramTruncated)
        }
    }

    mutating func addAnswerForm() {
        lose("answers in JSON", .paramDropped, if: source.hasJSONMode && !target.hasJSONMode)
        lose(
            "answers in JSON where no message says JSON", .jsonWordMissing,
            if: target.hasJSONMode && target.family.isOpenAI && !source.family.isOpenAI
                && source.hasJSONMode)
        lose("answers by a schema", .paramDropped, if: source.hasSchemas && !target.hasSchemas)
        lose(
            "the description of the answer's schema", .paramDropped,
            if: source.keepsSchemaDescription && target.hasSchemas
                && !target.keepsSchemaDescription)
        let isTold = source.reasoning != .none
        lose("how much to think", .paramDropped, if: isTold && target.reasoning == .none)
        lose(
            "how much to think, where efforts and budgets differ", .paramApproximated,
            if: isTold && target.reasoning != .none && source.reasoning != target.reasoning)
    }
}

extension NameRule {
    /// Whether every name that another rule allows is allowed.
    fileprivate func takesAll(of other: NameRule) -> Bool {
        let extra = Set("\(extra)")
        return limit >= other.limit && "\(other.extra)".allSatisfy(extra.contains)
            && (!startsWithLetter || other.startsWithLetter)
    }
}

extension Setting {
    /// The setting in words.
    fileprivate var words: String {
        switch self {
        case .maxOutputTokens: "the limit of tokens"
        case .temperature: "temperature"
        case .topP: "top p"
        case .topK: "top k"
        case .seed: "seed"
        case .choiceCount: "several answers to a request"
        case .presencePenalty: "presence penalty"
        case .frequencyPenalty: "frequency penalty"
        case .logprobs: "log probabilities"
        case .topLogprobs: "log probabilities of other tokens"
        case .logitBias: "logit bias"
        case .parallelToolCalls: "one tool call at a time"
        case .user: "the id of the end user"
        case .verbosity: "verbosity"
        }
    }
}
