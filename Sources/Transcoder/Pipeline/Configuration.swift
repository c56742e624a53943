// SPDX-License-Identifier: Apache-2.0

// What a conversion is to do, said once before the first byte.

public import JSONLCodec

/// A conversion: from what, to what, how, and what happens to bad records.
public struct Configuration: Sendable {
    /// What a bad record does to the conversion.
    public enum ErrorPolicy: String, Sendable, CaseIterable {
        /// The first bad record ends the conversion.
        case stop
        /// Bad records are left out and reported.
        case skip
    }

    /// Requests or results; nil: as the first record shows.
    public var kind: RecordKind?
    /// The source's format; nil: as the first record shows.
    public var source: FormatID?
    /// The target's format.
    public var target: FormatID
    /// How records are converted.
    public var options = ConversionOptions()
    /// The bounds of lines.
    public var limits = Limits()
    /// What a bad record does to the conversion.
    public var onError = ErrorPolicy.stop
    /// Whether the lines of rejected records are kept (``BlockConverter/rejects``).
    public var keepsRejects = false
    /// The most errors that are described in the report; beyond, they are only counted.
    public var errorLimit = 10_000
    /// Whether records that look like earlier ones are converted as those were, which is faster;
    /// the result is the same.
    public var learnsShapes = true
    /// The client's own requests, for the echo in Bedrock results.
    public var requests: RequestIndex?

    /// Creates a configuration for a target; everything else is at its default.
    public init(target: FormatID) {
        self.target = target
    }
}

/// A configuration that cannot be carried out.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why, in one sentence without a full stop.
    public let description: String
}

/// A configuration with nothing left to detect: which code reads and which writes.
public struct Conversion: Sendable {
    let configuration: Configuration
    /// Requests or results.
    public let kind: RecordKind
    let source: any BatchFormat.Type
    let sourceDialect: String?
    let target: any BatchFormat.Type
    /// What conversations are written in; nil where a dialect of embeddings was asked for, or the
    /// first request asks for vectors.
    let dialect: Dialect?
    /// What embeddings are written in; nil where the target has nothing for them, a dialect of
    /// conversations was asked for, the first request is one, or it is not settled which of several.
    let embeddings: EmbeddingDialect?
    /// The user named a dialect, and left no choice to the model.
    let dialectIsNamed: Bool
    /// What the first request is, where that decides what the others may be.
    let firstOperation: Operation?
    /// The dialect that the user asked for by name.
    let targetDialect: String?
    /// Lines of the target's own format are written anew, in the spelling that the options name.
    let respells: Bool
    private let detectedDialect: String?

    /// Settles a configuration.
    ///
    /// - Parameters:
    ///   - configuration: What the user wants.
    ///   - detected: What the first record shows, where the configuration leaves that open.
    /// - Throws: What is still open, or that the target can be read but not written.
    public init(
        _ configuration: Configuration, detected: Detection? = nil
    ) throws(ConfigurationError) {
        guard let kind = configuration.kind ?? detected?.kind else {
            throw ConfigurationError(description: "the kind of the records is not known")
        }
        guard let sourceID = configuration.source ?? detected?.format,
            let source = FormatRegistry.format(named: sourceID.provider),
            let target = FormatRegistry.format(named: configuration.target.provider)
        else { throw ConfigurationError(description: "the format of the records is not known") }
        guard configuration.source?.dialect != DialectChoice.name else {
            throw ConfigurationError(
                description: "\(sourceID) can be written but not read")
        }
        let named = configuration.target.dialect
        respells =
            source.name == target.name && configuration.options.respells(kind, for: target)
        let isDetected = configuration.source == nil || detected?.format.provider == source.name
        detectedDialect = isDetected ? detected?.format.dialect : nil
        // What is only spelled anew stays in its dialect.
        let wanted =
            try Self.wantedDialect(configuration, of: target)
            ?? (respells ? configuration.source?.dialect ?? detectedDialect : nil)
        dialectIsNamed = named != nil && named != DialectChoice.name
        let chat = target.dialects.first { wanted == nil || $0.name == wanted }
        let vectors =
            dialectIsNamed
            ? target.embeddingDialects.first { $0.name == named }
            : target.embeddingDialect(for: configuration.options.model)
        // A batch is of one kind, which the first of its requests shows.
        firstOperation =
            kind == .request && !dialectIsNamed
            ? source.operation(ofDialect: detectedDialect ?? configuration.source?.dialect) : nil
        dialect = firstOperation == .embeddings && vectors != nil ? nil : chat
        embeddings = firstOperation == .chat ? nil : vectors
        guard dialect != nil || embeddings != nil else {
            throw ConfigurationError(
                description: "\(configuration.target) can be read but not written")
        }
        self.configuration = configuration
        self.kind = kind
        self.source = source
        sourceDialect = configuration.source?.dialect
        self.target = target
        targetDialect = wanted
    }

    /// The dialect that the user names, or has the model choose.
    private static func wantedDialect(
        _ configuration: Configuration, of target: any BatchFormat.Type
    ) throws(ConfigurationError) -> String? {
        guard let choice = target.dialectChoice,
            configuration.target.dialect == DialectChoice.name
        else { return configuration.target.dialect }
        guard let model = configuration.options.model else {
            throw ConfigurationError(
                description: "\(configuration.target) is chosen by the model, and none is named")
        }
        return choice.dialect(ModelFamily(model: model))
    }

    /// The file stays in its format: blank lines and a missing last line feed stay as well.
    ///
    /// A source that was named with a dialect that nobody writes, or with that of another service
    /// (Vertex), is converted.
    var keepsLines: Bool {
        guard source.name == target.name, targetDialect == nil, !respells else { return false }
        guard let sourceDialect else { return true }
        return target.embeddingDialects.contains { $0.name == sourceDialect }
            || target.dialects.contains { $0.name == sourceDialect && !$0.isOtherService }
    }

    /// Records may come out in another dialect than they came in.
    var changesDialect: Bool {
        source.name != target.name || respells
            || (targetDialect != nil && sourceDialect != targetDialect)
    }

    /// What stands in this dialect of the target's is wanted as it is.
    func writes(_ name: String) -> Bool {
        name == dialect?.name || name == embeddings?.name
    }

    /// What the target demands of ids.
    var idRule: RecordIDRule {
        kind == .request ? target.requestIDs : target.resultIDs
    }

    /// Records that are copied are read all the same, since what they ask vectors for counts.
    var countsCopiedInputs: Bool { kind == .request && sourceID.isForEmbeddings }

    /// Members must have one type over all records.
    var hasColumns: Bool { kind == .request && dialect?.hasColumns == true }

    /// The source's format as the report names it.
    public var sourceID: FormatID {
        FormatID(provider: source.name, dialect: sourceDialect ?? detectedDialect)
    }

    /// The target's format as the report names it: by the dialect of the first record.
    public var targetID: FormatID {
        if keepsLines, let name = detectedDialect ?? sourceDialect {
            return FormatID(provider: target.name, dialect: name)
        }
        let isEmbedding = source.embeddingDialects.contains {
            $0.name == sourceDialect ?? detectedDialect
        }
        let (chat, embeddings) = (dialect?.name, embeddings?.name)
        return FormatID(
            provider: target.name,
            dialect: isEmbedding ? embeddings ?? chat : chat ?? embeddings)
    }
}
