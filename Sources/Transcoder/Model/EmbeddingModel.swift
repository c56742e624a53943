// SPDX-License-Identifier: Apache-2.0

// What models of embeddings take differs within one dialect: told from the model's id.

/// The models whose bodies are alike and whose settings differ.
enum EmbeddingModel: Sendable, CaseIterable {
    /// Titan before V2: a text and nothing else.
    case titanG1
    /// Cohere before v4: no dimensions.
    case cohereV3
    /// All others, and none.
    case current

    /// The model of an id.
    init(id: String?) {
        guard let id = id?.lowercased() else {
            self = .current
            return
        }
        self =
            Self.allCases.first { model in model.words.contains { id.contains(word: $0) } }
            ?? .current
    }

    /// What stands in the ids, as Bedrock's table of models has them.
    private var words: [String] {
        switch self {
        case .titanG1: ["titan-embed-text-v1", "titan-embed-g1", "titan-embed-image"]
        case .cohereV3: ["embed-english-v3", "embed-multilingual-v3"]
        case .current: []
        }
    }
}
