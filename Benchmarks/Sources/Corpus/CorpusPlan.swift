// SPDX-License-Identifier: Apache-2.0

// What a corpus is to be: its profile, kind and format.

/// What the records of a corpus are like.
public enum Profile: String, CaseIterable, Sendable {
    /// One question of a sentence, about 330 bytes a line.
    case short
    /// A conversation of many paragraphs in many scripts, about 12 kB a line.
    case long
    /// Definitions, calls and results of tools, about 5 kB a line; the definitions differ.
    case tools
    /// As `tools`, but every line defines the same tools, as the files of one program do.
    case toolsSame = "tools-same"
    /// A question about a picture of about 1 MB in base64.
    case image
    /// As `short`, with the members of every object in random order.
    case shuffled
}

/// What the records of a corpus are.
public enum Kind: String, CaseIterable, Sendable {
    /// What is sent to a provider.
    case request
    /// What a provider answered.
    case result
}

/// Whose records they are.
public enum Format: String, CaseIterable, Sendable {
    /// Amazon Bedrock, bodies of the Converse API.
    case bedrock
    /// OpenAI, chat completions.
    case openai
    /// Google Gemini, generateContent.
    case gemini
    /// Anthropic, Message Batches.
    case anthropic
}

/// A corpus by its parameters: the same plan makes the same bytes on every machine.
///
/// Record *i* means the same in every format, so files of one profile, kind and seed can be
/// compared with each other.
public struct CorpusPlan: Sendable, Hashable {
    /// What the records are like.
    public var profile: Profile
    /// What the records are.
    public var kind: Kind
    /// Whose records they are.
    public var format: Format
    /// What all random draws come from.
    public var seed: UInt64

    /// Creates a plan.
    public init(_ profile: Profile, _ kind: Kind, _ format: Format, seed: UInt64 = 1) {
        self.profile = profile
        self.kind = kind
        self.format = format
        self.seed = seed
    }
}
