// SPDX-License-Identifier: Apache-2.0

// THE list of formats: adding one is one folder and one line here.

/// All formats of the engine.
enum FormatRegistry {
    /// The formats, in the order in which they are shown and detected.
    static let all: [any BatchFormat.Type] = [
        BedrockFormat.self,
        OpenAIFormat.self,
        GeminiFormat.self,
        AnthropicFormat.self,
    ]

    /// The names of the providers.
    static var names: [String] { all.map { $0.name } }

    /// The format of a provider.
    static func format(named name: String) -> (any BatchFormat.Type)? {
        all.first { $0.name == name }
    }
}

/// What a format is and accepts, for tables and help.
public struct FormatDescription: Sendable {
    /// The name on the command line.
    public let name: String
    /// One line about it.
    public let summary: String
    /// The dialects that can be written, the default one first.
    public let dialects: [String]
    /// Those of `dialects` that are for embeddings.
    public let embeddingDialects: [String]
    /// The dialects that are read only.
    public let readOnlyDialects: [String]
    /// Which dialect `NAME/auto` writes for which model; nil where there is no such name.
    public let dialectChoice: String?
    /// What the provider accepts in one batch.
    public let limits: [BatchLimit]

    /// All formats of the registry.
    public static var all: [FormatDescription] {
        FormatRegistry.all.map { format in
            FormatDescription(
                name: format.name, summary: format.summary,
                dialects: format.writtenDialects,
                embeddingDialects: format.embeddingDialects.map(\.name),
                readOnlyDialects: format.readOnlyDialects,
                dialectChoice: format.dialectChoice?.summary, limits: format.limits)
        }
    }
}
