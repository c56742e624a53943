// SPDX-License-Identifier: Apache-2.0

// Bedrock's control plane and as much of S3 as it takes, emulated.

import Foundation
import HTTPTypes
import Hummingbird
import Wire

/// Answers what the gateway asks AWS.
struct SandboxBedrock: Sendable {
    let shelf: Shelf

    // MARK: - S3

    func respondAsS3(_ call: SandboxCall, _ path: String) -> Response {
        guard call.header("authorization") != nil else { return SandboxCall.error(403, "no key") }
        let key = PercentCoding.decode(path.utf8) ?? path
        switch call.method {
        case .put:
            shelf.put(call.body, as: "s3/\(key)")
            var response = Response(status: .ok)
            if let name = HTTPField.Name("etag") {
                response.headers[name] = "\"sandbox-\(shelf.number())\""
            }
            return response
        case .get where call.parameter("list-type") != nil:
            return list(bucket: key, prefix: call.parameter("prefix") ?? "")
        case .get:
            return shelf.file("s3/\(key)").map { SandboxCall.bytes($0) }
                ?? SandboxCall.error(404, "NoSuchKey")
        default: return SandboxCall.error(405, "MethodNotAllowed")
        }
    }

    private func list(bucket: String, prefix: String) -> Response {
        var xml = XMLWriter()
        xml.element("ListBucketResult") { xml in
            xml.element("IsTruncated", false)
            for file in shelf.files(prefix: "s3/\(bucket)/\(prefix)") {
                xml.element("Contents") { xml in
                    xml.element("Key", String(file.id.dropFirst("s3/\(bucket)/".count)))
                    xml.element("Size", file.byteCount)
                }
            }
        }
        return SandboxCall.bytes(xml.bytes, type: "application/xml")
    }

    // MARK: - Jobs

    func respond(_ call: SandboxCall, _ path: String) -> Response {
        guard call.header("authorization") != nil else { return SandboxCall.error(403, "no key") }
        let parts = path.split(separator: "/").map { PercentCoding.decode($0.utf8) ?? "" }
        switch (call.method, parts.first, parts.count) {
        case (.post, "model-invocation-job", 1): return create(call)
        case (.get, "model-invocation-job", 2):
            return shelf.batch(parts[1], answer: Self.answer).map { SandboxCall.json(view($0)) }
                ?? SandboxCall.error(404, "no such job")
        case (.post, "model-invocation-job", 3):
            shelf.cancel(parts[1])
            return SandboxCall.json([:])
        case (.get, "model-invocation-jobs", 1):
            let name = call.parameter("nameContains") ?? ""
            let jobs = shelf.batches(prefix: "arn:").filter {
                name.isEmpty || $0.label.contains(name)
            }
            return SandboxCall.json(["invocationJobSummaries": jobs.map { view($0) }])
        default: return SandboxCall.error(404, "no such route")
        }
    }

    private static func uri(_ body: [String: Any], _ outer: String, _ inner: String) -> String? {
        ((body[outer] as? [String: Any])?[inner] as? [String: Any])?["s3Uri"] as? String
    }

    private func create(_ call: SandboxCall) -> Response {
        let body = call.json
        guard let input = Self.uri(body, "inputDataConfig", "s3InputDataConfig"),
            let output = Self.uri(body, "outputDataConfig", "s3OutputDataConfig"),
            let token = body["jobName"] as? String
        else { return SandboxCall.error(400, "a member is missing") }
        if let known = shelf.batches(prefix: "arn:").first(where: { $0.label == token }) {
            return SandboxCall.json(["jobArn": known.id])
        }
        let file = "s3/" + input.dropFirst("s3://".count)
        guard shelf.file(file) != nil else { return SandboxCall.error(400, "no such input") }
        let name = "job" + String(String(shelf.number() + 1_000_000_000).suffix(9))
        let batch = SandboxBatch(
            id: "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/\(name)", label: token,
            model: body["modelId"] as? String ?? "", input: file,
            place: "s3/\(output.dropFirst("s3://".count))\(name)/\(token).jsonl.out#",
            created: Shelf.now)
        shelf.add(batch)
        return SandboxCall.json(["jobArn": batch.id])
    }

    private func view(_ batch: SandboxBatch) -> [String: Any] {
        if let output = batch.output, let mark = output.firstIndex(of: "#"),
            shelf.file(String(output[..<mark])) == nil
        {
            // The results stand where Bedrock would have put them.
            shelf.put(shelf.file(output) ?? [], as: String(output[..<mark]))
        }
        return [
            "jobArn": batch.id, "jobName": batch.label, "modelId": batch.model,
            "status": batch.isCancelled
                ? "Stopped" : batch.output == nil ? "InProgress" : "Completed",
            "totalRecordCount": batch.succeeded + batch.failed,
            "successRecordCount": batch.succeeded, "errorRecordCount": batch.failed,
            "outputDataConfig": ["s3OutputDataConfig": ["s3Uri": Self.outputURI(batch)]],
        ]
    }

    /// The place that the client named: above the folder of the job.
    private static func outputURI(_ batch: SandboxBatch) -> String {
        let folders = batch.place.split(separator: "/", omittingEmptySubsequences: false)
        return "s3://" + folders.dropFirst().dropLast(2).joined(separator: "/") + "/"
    }

    private static func answer(
        _ line: ArraySlice<UInt8>, _ index: Int, _ batch: SandboxBatch
    ) -> SandboxAnswer {
        let record =
            (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] ?? [:]
        let input = record["modelInput"] as? [String: Any] ?? [:]
        let messages = input["messages"] as? [[String: Any]] ?? []
        let last = messages.last { $0["role"] as? String == "user" }
        let isAnthropic = input["anthropic_version"] != nil
        let anthropicTools = (input["tools"] as? [[String: Any]] ?? []).compactMap {
            $0["name"] as? String
        }
        let model = SandboxModel(
            texts: messages.flatMap { SandboxModel.texts(in: $0["content"]) },
            last: SandboxModel.texts(in: last?["content"]).joined(separator: " "),
            tools: anthropicTools)
        var result: [String: Any] = ["modelInput": input]
        result["recordId"] = record["recordId"] as? String ?? "record-\(index + 1)"
        if let status = model.failure {
            result["error"] = ["errorCode": status, "errorMessage": "refused by the sandbox"]
            return SandboxAnswer(result, isFailure: true)
        }
        result["modelOutput"] =
            isAnthropic ? anthropicMessage(model, index, batch) : converseOutput(model)
        return SandboxAnswer(result)
    }

    private static func converseOutput(_ model: SandboxModel) -> [String: Any] {
        [
            "output": ["message": ["role": "assistant", "content": [["text": model.text]]]],
            "stopReason": model.isCut ? "max_tokens" : "end_turn",
            "usage": [
                "inputTokens": model.inputTokens, "outputTokens": model.outputTokens,
                "totalTokens": model.inputTokens + model.outputTokens,
            ],
            "metrics": ["latencyMs": 1],
        ]
    }

    private static func anthropicMessage(
        _ model: SandboxModel, _ index: Int, _ batch: SandboxBatch
    ) -> [String: Any] {
        let block: [String: Any] =
            model.tool.map {
                ["type": "tool_use", "id": "toolu_\(index)", "name": $0, "input": ["echo": true]]
            } ?? ["type": "text", "text": model.text]
        return [
            "id": "msg_\(index)", "type": "message", "role": "assistant",
            "model": "\(batch.model)-sandbox", "content": [block],
            "stop_reason": model.tool != nil ? "tool_use" : model.isCut ? "max_tokens" : "end_turn",
            "stop_sequence": NSNull(),
            "usage": ["input_tokens": model.inputTokens, "output_tokens": model.outputTokens],
        ]
    }
}
