// SPDX-License-Identifier: Apache-2.0

// Google's batches of Gemini requests: the format's place in the registry, and its wire facts.

import JSONLCodec

/// Records of the Gemini Developer API's Batch API, and of Vertex AI's batch prediction.
///
/// A request is `{"key", "request"}`, also seen as `{"request", "metadata": {"key"}}`; Vertex has
/// `{"request"}` with any further columns. A result is `{"response", "key"}` or `{"key", "error"}`
/// with a google.rpc.Status; Vertex repeats the columns and the request, and puts a failure into
/// the text of `status`. Lines can also be a bare response or status. Members are spelled in
/// `camelCase` or `snake_case`, as the JSON form of protocol buffers allows, and zero values are
/// left out. Order is not guaranteed.
///
/// Sources: ai.google.dev, "Batch API", "Thought signatures" and the GenerateContent reference;
/// google-gemini/cookbook, `Batch_mode.ipynb` (real result lines); docs.cloud.google.com, "Batch
/// prediction from Cloud Storage"; google.genai.types; protobuf.dev, "ProtoJSON".
enum GeminiFormat: BatchFormat {
    static let name = "gemini"
    static let summary = "Google Gemini Batch API and Vertex AI batch prediction"
    static let dialects = [
        Dialect(
            name: GeminiDialect.generateContent.name, requestWriter: GeminiRequestWriter.self,
            resultWriter: GeminiResultWriter.self),
        Dialect(
            name: GeminiDialect.vertex.name, requestWriter: VertexRequestWriter.self,
            resultWriter: VertexResultWriter.self, isOtherService: true,
            hasColumns: true),
    ]
    static let embeddingDialects = [
        EmbeddingDialect(
            name: GeminiDialect.embedContent.name,
            requestWriter: GeminiEmbeddingRequestWriter.self,
            resultWriter: GeminiEmbeddingResultWriter.self,
            sayings: [
                .refused("pictures", .unsupportedImage), .refused("recordings", .unsupportedAudio),
                .refused("films", .unsupportedVideo),
                .refused("documents", .unsupportedDocument),
                .refused("files by address", .contentRemoteURL),
                .refused("other parts than texts", .unsupportedBlock),
                .lost("several texts of one input: they become one", .paramApproximated),
                .lost("titles, and purposes that nobody knows", .paramDropped),
            ])
    ]
    static let readOnlyDialects: [String] = []
    static let acceptsQuotedNumbers = true
    static let hasBareResults = true
    static let limits = [
        BatchLimit(
            .maxBytes, 2_000_000_000,
            source: "ai.google.dev, Batch API: size of an input file; read 2026-11",
            isConfirmed: false)
    ]
    static let idMember: StaticString = "key"
    static let requestIDs = RecordIDRule.any
    static let resultIDs = RecordIDRule.any
    static let requestReader: any RequestReading.Type = GeminiRequestReader.self
    static let resultReader: any ResultReading.Type = GeminiResultReader.self

    static func detect(_ view: JSONView) -> DetectedRecord? {
        var request: NodeID?
        var response: NodeID?
        var error: NodeID?
        var status: NodeID?
        var hasKey = false
        var hasMetadata = false
        var hasTime = false
        var hasCandidates = false
        var hasVectors = false
        var hasCode = false
        var hasMessage = false
        for (key, value) in view.members(.root) where view.kind(value) != .null {
            switch GeminiEnvelopeMember.table.name(of: key, view) {
            case .request: request = value
            case .response: response = value
            case .error: error = value
            case .status: status = value
            case .key: hasKey = true
            case .metadata: hasMetadata = true
            case .processedTime: hasTime = true
            case .candidates: hasCandidates = view.kind(value) == .array
            case .usageMetadata, .promptFeedback: hasCandidates = true
            case .embedding, .embeddings: hasVectors = true
            case .code: hasCode = view.integer(value) != nil
            case .message: hasMessage = view.kind(value) == .string
            default: continue
            }
        }
        let isVertex = hasTime || status != nil
        let service: GeminiDialect = isVertex ? .vertex : .generateContent
        if let response, view.kind(response) == .object {
            let isKnown = isResponse(response, view) || hasKey || hasTime
            let dialect =
                EmbedContentAnswer.isMeant(by: response, view) ? .embedContent : service
            if isKnown || request != nil {
                return record(.result, dialect, isVertex: isVertex, isSure: isKnown)
            }
        }
        if let error, view.kind(error) == .object, hasKey {
            var failure = record(.result)
            failure.fitsAllDialects = true
            return failure
        }
        if let status, request != nil || hasTime || response != nil {
            // Vertex: an empty status stands beside a response, another one tells of a failure.
            let isFailure = view.kind(status) != .string || !view.interior(status).isBlankText
            if isFailure || hasTime { return record(.result, .vertex) }
        }
        if let request, view.kind(request) == .object {
            let isVertex = !hasKey && !hasMetadata
            let service: GeminiDialect = isVertex ? .vertex : .generateContent
            let dialect = EmbedContentBody.isMeant(by: request, view) ? .embedContent : service
            return record(
                .request, dialect, isVertex: isVertex, isSure: isRequest(request, view))
        }
        if hasVectors, EmbedContentAnswer.isMeant(by: .root, view) {
            return record(.result, .embedContent)
        }
        if hasCandidates { return record(.result) }
        if hasCode, hasMessage { return record(.result, isSure: false) }
        return nil
    }

    private static func record(
        _ kind: RecordKind, _ dialect: GeminiDialect = .generateContent, isVertex: Bool = false,
        isSure: Bool = true
    ) -> DetectedRecord {
        DetectedRecord(
            kind: kind, dialect: dialect.name,
            isOtherService: isVertex && dialect == .embedContent, confidence: isSure ? 2 : 1)
    }

    private static func isRequest(_ request: NodeID, _ view: JSONView) -> Bool {
        for (key, _) in view.members(request) {
            switch GeminiBodyMember.table.name(of: key, view) {
            case .contents, .content, .generationConfig, .systemInstruction: return true
            default: continue
            }
        }
        return false
    }

    private static func isResponse(_ response: NodeID, _ view: JSONView) -> Bool {
        for (key, _) in view.members(response) {
            let name = GeminiResponseMember.table.name(of: key, view)
            // An error alone could be anybody's.
            if let name, name != .error { return true }
        }
        return false
    }
}
