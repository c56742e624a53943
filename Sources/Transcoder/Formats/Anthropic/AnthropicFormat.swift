// SPDX-License-Identifier: Apache-2.0

// Anthropic's Message Batches: what a record looks like, and what a batch may hold.

import JSONLCodec

/// Records of Anthropic's Message Batches.
///
/// A request is `{"custom_id", "params"}`, where `params` is the body of a Messages call; a batch
/// takes them as elements of `requests`, a file holds one a line. A result line is
/// `{"custom_id", "result"}`, and `result.type` is `succeeded` (with `message`), `errored` (with
/// `error`), `canceled` or `expired`. Results come in any order.
///
/// Sources: the types of Anthropic's Python package 2.12.0 (`MessageBatchIndividualResponse`,
/// `message_create_params`), platform.claude.com "Batch processing"; docs/formats/anthropic.md.
enum AnthropicFormat: BatchFormat {
    static let name = "anthropic"
    static let summary = "Anthropic Message Batches: Messages requests and results"
    static let dialects = [
        Dialect(
            name: "messages", requestWriter: AnthropicRequestWriter.self,
            resultWriter: AnthropicResultWriter.self)
    ]
    static let readOnlyDialects: [String] = []
    static let limits = [
        BatchLimit(
            .maxRecords, 100_000, source: "platform.claude.com, Batch processing; read 2026-11",
            isConfirmed: false),
        // The page says 256 MB without a unit: the smaller reading is the safe one.
        BatchLimit(
            .maxBytes, 256_000_000, source: "platform.claude.com, Batch processing; read 2026-11",
            isConfirmed: false),
    ]
    static let idMember: StaticString = "custom_id"
    static let requestIDs = RecordIDRule.restrictedUnique
    static let resultIDs = RecordIDRule.restricted
    static let requestReader: any RequestReading.Type = AnthropicRequestReader.self
    static let resultReader: any ResultReading.Type = AnthropicResultReader.self

    static func detect(_ view: JSONView) -> DetectedRecord? {
        var hasID = false
        var params: NodeID?
        var result: NodeID?
        for (name, value) in view.members(.root) {
            if view.string(name, is: "custom_id") { hasID = true }
            if view.string(name, is: "params") { params = value }
            if view.string(name, is: "result") { result = value }
        }
        // Nobody else calls the body of a request `params`, or what came of it `result`.
        if let result, view.kind(result) == .object, hasID || hasType(result, view) {
            return DetectedRecord(kind: .result, dialect: "messages", confidence: hasID ? 2 : 1)
        }
        if let params, view.kind(params) == .object {
            return DetectedRecord(kind: .request, dialect: "messages", confidence: hasID ? 2 : 1)
        }
        return nil
    }

    /// Whether the object says which kind of result it is.
    private static func hasType(_ result: NodeID, _ view: JSONView) -> Bool {
        view.members(result).contains { view.string($0.name, is: "type") }
    }
}
