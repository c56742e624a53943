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
        guard let (source, target) = Side.pair(source, target) else { return nil }
        if source.name == target.name { return [] }
        switch (source.body, target.body) {
        case (.conversations(let from), .conversations(let to)):
            var table = PairTable(source: from, target: to)
            table.addEnvelope(source, target)
            table.addConversation()
            table.addTools()
            table.addMedia()
            table.addSettings()
            table.addAnswerForm()
            table.addSayings()
            if target.hasColumns { table.addColumns() }
            return table.losses
        case (.embeddings(let from), .embeddings(let to)):
            return EmbeddingRules.losses(from: from, to: to) + source.losses(ofIDsTo: target)
                + [.unknownMembers]
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

extension PairLoss {
    /// What no format knows.
    fileprivate static let unknownMembers = PairLoss(
        concept: "members that the source's format does not know",
        code: LossCode.paramDropped.rawValue, isRefused: false)
}

/// One end of a conversion.
private struct Side {
    enum Body {
        case conversations(Capabilities)
        case embeddings(EmbeddingDialect)
    }

    let format: any BatchFormat.Type
    let body: Body
    /// Requests are read into a table.
    private(set) var hasColumns = false
    private let dialectName: String

    /// The name of its format and dialect.
    var name: String { "\(format.name)/\(dialectName)" }

    /// Both ends; one that names no dialect is of the kind that the other is.
    static func pair(_ source: FormatID, _ target: FormatID) -> (Side, Side)? {
        let isForEmbeddings = source.isForEmbeddings || target.isForEmbeddings
        guard let source = Side(source, isForEmbeddings: isForEmbeddings),
            let target = Side(target, isForEmbeddings: isForEmbeddings)
        else { return nil }
        return (source, target)
    }

    private init?(_ id: FormatID, isForEmbeddings: Bool) {
        guard let format = FormatRegistry.format(named: id.provider) else { return nil }
        self.format = format
        let vectors =
            id.dialect == nil && isForEmbeddings
            // Of several the model tells.
            ? format.embeddingDialect(for: nil)
            : format.embeddingDialects.first { $0.name == id.dialect }
        if let vectors {
            body = .embeddings(vectors)
            dialectName = vectors.name
        } else if let dialect = format.dialects.first(where: { $0.name == id.dialect ?? $0.name }),
            id.dialect != nil || !isForEmbeddings || format.embeddingDialects.isEmpty
        {
            body = .conversations(dialect.requestWriter.capabilities)
            hasColumns = dialect.hasColumns
            dialectName = dialect.name
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
                && !target.metadata.takesAll(of: source.metadata))
    }

    mutating func addConversation() {
        refuse(
            "anything but one text of the user", .promptUnsupported,
            if: target.takesOnlyPrompts && !source.takesOnlyPrompts)
        refuse(
            "a text that holds a token of the target's template", .promptUnsupported,
            if: target.takesOnlyPrompts && source.takesOnlyPrompts)
        lose(
            "cache marks", .cacheDropped, if: target.takesOnlyPrompts && source.keepsCachePoints)
        guard !target.takesOnlyPrompts, !source.takesOnlyPrompts else { return }
        refuse(
            "a conversation that the assistant begins", .firstNotUser, if: target.firstTurnIsUser)
        lose(
            "the order of text before tool results", .contentReordered,
            if: target.resultsComeFirst)
        lose(
            "the order of text after tool calls", .contentReordered,
            if: target.textComesBeforeCalls)
        lose(
            "reasoning in the history", .reasoningDropped,
            if: target.keepsReasoningOf == nil
                || source.keepsReasoningOf != target.keepsReasoningOf)
        lose(
            target.keepsCachePoints
                ? "cache marks where the target has no place for them" : "cache marks",
            .cacheDropped, if: source.keepsCachePoints && source.family != target.family)
    }

    /// What only the source's family can say.
    mutating func addSayings() {
        losses.append(.unknownMembers)
        refuse("parts that the source's format does not know", .unsupportedBlock)
        guard source.family != target.family else { return }
        for saying in source.family.sayings
        where !(saying.isShared && target.family.isOpenAI)
            // There all of it is refused for what stands around it.
            && !(saying.isRefused && target.takesOnlyPrompts)
        {
            losses.append(
                PairLoss(
                    concept: saying.concept, code: saying.code, isRefused: saying.isRefused))
        }
    }

    /// What an importer into a table does not take.
    mutating func addColumns() {
        refuse(
            "empty objects, more than 15 levels, names that are none of columns, members of two "
                + "types over the file", .unsupportedBlock)
    }

    mutating func addTools() {
        guard !target.takesOnlyPrompts, !source.takesOnlyPrompts else { return }
        lose(
            "tools: batches of the target refuse them", .batchToolsUnsupported,
            if: target.batchRefusesTools && !source.batchRefusesTools)
        lose(
            "tool calls without an id", .toolIDSynthesized, if: target.needsToolCallIDs)
        lose(
            "calls of tools that are not defined: definitions are made up", .paramDefaulted,
            if: target.needsToolDefinitions)
        lose(
            "ids of tool calls in other letters", .toolIDRewritten,
            if: target.toolCallID != .any && target.toolCallID != source.toolCallID)
        lose(
            "names of tools in other letters, or longer than \(target.toolName.limit)",
            .contentRenamed)
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
        refuse(
            "an address of a PDF", .contentRemoteURL,
            if: source.takesMediaURLs && target.takesMediaURLs && target.media == .chat)
        refuse(
            "pictures in turns of the assistant", .unsupportedImage, if: target.media.isOpenAI)
        refuse(
            "pictures in results of tools", .unsupportedToolResultImage,
            if: target.media == .chat || target.media == .generateContent)
        refuse("documents in results of tools", .unsupportedDocument, if: target.media == .chat)
        refuse(
            "documents without a text beside them", .contentEmpty, if: target.media == .converse)
        lose(
            "names of documents in other letters", .contentRenamed, if: target.media == .converse)
        lose(
            "citations and context of documents", .paramDropped,
            if: source.keepsDocumentContext && !target.keepsDocumentContext && source.takesDocuments
        )
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
        lose(
            "no limit of tokens: one is filled in", .paramDefaulted, if: target.family == .messages)
        if let limit = target.stopLimit, source.stopLimit != 0 {
            lose(
                limit == 0 ? "stop sequences" : "more than \(limit) stop sequences",
                limit == 0 ? .paramDropped : .paramTruncated)
        }
    }

    mutating func addAnswerForm() {
        lose("answers in JSON", .paramDropped, if: source.hasJSONMode && !target.hasJSONMode)
        lose(
            "answers in JSON where no message says JSON", .jsonWordMissing,
            if: target.hasJSONMode && target.family.isOpenAI && source.hasJSONMode)
        lose("answers by a schema", .paramDropped, if: source.hasSchemas && !target.hasSchemas)
        lose(
            "the description of the answer's schema", .paramDropped,
            if: source.keepsSchemaDescription && source.hasSchemas && target.hasSchemas
                && !target.keepsSchemaDescription)
        let isTold = source.reasoning != .none
        lose("how much to think", .paramDropped, if: isTold && target.reasoning == .none)
        lose(
            "how much to think, where efforts and budgets differ", .paramApproximated,
            if: isTold && target.reasoning != .none && !target.reasoning.names(source.reasoning))
    }
}

extension Capabilities {
    /// Whether there is a place for any document.
    fileprivate var takesDocuments: Bool {
        if case .fine = media.verdict(on: .pdf) { true } else { false }
    }
}

extension ReasoningRule {
    /// Whether all that another rule can say of how much to think can be said exactly.
    fileprivate func names(_ other: ReasoningRule) -> Bool {
        switch (self, other) {
        case (.chat, .responses), (.responses, .chat), (.chat, .nova), (.responses, .nova): true
        default: self == other
        }
    }
}

extension MetadataRule {
    /// Whether every pair that another rule allows is allowed.
    fileprivate func takesAll(of other: MetadataRule) -> Bool {
        self == other || (self == .labels && other == .labelColumns)
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
