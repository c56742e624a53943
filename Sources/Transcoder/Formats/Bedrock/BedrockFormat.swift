// SPDX-License-Identifier: Apache-2.0

// Amazon Bedrock's batch inference: the format's place in the registry, and its wire facts.

import JSONLCodec

/// Records of Bedrock's model invocation jobs.
///
/// A request is `{"recordId", "modelInput"}`; a result repeats both and adds `modelOutput` or, in
/// its place, `error{errorCode, errorMessage}`. `modelInput` is a Converse body for jobs of the
/// type Converse, else the model's own body. Order is not guaranteed; `recordId` may be any text.
///
/// Sources: AWS, Bedrock user guide, "Format and upload your batch inference data" and "View the
/// results of a batch inference job"; botocore's service models `bedrock` 2023-04-20 and
/// `bedrock-runtime` 2023-09-30.
enum BedrockFormat: BatchFormat {
    static let name = "bedrock"
    static let summary = "Amazon Bedrock batch inference (model invocation jobs)"
    static let dialects = [
        Dialect(
            name: "converse", requestWriter: ConverseRequestWriter.self,
            resultWriter: ConverseResultWriter.self),
        Dialect(
            name: "anthropic", requestWriter: BedrockMessagesRequestWriter.self,
            resultWriter: BedrockMessagesResultWriter.self),
        Dialect(
            name: "nova", requestWriter: NovaRequestWriter.self,
            resultWriter: NovaResultWriter.self),
        Dialect(
            name: "llama", requestWriter: PromptRequestWriter<LlamaPrompts>.self,
            resultWriter: PromptResultWriter<LlamaPrompts>.self),
        Dialect(
            name: "mistral", requestWriter: PromptRequestWriter<MistralPrompts>.self,
            resultWriter: PromptResultWriter<MistralPrompts>.self),
        Dialect(
            name: "titan", requestWriter: PromptRequestWriter<TitanPrompts>.self,
            resultWriter: PromptResultWriter<TitanPrompts>.self),
    ]
    static let embeddingDialects = [
        EmbeddingDialect(
            name: BedrockDialect.titanEmbed.name, modelWord: "titan",
            requestWriter: TitanEmbedRequestWriter.self,
            resultWriter: TitanEmbedResultWriter.self,
            sayings: [
                .refused("pictures", .unsupportedImage),
                .lost("vectors of bits, or that are not normalized", .paramDropped),
            ]),
        EmbeddingDialect(
            name: BedrockDialect.cohereEmbed.name, modelWord: "cohere",
            requestWriter: CohereEmbedRequestWriter.self,
            resultWriter: CohereEmbedResultWriter.self, asksForBase64: true,
            sayings: [
                .refused("pictures", .unsupportedImage),
                .refused("mixed inputs", .unsupportedBlock),
                .lost("vectors of whole numbers and bits, truncation", .paramDropped),
            ]),
    ]
    static let foreignRequest = ErrorCode.bodyUnsupported
    static let embeddingAdvice: StaticString =
        "name a model of Titan or Cohere, or the dialect: bedrock/titan-embed, bedrock/cohere-embed"
    static let readOnlyDialects = ["chat"]
    static let dialectChoice: DialectChoice? = DialectChoice(
        summary: "anthropic for Claude, which takes tools in batches only so; converse for others; "
            + "embeddings as Titan's or Cohere's models take them"
    ) { family in family == .claude ? "anthropic" : "converse" }
    static let limits = [
        BatchLimit(
            .minRecords, 100,
            source: "Service Quotas, minimum number of records per batch inference job; "
                + "varies by model and was 1,000; read 2026-11",
            isConfirmed: false),
        BatchLimit(
            .maxRecords, 50_000,
            source: "Service Quotas, records per input file per batch inference job; "
                + "varies by model and region; read 2026-11",
            isConfirmed: false),
        BatchLimit(
            .maxBytes, 1_000_000_000,
            source: "Service Quotas, batch inference input file size; varies by model and "
                + "region; read 2026-11",
            isConfirmed: false),
    ]
    static let idMember: StaticString = "recordId"
    static let requestIDs = RecordIDRule.any
    static let resultIDs = RecordIDRule.any
    static let requestReader: any RequestReading.Type = BedrockRequestReader.self
    static let resultReader: any ResultReading.Type = BedrockResultReader.self

    static func detect(_ view: JSONView) -> DetectedRecord? {
        var input: NodeID?
        var output: NodeID?
        var failure: NodeID?
        var hasID = false
        for (key, value) in view.members(.root) where view.kind(value) != .null {
            switch BedrockMember.table.name(of: key, view) {
            case .modelInput: input = value
            case .modelOutput: output = value
            case .error: failure = value
            case .recordID: hasID = true
            default: continue
            }
        }
        // Results repeat the request, so they come first.
        if let output {
            let dialect = BedrockDialect(output: output, view)
            return DetectedRecord(kind: .result, dialect: dialect?.name ?? otherDialect)
        }
        if let failure, input != nil || hasID, view.kind(failure) == .object {
            let dialect = input.flatMap { BedrockDialect(input: $0, view) } ?? .converse
            return DetectedRecord(kind: .result, dialect: dialect.name)
        }
        if let input {
            let dialect = BedrockDialect(input: input, view)
            return DetectedRecord(kind: .request, dialect: dialect?.name ?? otherDialect)
        }
        return hasID ? DetectedRecord(kind: .request, dialect: otherDialect, confidence: 1) : nil
    }

    /// What bodies that are no conversation are called.
    private static let otherDialect = "other"
}
