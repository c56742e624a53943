// SPDX-License-Identifier: Apache-2.0

// OpenAI's batch files, with chat completions as their bodies.

import JSONLCodec

/// OpenAI's batch record format.
///
/// - Request lines are `{"custom_id", "method", "url", "body"}`; the url is
///   `/v1/chat/completions`, `/chat/completions` on Azure, and other versions elsewhere.
/// - Result lines are `{"id", "custom_id", "response": {"status_code", "request_id", "body"},
///   "error"}`. A request that the API refused has its error inside of `body` and `error: null`;
///   `response: null` beside an `error` is a request that never reached the API. Member order
///   varies, and lines of compatible servers lack what they have no use for.
///
/// Sources: openai 3.54.0 (`openai.types.batch`, `openai.types.chat`); the batch guide of
/// platform.openai.com; learn.microsoft.com, "Batches - Create Batch"; openai-openapi issue 302
/// for the place of errors.
enum OpenAIFormat: BatchFormat {
    static let name = "openai"
    static let summary = "OpenAI Batch API: chat completions"
    static let dialects = [
        Dialect(
            name: "chat", requestWriter: ChatRequestWriter.self,
            resultWriter: ChatResultWriter.self)
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
        var body: NodeID?
        var response: NodeID?
        var error: NodeID?
    }

    static func detect(_ view: JSONView) -> DetectedRecord? {
        var marks = Marks()
        for (key, value) in view.members(.root) {
            if view.string(key, is: "custom_id") { marks.hasID = true }
            if view.string(key, is: "url") || view.string(key, is: "path")
                || view.string(key, is: "method")
            {
                marks.hasEndpoint = true
            }
            if view.string(key, is: "body") { marks.body = value }
            if view.string(key, is: "response") { marks.response = value }
            if view.string(key, is: "error") { marks.error = value }
        }
        return detectRequest(marks, view) ?? detectResult(marks, view)
    }

    private static func detectRequest(_ marks: Marks, _ view: JSONView) -> DetectedRecord? {
        guard marks.response == nil, marks.error == nil else { return nil }
        if let body = marks.body {
            if marks.hasID || marks.hasEndpoint {
                return DetectedRecord(kind: .request, dialect: "chat")
            }
            guard has("messages", in: body, view) else { return nil }
            return DetectedRecord(kind: .request, dialect: "chat", confidence: 1)
        }
        guard marks.hasID, marks.hasEndpoint else { return nil }
        return DetectedRecord(kind: .request, dialect: "chat", confidence: 1)
    }

    private static func detectResult(_ marks: Marks, _ view: JSONView) -> DetectedRecord? {
        if let response = marks.response, view.kind(response) == .object {
            guard has("status_code", in: response, view) || has("body", in: response, view) else {
                return nil
            }
            return DetectedRecord(kind: .result, dialect: "chat")
        }
        guard marks.hasID, let error = marks.error, view.kind(error) == .object else { return nil }
        // Gemini's lines have no empty `response` beside an error.
        return DetectedRecord(
            kind: .result, dialect: "chat", confidence: marks.response == nil ? 1 : 2)
    }

    private static func has(_ name: StaticString, in object: NodeID, _ view: JSONView) -> Bool {
        for (key, _) in view.members(object) where view.string(key, is: name) { return true }
        return false
    }
}
