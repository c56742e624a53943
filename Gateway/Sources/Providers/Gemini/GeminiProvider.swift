// SPDX-License-Identifier: Apache-2.0

// Google Gemini: resumable uploads and batches. Gemini API, "Batch API" and "Files API", and the
// requests of google-genai 3.4.0, read 2026-11.

import Foundation
import HTTPTypes
public import NIOCore
public import Wire

/// Batches at the Gemini Developer API.
public struct GeminiProvider: BatchProvider {
    private let client: UpstreamClient
    private let key: String
    private let version = "v1beta"

    /// Creates the provider.
    public init(_ client: UpstreamClient, key: String) {
        self.client = client
        self.key = key
    }

    /// `gemini`.
    public var name: ProviderName { .gemini }

    /// 2 GB a file; of records no limit is known.
    public var limits: UpstreamLimits {
        UpstreamLimits(recordCount: .max, byteCount: 2_000_000_000)
    }

    private var authorization: (String, String) { ("x-goog-api-key", key) }
    private var json: (String, String) { ("content-type", "application/json") }

    // MARK: - Files

    private struct FileObject: Decodable {
        var name: String
        var state: String?
    }

    private struct FileAnswer: Decodable {
        var file: FileObject
    }

    /// The times that an upload is taken up again where it was cut.
    private static var resumeLimit: Int { 4 }

    /// Uploads a file; see ``BatchProvider``.
    public func upload(
        _ file: any UploadSource, name: String, for place: ResultPlace?
    ) async throws(UpstreamError) -> String {
        let url: String
        do throws(UpstreamError) {
            url = try await startUpload(file, name: name)
        } catch {
            // The name is ours: who has it is an earlier upload of the same file.
            guard error.status == 409, let known = try await findUpload(name: name, since: 0)
            else { throw error }
            return known
        }
        var offset = 0
        for attempt in 0...Self.resumeLimit {
            do throws(UpstreamError) {
                let answer = try await send(
                    file, to: url, offset: offset, command: "upload, finalize")
                let name = try answer.decoded(FileAnswer.self).file.name
                try await waitUntilActive(name)
                return name
            } catch {
                guard error.isRetryable, attempt < Self.resumeLimit else { throw error }
                let state = try await send(nil, to: url, offset: 0, command: "query")
                if state.header("x-goog-upload-status") == "final" {
                    guard let known = try await findUpload(name: name, since: 0) else {
                        throw error
                    }
                    return known
                }
                offset = state.header("x-goog-upload-size-received").flatMap { Int($0) } ?? 0
                guard (0...file.byteCount).contains(offset) else { throw error }
            }
        }
        throw UpstreamError(
            outcome: .unknown, message: "the upload was cut too often", isRetryable: true)
    }

    private func startUpload(
        _ file: any UploadSource, name: String
    ) async throws(UpstreamError) -> String {
        struct Body: Encodable {
            struct File: Encodable {
                var name: String
                var displayName: String
                var mimeType = "application/jsonl"
                var sizeBytes: Int
            }

            var file: File
        }
        let body = Body(
            file: Body.File(
                name: "files/\(name)", displayName: name, sizeBytes: file.byteCount))
        let head = client.head(
            .post, "/upload/\(version)/files",
            [
                authorization, json, ("x-goog-upload-protocol", "resumable"),
                ("x-goog-upload-command", "start"),
                ("x-goog-upload-header-content-length", String(file.byteCount)),
                ("x-goog-upload-header-content-type", "application/jsonl"),
                ("x-goog-upload-file-name", "\(name).jsonl"),
            ])
        let answer = try await client.send(
            head, .bytes(try JSONBody.encode(body, inSnakeCase: true)))
        guard let url = answer.header("x-goog-upload-url").flatMap({ BaseURL($0) }) else {
            throw UpstreamError(
                outcome: .unknown, message: "the provider names no place for the upload",
                isRetryable: true)
        }
        // The bytes go to the provider, wherever an answer would send them.
        let isGoogle = url.scheme == "https" && url.authority.hasSuffix(".googleapis.com")
        guard
            isGoogle || (url.scheme == client.base.scheme && url.authority == client.base.authority)
        else {
            throw UpstreamError(
                outcome: .refused, message: "the provider names a foreign place for the upload",
                isRetryable: false)
        }
        return answer.header("x-goog-upload-url") ?? ""
    }

    private func send(
        _ file: (any UploadSource)?, to place: String, offset: Int, command: String
    ) async throws(UpstreamError) -> UpstreamAnswer {
        guard let url = BaseURL(place) else {
            throw UpstreamError(outcome: .refused, message: "no upload", isRetryable: false)
        }
        var head = client.head(
            .post, "",
            [("x-goog-upload-command", command), ("x-goog-upload-offset", String(offset))])
        head.authority = url.authority
        head.scheme = url.scheme
        head.path = url.path
        let body =
            file.map { UpstreamBody.file($0, before: [], after: [], offset: offset) } ?? .none
        return try await client.send(head, body, timeout: .hours(1))
    }

    /// A file can be used only when the provider has looked at it.
    private func waitUntilActive(_ name: String) async throws(UpstreamError) {
        for _ in 0..<60 {
            let file = try await file(name)
            switch file?.state {
            case nil, "ACTIVE": return
            case "FAILED":
                throw UpstreamError(
                    outcome: .refused, message: "the provider could not process the file",
                    isRetryable: false)
            default: try? await Task.sleep(for: .seconds(1))
            }
        }
        throw UpstreamError(
            outcome: .unknown, message: "the provider is still processing the file",
            isRetryable: true)
    }

    private func file(_ name: String) async throws(UpstreamError) -> FileObject? {
        do throws(UpstreamError) {
            return try await client.send(
                client.head(
                    .get, "/\(version)/\(PercentCoding.encode(name, keepsSlash: true))",
                    [authorization])
            ).decoded(FileObject.self)
        } catch {
            // Files of others and none at all look the same.
            guard error.status == 404 || error.status == 403 else { throw error }
            return nil
        }
    }

    /// Finds a file; see ``BatchProvider``.
    public func findUpload(
        name: String, since: Int64
    ) async throws(UpstreamError) -> String? {
        guard let file = try await file("files/\(name)") else { return nil }
        try await waitUntilActive(file.name)
        return file.name
    }

    // MARK: - Batches

    private struct Operation: Decodable {
        struct Metadata: Decodable {
            struct Output: Decodable {
                var responsesFile: String?
            }

            struct Statistics: Decodable {
                var requestCount: TextOrNumber?
                var successfulRequestCount: TextOrNumber?
                var failedRequestCount: TextOrNumber?
            }

            var displayName: String?
            var state: String?
            var model: String?
            var createTime: String?
            var endTime: String?
            var output: Output?
            var batchStats: Statistics?
        }

        struct Status: Decodable {
            var message: String?
        }

        var name: String
        var metadata: Metadata?
        var error: Status?
    }

    /// Starts a batch; see ``BatchProvider``.
    public func createBatch(_ order: BatchOrder) async throws(UpstreamError) -> String {
        struct Body: Encodable {
            struct Batch: Encodable {
                struct Input: Encodable {
                    var fileName: String
                }

                var displayName: String
                var inputConfig: Input
            }

            var batch: Batch
        }
        // The display name is what the batch is found by, so it is ours and not the client's.
        let body = Body(
            batch: Body.Batch(displayName: order.token, inputConfig: .init(fileName: order.file)))
        var model = order.model
        if model.hasPrefix("models/") { model.removeFirst("models/".count) }
        let method = order.endpoint ?? "batchGenerateContent"
        let head = client.head(
            .post, "/\(version)/models/\(PercentCoding.encode(model)):\(method)",
            [authorization, json])
        return try await client.send(head, .bytes(try JSONBody.encode(body)))
            .decoded(Operation.self).name
    }

    /// Finds a batch; see ``BatchProvider``.
    public func findBatch(
        token: String, since: Int64
    ) async throws(UpstreamError) -> String? {
        struct Page: Decodable {
            var operations: [Operation]?
            var nextPageToken: String?
        }
        var page = ""
        while true {
            let answer = try await client.send(
                client.head(.get, "/\(version)/batches?pageSize=100\(page)", [authorization])
            ).decoded(Page.self)
            let operations = answer.operations ?? []
            if let found = operations.first(where: { $0.metadata?.displayName == token }) {
                return found.name
            }
            let dates = operations.compactMap { $0.metadata?.createTime }
                .compactMap { UTCDate(iso: $0)?.milliseconds }
            if let oldest = dates.min(), oldest < since - 60_000 { return nil }
            guard let next = answer.nextPageToken, !next.isEmpty else { return nil }
            page = "&pageToken=\(PercentCoding.encode(next))"
        }
    }

    /// Looks at a batch; see ``BatchProvider``.
    public func batch(id: String) async throws(UpstreamError) -> UpstreamBatch {
        let operation = try await client.send(
            client.head(
                .get, "/\(version)/\(PercentCoding.encode(id, keepsSlash: true))", [authorization])
        ).decoded(Operation.self)
        var batch = UpstreamBatch(state: Self.state(of: operation.metadata?.state ?? ""))
        let counts = operation.metadata?.batchStats
        batch.total = counts?.requestCount.flatMap { Int($0.text) }
        batch.succeeded = counts?.successfulRequestCount.flatMap { Int($0.text) }
        batch.failed = counts?.failedRequestCount.flatMap { Int($0.text) }
        batch.outputs = [operation.metadata?.output?.responsesFile].compactMap { $0 }
        batch.message = operation.error?.message
        batch.name = operation.metadata?.displayName
        batch.model = operation.metadata?.model
        batch.created = operation.metadata?.createTime.flatMap { UTCDate(iso: $0) }
        batch.ended = operation.metadata?.endTime.flatMap { UTCDate(iso: $0) }
        return batch
    }

    /// `BATCH_STATE_...` as the service has it, `JOB_STATE_...` as its SDK calls the same.
    private static func state(of name: String) -> UpstreamBatch.State {
        switch name.split(separator: "_").dropFirst(2).joined(separator: "_") {
        case "PENDING", "QUEUED": .scheduled
        case "SUCCEEDED", "PARTIALLY_SUCCEEDED": .succeeded
        case "FAILED": .failed
        case "CANCELLING": .cancelling
        case "CANCELLED": .cancelled
        case "EXPIRED": .expired
        default: .running
        }
    }

    /// Ends a batch; see ``BatchProvider``.
    public func cancelBatch(id: String) async throws(UpstreamError) {
        do throws(UpstreamError) {
            _ = try await client.send(
                client.head(
                    .post, "/\(version)/\(PercentCoding.encode(id, keepsSlash: true)):cancel",
                    [authorization]))
        } catch {
            guard error.status == 400 || error.status == 409 else { throw error }
        }
    }

    /// Downloads results; see ``BatchProvider``.
    public func download(
        _ output: String, from offset: Int, restart: () async throws -> Void,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        let path = "\(version)/\(PercentCoding.encode(output, keepsSlash: true)):download?alt=media"
        let fields = [authorization] + UpstreamClient.range(from: offset)
        // The SDK and the documentation name different places.
        for prefix in ["/", "/download/"] {
            do {
                return try await client.download(
                    client.head(.get, prefix + path, fields), from: offset, restart: restart,
                    write: write)
            } catch let error as UpstreamError {
                guard error.status == 404, prefix == "/" else { throw error }
            }
        }
    }
}
