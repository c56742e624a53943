// SPDX-License-Identifier: Apache-2.0

// The names of formats as users write them: `bedrock`, `bedrock/anthropic`, `openai/chat`.

/// A format by name: a provider, and optionally the dialect of its bodies.
public struct FormatID: Sendable, Hashable, CustomStringConvertible {
    /// The provider: `bedrock`, `openai`, `gemini`, `anthropic`.
    public let provider: String
    /// The dialect of the body, or nil where the provider's default is meant.
    public let dialect: String?

    /// Looks a name up in the registry; fails for names that nobody has.
    ///
    /// - Parameter name: `provider` or `provider/dialect`, in lower case; `vertex` stands for
    ///   `gemini/vertex`.
    public init?(_ name: String) {
        // Google has one body and two envelopes, and Vertex AI is the name of the other one.
        let name = name == "vertex" ? "gemini/vertex" : name
        let pieces = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let provider = String(pieces[0])
        guard let format = FormatRegistry.format(named: provider) else { return nil }
        let dialect = pieces.count == 2 ? String(pieces[1]) : nil
        if let dialect {
            let isKnown =
                format.writableNames.contains(dialect) || format.readOnlyDialects.contains(dialect)
            guard isKnown else { return nil }
        }
        self.provider = provider
        self.dialect = dialect
    }

    init(provider: String, dialect: String?) {
        self.provider = provider
        self.dialect = dialect
    }

    /// The name: `provider` or `provider/dialect`.
    public var description: String {
        dialect.map { "\(provider)/\($0)" } ?? provider
    }

    /// Its records ask for vectors, or answer with some.
    public var isForEmbeddings: Bool {
        let dialects = FormatRegistry.format(named: provider)?.embeddingDialects ?? []
        return dialects.contains { $0.name == dialect }
    }

    /// What embeddings for a model are written in.
    ///
    /// - Returns: nil where the provider has nothing for them, or the model takes none.
    public static func embeddings(of provider: String, model: String?) -> FormatID? {
        FormatRegistry.format(named: provider)?.embeddingDialect(for: model).map {
            FormatID(provider: provider, dialect: $0.name)
        }
    }

    /// What conversations for a provider are written in, where nobody says otherwise.
    public static func conversations(of provider: String) -> FormatID? {
        FormatRegistry.format(named: provider)?.dialects.first.map {
            FormatID(provider: provider, dialect: $0.name)
        }
    }

    /// The names of all formats that can be written: each provider, then each of its dialects.
    public static var allNames: [String] {
        FormatRegistry.all.flatMap { format in
            [format.name] + format.writableNames.map { "\(format.name)/\($0)" }
        }
    }
}

extension BatchFormat {
    /// What may stand behind the slash of a target.
    fileprivate static var writableNames: [String] {
        writtenDialects + (dialectChoice == nil ? [] : [DialectChoice.name])
    }
}
