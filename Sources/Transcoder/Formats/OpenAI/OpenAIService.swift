// SPDX-License-Identifier: Apache-2.0

// Services that take OpenAI's batch files, and what the lines for each of them differ in.

import JSONLCodec

/// Who takes a batch file with OpenAI's requests.
///
/// Read are the lines of all of them, whatever this says; only `top_k`, which OpenAI does not have,
/// is read where a service is named that has it.
///
/// Sources, read 2026-11: Mistral, "Batch Inference", and `ChatCompletionRequest` and
/// `EmbeddingRequest` of its Python package; Together, "Batch inference" and its tutorial, and
/// `CompletionCreateParams` of its own; Groq, "Batch API", and Cerebras, "Batch", whose lines are
/// like OpenAI's; files of Azure's and vLLM's users (ruling G8), of which vLLM's are as well.
public enum OpenAIService: String, Sendable, CaseIterable {
    /// OpenAI itself, and services with lines like its own: vLLM, Groq, Cerebras.
    case openai
    /// Azure OpenAI: paths without a version; the model is the name of a deployment.
    case azure
    /// Mistral: the endpoint is said where the batch is made, not in the lines.
    case mistral
    /// Together: the same.
    case together

    /// Lines name a method and an endpoint.
    var namesEndpoint: Bool { self != .mistral && self != .together }

    /// Endpoints begin with a version.
    var hasVersion: Bool { self != .azure }

    /// The name of the token limit that the service documents.
    public var maxTokens: ConversionOptions.OpenAIMaxTokens {
        switch self {
        case .openai, .azure: .maxCompletionTokens
        case .mistral, .together: .maxTokens
        }
    }

    /// The name of the seed in chats.
    var seed: StaticString { self == .mistral ? "random_seed" : "seed" }

    /// The name of the length of vectors.
    var dimensions: StaticString { self == .mistral ? "output_dimension" : "dimensions" }

    /// Sampling can be told how many tokens it chooses from.
    var hasTopK: Bool { self == .mistral || self == .together }

    /// A tool without parameters says that it has none.
    var needsToolParameters: Bool { self == .mistral }

    /// What chats for the service can express.
    ///
    /// Mistral refuses a body with a member that it does not know.
    var chatCapabilities: Capabilities {
        var capabilities = ChatBody.capabilities
        if hasTopK { capabilities.settings.formUnion(SettingSet(.topK)) }
        if self == .mistral {
            capabilities.settings.subtract(SettingSet(.logitBias, .user, .verbosity))
            capabilities.keepsExtras = false
            // Those of Anthropic: no list of allowed tools.
            capabilities.toolChoice = .messages
        }
        return capabilities
    }
}
