// SPDX-License-Identifier: Apache-2.0

// Gemini's files and batches, emulated.

import Foundation
import HTTPTypes
import Hummingbird
import Wire

/// Answers what the gateway asks Gemini.
struct SandboxGemini: Sendable {
    let shelf: Shelf

    func respond(_ call: SandboxCall, _ path: String) -> Response {
        if path.hasPrefix("upload-to/") { return receive(call, String(path.dropFirst(10))) }
        guard call.header("x-goog-api-key") != nil else { return SandboxCall.error(403, "no key") }
        if path == "upload/v1beta/files" { return begin(call) }
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count >= 2, parts[0] == "v1beta" || parts[0] == "download" else {
            return SandboxCall.error(404, "no such route")
        }
        let last = parts[parts.count - 1]
        switch (call.method, parts[parts.count - 2]) {
        case (.post, "models") where last.hasSuffix(":batchGenerateContent"):
            return create(call, model: String(last.dropLast(":batchGenerateContent".count)))
        case (.get, "files") where last.hasSuffix(":download"):
            return shelf.file("files/\(last.dropLast(":download".count))")
                .map { SandboxCall.bytes($0) } ?? SandboxCall.error(404, "no such file")
        case (.get, "files"):
            guard shelf.file("files/\(last)") != nil else {
                return SandboxCall.error(404, "no such file")
            }
            return SandboxCall.json(["name": "files/\(last)", "state": "ACTIVE"])
        case (.post, "batches") where last.hasSuffix(":cancel"):
            shelf.cancel("batches/\(last.dropLast(":cancel".count))")
            return SandboxCall.json([:])
        case (.get, "batches"):
            return shelf.batch("batches/\(last)", answer: Self.answer)
                .map { SandboxCall.json(operation($0)) } ?? SandboxCall.error(404, "no such batch")
        case (.get, "v1beta") where last == "batches":
            return SandboxCall.json([
                "operations": shelf.batches(prefix: "batches/").map { operation($0) }
            ])
        default: return SandboxCall.error(404, "no such route")
        }
    }

    // MARK: - Files

    private func begin(_ call: SandboxCall) -> Response {
        let file = call.json["file"] as? [String: Any] ?? [:]
        let name = file["name"] as? String ?? "files/sandbox-\(shelf.number())"
        guard shelf.file(name) == nil else { return SandboxCall.error(409, "ALREADY_EXISTS") }
        var response = SandboxCall.json([:])
        if let header = HTTPField.Name("x-goog-upload-url") {
            response.headers[header] = "http://\(call.host)/gemini/upload-to/\(name)"
        }
        return response
    }

    private func receive(_ call: SandboxCall, _ name: String) -> Response {
        var response: Response
        if call.header("x-goog-upload-command") == "query" {
            response = SandboxCall.json([:])
            set(&response, "x-goog-upload-size-received", "0")
            set(&response, "x-goog-upload-status", shelf.file(name) == nil ? "active" : "final")
            return response
        }
        shelf.put(call.body, as: name)
        response = SandboxCall.json(["file": ["name": name, "state": "ACTIVE"]])
        set(&response, "x-goog-upload-status", "final")
        return response
    }

    private func set(_ response: inout Response, _ name: String, _ value: String) {
        if let name = HTTPField.Name(name) { response.headers[name] = value }
    }

    // MARK: - Batches

    private func create(_ call: SandboxCall, model: String) -> Response {
        let body = call.json["batch"] as? [String: Any] ?? [:]
        let input = (body["inputConfig"] as? [String: Any])?["fileName"] as? String ?? ""
        guard shelf.file(input) != nil else { return SandboxCall.error(400, "no such file") }
        let batch = SandboxBatch(
            id: "batches/sandbox\(shelf.number())", label: body["displayName"] as? String ?? "",
            model: model, input: input, place: "files/", created: Shelf.now)
        shelf.add(batch)
        return SandboxCall.json(operation(batch))
    }

    private func operation(_ batch: SandboxBatch) -> [String: Any] {
        let state = batch.isCancelled ? "CANCELLED" : batch.output == nil ? "RUNNING" : "SUCCEEDED"
        var metadata: [String: Any] = [
            "displayName": batch.label, "state": "BATCH_STATE_\(state)",
            "model": "models/\(batch.model)",
            "createTime": UTCDate(milliseconds: Int64(batch.created * 1000)).iso,
            "batchStats": [
                "requestCount": String(batch.succeeded + batch.failed),
                "successfulRequestCount": String(batch.succeeded),
                "failedRequestCount": String(batch.failed),
            ],
        ]
        if let output = batch.output { metadata["output"] = ["responsesFile": output] }
        return ["name": batch.id, "metadata": metadata, "done": batch.output != nil]
    }

    private static func answer(
        _ line: ArraySlice<UInt8>, _ index: Int, _ batch: SandboxBatch
    ) -> SandboxAnswer {
        let record =
            (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] ?? [:]
        let request = record["request"] as? [String: Any] ?? [:]
        let contents = request["contents"] as? [[String: Any]] ?? []
        let last = contents.last { $0["role"] as? String ?? "user" == "user" }
        let tools = (request["tools"] as? [[String: Any]] ?? []).flatMap {
            $0["functionDeclarations"] as? [[String: Any]] ?? []
        }.compactMap { $0["name"] as? String }
        let model = SandboxModel(
            texts: contents.flatMap { SandboxModel.texts(in: $0["parts"]) },
            last: SandboxModel.texts(in: last?["parts"]).joined(separator: " "), tools: tools)
        let key = record["key"] ?? (record["metadata"] as? [String: Any])?["key"] ?? ""
        if let status = model.failure {
            let error: [String: Any] = [
                "code": status, "message": "refused by the sandbox", "status": "INVALID_ARGUMENT",
            ]
            return SandboxAnswer(["key": key, "error": error], isFailure: true)
        }
        let part: [String: Any] =
            model.tool.map { ["functionCall": ["name": $0, "args": ["echo": true]]] }
            ?? ["text": model.text]
        let response: [String: Any] = [
            "candidates": [
                [
                    "content": ["role": "model", "parts": [part]], "index": 0,
                    "finishReason": model.isCut ? "MAX_TOKENS" : "STOP",
                ]
            ],
            "usageMetadata": [
                "promptTokenCount": model.inputTokens, "candidatesTokenCount": model.outputTokens,
                "totalTokenCount": model.inputTokens + model.outputTokens,
            ],
            "modelVersion": "\(batch.model)-sandbox", "responseId": "sandbox-\(index)",
        ]
        return SandboxAnswer(["key": key, "response": response])
    }
}
