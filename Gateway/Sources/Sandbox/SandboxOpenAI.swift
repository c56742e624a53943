// SPDX-License-Identifier: Apache-2.0

// OpenAI's Files and Batches, emulated.

import Foundation
import HTTPTypes
import Hummingbird

/// Answers what the gateway asks OpenAI.
struct SandboxOpenAI: Sendable {
    let shelf: Shelf

    func respond(_ call: SandboxCall, _ path: String) -> Response {
        guard call.header("authorization") != nil else {
            return SandboxCall.error(401, "no key")
        }
        let parts = path.split(separator: "/").map(String.init)
        switch (call.method, parts.first, parts.count) {
        case (.post, "files", 1): return upload(call)
        case (.get, "files", 1):
            let files = shelf.files(prefix: "file-").map {
                object(ofFile: $0.id, $0.name, $0.byteCount)
            }
            return SandboxCall.json(["object": "list", "data": files, "has_more": false])
        case (.get, "files", 3) where parts[2] == "content":
            return shelf.file(parts[1]).map { SandboxCall.bytes($0) }
                ?? SandboxCall.error(404, "no such file")
        case (.post, "batches", 1): return create(call)
        case (.get, "batches", 1):
            let batches = shelf.batches(prefix: "batch_").map { object(of: $0) }
            return SandboxCall.json(["object": "list", "data": batches, "has_more": false])
        case (.get, "batches", 2):
            return shelf.batch(parts[1], answer: Self.answer).map {
                SandboxCall.json(object(of: $0))
            }
                ?? SandboxCall.error(404, "no such batch")
        case (.post, "batches", 3) where parts[2] == "cancel":
            shelf.cancel(parts[1])
            return SandboxCall.json(["id": parts[1], "status": "cancelling"])
        default: return SandboxCall.error(404, "no such route")
        }
    }

    private func object(ofFile id: String, _ name: String, _ byteCount: Int) -> [String: Any] {
        [
            "id": id, "object": "file", "bytes": byteCount, "filename": name,
            "created_at": Int(Shelf.now), "purpose": "batch", "status": "processed",
        ]
    }

    /// Takes the last part of the form, which is the file.
    private func upload(_ call: SandboxCall) -> Response {
        guard let type = call.header("content-type"), let mark = type.firstRange(of: "boundary=")
        else { return SandboxCall.error(400, "no form") }
        let end = Array("\r\n--\(type[mark.upperBound...])--".utf8)
        let text = String(decoding: call.body.prefix(2048), as: UTF8.self)
        guard let name = text.firstRange(of: "filename=\""),
            let head = text[name.upperBound...].firstRange(of: "\r\n\r\n")
        else { return SandboxCall.error(400, "no file") }
        let start = text[..<head.upperBound].utf8.count
        var bytes = Array(call.body[start...])
        if let tail = bytes.suffix(end.count + 2).firstRange(of: end)?.lowerBound {
            bytes = Array(bytes[..<tail])
        }
        let filename = String(text[name.upperBound...].prefix { $0 != "\"" })
        let id = "file-sandbox\(shelf.number())"
        shelf.put(bytes, as: id, name: filename)
        return SandboxCall.json(object(ofFile: id, filename, bytes.count))
    }

    private func create(_ call: SandboxCall) -> Response {
        let body = call.json
        guard let input = body["input_file_id"] as? String, shelf.file(input) != nil else {
            return SandboxCall.error(400, "no such file")
        }
        let label = (body["metadata"] as? [String: String])?["gw_job"] ?? ""
        let batch = SandboxBatch(
            id: "batch_sandbox\(shelf.number())", label: label, model: "", input: input,
            created: Shelf.now)
        shelf.add(batch)
        return SandboxCall.json(object(of: batch))
    }

    private func object(of batch: SandboxBatch) -> [String: Any] {
        var object: [String: Any] = [
            "id": batch.id, "object": "batch", "endpoint": "/v1/chat/completions",
            "input_file_id": batch.input, "completion_window": "24h",
            "created_at": Int(batch.created), "metadata": ["gw_job": batch.label],
            "status": batch.isCancelled
                ? "cancelled" : batch.output == nil ? "in_progress" : "completed",
            "request_counts": [
                "total": batch.succeeded + batch.failed, "completed": batch.succeeded,
                "failed": batch.failed,
            ],
        ]
        object["output_file_id"] = batch.succeeded > 0 ? batch.output : nil
        object["error_file_id"] = batch.errors
        return object
    }

    private static func answer(
        _ line: ArraySlice<UInt8>, _ index: Int, _ batch: SandboxBatch
    ) -> SandboxAnswer {
        let record =
            (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] ?? [:]
        let body = record["body"] as? [String: Any] ?? [:]
        let messages = body["messages"] as? [[String: Any]] ?? []
        let last = messages.last { $0["role"] as? String == "user" }
        let tools = (body["tools"] as? [[String: Any]] ?? []).compactMap {
            ($0["function"] as? [String: Any])?["name"] as? String
        }
        let model = SandboxModel(
            texts: messages.flatMap { SandboxModel.texts(in: $0["content"]) },
            last: SandboxModel.texts(in: last?["content"]).joined(separator: " "), tools: tools)
        let id = record["custom_id"] as? String ?? ""
        if let status = model.failure {
            let error: [String: Any] = [
                "message": "refused by the sandbox", "type": "invalid_request_error",
                "code": "sandbox",
            ]
            return SandboxAnswer(
                [
                    "id": "batch_req_\(index)", "custom_id": id, "error": NSNull(),
                    "response": [
                        "status_code": status, "request_id": "req_\(index)",
                        "body": ["error": error],
                    ],
                ], isFailure: true, goesToErrors: true)
        }
        var message: [String: Any] = [
            "role": "assistant", "content": model.text, "refusal": NSNull(),
        ]
        if let tool = model.tool {
            message["content"] = NSNull()
            message["tool_calls"] = [
                [
                    "id": "call_\(index)", "type": "function",
                    "function": ["name": tool, "arguments": "{\"echo\":true}"],
                ]
            ]
        }
        let finish = model.tool != nil ? "tool_calls" : model.isCut ? "length" : "stop"
        let completion: [String: Any] = [
            "id": "chatcmpl-\(index)", "object": "chat.completion", "created": 1_700_000_000,
            "model": "\(body["model"] as? String ?? "model")-sandbox",
            "choices": [["index": 0, "message": message, "finish_reason": finish]],
            "usage": [
                "prompt_tokens": model.inputTokens, "completion_tokens": model.outputTokens,
                "total_tokens": model.inputTokens + model.outputTokens,
            ],
        ]
        return SandboxAnswer([
            "id": "batch_req_\(index)", "custom_id": id, "error": NSNull(),
            "response": ["status_code": 200, "request_id": "req_\(index)", "body": completion],
        ])
    }
}
