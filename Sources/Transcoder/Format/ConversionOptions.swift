// SPDX-License-Identifier: Apache-2.0

// What the user of the engine decides about a conversion.

/// How records are to be converted.
public struct ConversionOptions: Sendable {
    /// Where a Gemini request carries its id.
    public enum GeminiID: String, Sendable, CaseIterable {
        /// At the top: `{"key": …, "request": …}`, the documented form.
        case key
        /// As `{"request": …, "metadata": {"key": …}}`.
        case metadata
    }

    /// The spelling of the token limit in OpenAI bodies.
    public enum OpenAIMaxTokens: String, Sendable, CaseIterable {
        /// `max_completion_tokens`, which every chat model accepts.
        case maxCompletionTokens = "max_completion_tokens"
        /// `max_tokens`, for older compatible servers.
        case maxTokens = "max_tokens"
    }

    /// The member of OpenAI's chat messages that holds a model's thoughts.
    ///
    /// OpenAI has none. Sources: vLLM, "Reasoning Outputs"; groq 1.0,
    /// `ChatCompletionMessage.reasoning`; DeepSeek, "Reasoning Model"; read 2026-11.
    public enum OpenAIReasoning: String, Sendable, CaseIterable {
        /// None: thoughts are dropped (ruling I24).
        case drop
        /// `reasoning`, as vLLM and Groq spell it.
        case reasoning
        /// `reasoning_content`, as DeepSeek and vLLM before 0.11 spell it.
        case reasoningContent = "reasoning_content"
    }

    /// How schemas are written for Gemini.
    public enum GeminiSchema: String, Sendable, CaseIterable {
        /// Lowered to the OpenAPI subset (`responseSchema`, `parameters`), which batches accept.
        case openapi
        /// As JSON Schema (`responseJsonSchema`, `parametersJsonSchema`).
        case json
    }

    /// What a loss does to its record.
    public enum LossPolicy: String, Sendable, CaseIterable {
        /// The record is written, the loss reported.
        case warn
        /// The record fails, unless the loss is only a note.
        case fail
        /// The record is written; the loss is counted in the report only.
        case drop
    }

    /// The model that the batch is for.
    ///
    /// It is written where the target's body names one, and tells model families apart. Nil keeps
    /// the record's own model where it has one.
    public var model: String?
    /// The creation time of results, in seconds since 1970, where the source has none.
    public var created: Int?
    /// Where a Gemini request carries its id.
    public var geminiID = GeminiID.key
    /// Who takes files with OpenAI's requests; nil: OpenAI, and such a file stays as it is.
    public var openAIService: OpenAIService?
    /// The spelling of the token limit in OpenAI bodies; nil: the one that the service documents.
    public var openAIMaxTokens: OpenAIMaxTokens?
    /// Where thoughts stand in OpenAI's chat results; both spellings are read unless they are
    /// dropped.
    public var openAIReasoning = OpenAIReasoning.drop
    /// How schemas are written for Gemini.
    public var geminiSchema = GeminiSchema.openapi
    /// What a loss does to its record.
    public var onLoss = LossPolicy.warn

    /// Creates the default options.
    public init() {}

    /// Who takes files with OpenAI's requests.
    var service: OpenAIService { openAIService ?? .openai }

    /// A spelling was asked for that lines of the target's own format may not have.
    func respells(_ kind: RecordKind, for target: any BatchFormat.Type) -> Bool {
        kind == .request && target == OpenAIFormat.self && openAIService != nil
    }
}
