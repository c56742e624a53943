// SPDX-License-Identifier: Apache-2.0

// OpenAI's batch files, with chat completions or the Responses API as their bodies.

import JSONLCodec

/// OpenAI's batch record format.
///
/// - Request lines are `{"custom_id", "method", "url", "body"}`; the url is `/v1/responses`,
///   `/v1/embeddings` or `/v1/chat/completions`, `/chat/completions` on Azure, and other versions
///   elsewhere. It tells what the body is, line by line.
/// - Result lines are `{"id", "custom_id", "response": {"status_code", "request_id", "body"},
///   "error"}`. A request that the API refused has its error inside of `body` and `error: null`;
///   `response: null` beside an `error` is a request that never reached the API. Member order
///   varies, and lines of compatible servers lack what they have no use for.
///
/// Sources: openai 3.54.0 (`openai.types.batch`, `.chat`, `.responses`); the batch guide of
/// platform.openai.com; learn.microsoft.com, "Batches - Create Batch"; openai-openapi issue 302
/// for the place of errors.
enum OpenAIFormat: BatchFormat {
    static let name = "openai"
    static let summary = "OpenAI Batch API: chat completions, responses, embeddings"
    static let dialects = [
        Dialect(
            name: OpenAIEndpoint.chat.name, requestWriter: ChatRequestWriter.self,
            resultWriter: ChatResultWriter.self),
        Dialect(
            name: OpenAIEndpoint.responses.name, requestWriter: ResponsesRequestWriter.self,
            resultWriter: ResponsesResultWriter.self),
    ]
    static let embeddingDialects = [
        EmbeddingDialect(
            name: OpenAIEndpoint.embeddings.name,
            requestWriter: OpenAIEmbeddingRequestWriter.self,
            resultWriter: OpenAIEmbeddingResultWriter.self, asksForBase64: true,
            sayings: [.lost("the id of the end user", .paramDropped)])
    ]
    static let readOnlyDialects: [String] = []
    static let limits = [
        BatchLimit(
            .maxRecords, 50_000,
            source: "OpenAI batch guide; Microsoft Foundry REST reference, Create Batch; "
                + "read 2026-11"),
        BatchLimit(
            .maxBytes, 200_000_000,
            source: "OpenAI batch guide (200 MB, the smaller reading); read 2026-11"),
        BatchLimit(
            .maxInputs, 50_000,
            source: "OpenAI batch guide: embedding inputs of all requests; read 2026-11"),
    ]
    static let idMember: StaticString = "custom_id"
    static let requestIDs = RecordIDRule.unique
    static let resultIDs = RecordIDRule.any
    static let requestReader: any RequestReading.Type = OpenAIRequestReader.self
    static let resultReader: any ResultReading.Type = OpenAIResultReader.self

    /// The members of the envelope that tell what a line is.
    private struct Marks {
        var hasID = false
        var hasEndpoint = false
        var url: NodeID?
        var path: NodeID?
        var body: NodeID?
        var response: NodeID?
        var error: NodeID?
    }

    static func detect(_ view: JSONView) -> DetectedRecord? {
        var marks = Marks()
        for (key, value) in view.members(.root) {
            if view.string(key, is: "custom_id") { marks.hasID = true }
            if view.string(key, is: "url") { marks.url = value }
            if view.string(key, is: "path") { marks.path = value }
            if view.string(key, is: "method") { marks.hasEndpoint = true }
            if view.string(key, is: "body") { marks.body = value }
            if view.string(key, is: "response") { marks.response = value }
            if view.string(key, is: "error") { marks.error = value }
        }
        if marks.url != nil || marks.path != nil { marks.hasEndpoint = true }
        return detectRequest(marks, view) ?? detectResult(marks, view)
    }

    /// What the bodies of other endpoints are called.
    private static let otherDialect = "other"

    private static func detectRequest(_ marks: Marks, _ view: JSONView) -> DetectedRecord? {
        guard marks.response == nil, marks.error == nil else { return nil }
        let dialect = endpoint(of: marks, view)?.name ?? otherDialect
        if let body = marks.body {
            if marks.hasID || marks.hasEndpoint {
                return DetectedRecord(kind: .request, dialect: dialect)
            }
            guard has("messages", in: body, view) || dialect == OpenAIEndpoint.responses.name else {
                return nil
            }
            return DetectedRecord(kind: .request, dialect: dialect, confidence: 1)
        }
        guard marks.hasID, marks.hasEndpoint else { return nil }
        return DetectedRecord(kind: .request, dialect: dialect, confidence: 1)
    }

    private static func endpoint(of marks: Marks, _ view: JSONView) -> OpenAIEndpoint? {
        for path in [marks.url, marks.path] {
            if let path, view.kind(path) == .string {
                return OpenAIEndpoint(path: path, view)
            }
        }
        return marks.body.map { OpenAIEndpoint(input: $0, view) } ?? .chat
    }

    private static func detectResult(_ marks: Marks, _ view: JSONView) -> DetectedRecord? {
        if let response = marks.response, view.kind(response) == .object {
            guard has("status_code", in: response, view) || has("body", in: response, view) else {
                return nil
            }
            return answer(in: response, view)
        }
        guard marks.hasID, let error = marks.error, view.kind(error) == .object else { return nil }
        // Gemini's lines have no empty `response` beside an error.
        return DetectedRecord(
            kind: .result, dialect: OpenAIEndpoint.chat.name, fitsAllDialects: true,
            confidence: marks.response == nil ? 1 : 2)
    }

    private static func answer(in response: NodeID, _ view: JSONView) -> DetectedRecord {
        for (key, body) in view.members(response) where view.string(key, is: "body") {
            let endpoint = OpenAIEndpoint(output: body, view)
            let isAnswer =
                has("choices", in: body, view) || has("output", in: body, view)
                || has("data", in: body, view) || has("object", in: body, view)
            return DetectedRecord(
                kind: .result, dialect: endpoint?.name ?? otherDialect, fitsAllDialects: !isAnswer)
        }
        return DetectedRecord(
            kind: .result, dialect: OpenAIEndpoint.chat.name, fitsAllDialects: true)
    }

    private static func has(_ name: StaticString, in object: NodeID, _ view: JSONView) -> Bool {
        for (key, _) in view.members(object) where view.string(key, is: name) { return true }
        return false
    }
}
