// SPDX-License-Identifier: Apache-2.0

// OpenAI: Files and Batches. OpenAI API Reference, "Batch" and "Files", read 2026-11.

import Foundation
import HTTPTypes
public import NIOCore
public import Wire

/// Batches at OpenAI, or at whatever speaks its API.
public struct OpenAIProvider: BatchProvider {
    private let client: UpstreamClient
    private let key: String

    /// Creates the provider.
    public init(_ client: UpstreamClient, key: String) {
        self.client = client
        self.key = key
    }

    /// `openai`.
    public var name: ProviderName { .openai }

    /// 50,000 requests and 200 MB a file.
    public var limits: UpstreamLimits {
        UpstreamLimits(recordCount: 50_000, byteCount: 200_000_000, inputCount: 50_000)
    }

    private var authorization: (String, String) { ("authorization", "Bearer \(key)") }

    // MARK: - Files

    private struct FileObject: Decodable {
        var id: String
        var filename: String?
        var createdAt: Int64?
    }

    private struct Page<Item: Decodable>: Decodable {
        var data: [Item]
        var hasMore: Bool?
    }

    /// Uploads a file; see ``BatchProvider``.
    public func upload(
        _ file: any UploadSource, name: String, for place: ResultPlace?
    ) async throws(UpstreamError) -> String {
        let boundary = "gateway-\(name)-\(file.sha256.prefix(24))"
        let before = """
            --\(boundary)\r
            Content-Disposition: form-data; name="purpose"\r
            \r
            batch\r
            --\(boundary)\r
            Content-Disposition: form-data; name="file"; filename="\(name).jsonl"\r
            Content-Type: application/octet-stream\r
            \r

            """
        let head = client.head(
            .post, "/files",
            [authorization, ("content-type", "multipart/form-data; boundary=\(boundary)")])
        let answer = try await client.send(
            head,
            .file(
                file, before: Array(before.utf8), after: Array("\r\n--\(boundary)--\r\n".utf8),
                offset: 0), timeout: .hours(1))
        return try answer.decoded(FileObject.self).id
    }

    /// Finds a file; see ``BatchProvider``.
    public func findUpload(
        name: String, since: Int64
    ) async throws(UpstreamError) -> String? {
        try await find(
            "/files?purpose=batch&order=desc", limit: 1000, since: since, FileObject.self,
            id: \.id, created: \.createdAt
        ) { $0.filename == "\(name).jsonl" }?.id
    }

    /// Looks through a list, newest first, back to a moment.
    private func find<Item: Decodable>(
        _ path: String, limit: Int, since: Int64, _ type: Item.Type, id: KeyPath<Item, String>,
        created: KeyPath<Item, Int64?>, where isWanted: (Item) -> Bool
    ) async throws(UpstreamError) -> Item? {
        var after = ""
        while true {
            let separator = path.contains("?") ? "&" : "?"
            let head = client.head(
                .get, "\(path)\(separator)limit=\(limit)\(after)", [authorization])
            let page = try await client.send(head).decoded(Page<Item>.self)
            for item in page.data {
                if isWanted(item) { return item }
                // A minute for clocks that differ.
                if let date = item[keyPath: created], date * 1000 < since - 60_000 { return nil }
            }
            guard page.hasMore == true, let last = page.data.last else { return nil }
            after = "&after=\(PercentCoding.encode(last[keyPath: id]))"
        }
    }

    // MARK: - Batches

    private struct BatchObject: Decodable {
        struct Counts: Decodable {
            var total: Int?
            var completed: Int?
            var failed: Int?
        }

        struct Errors: Decodable {
            struct Entry: Decodable {
                var code: String?
                var message: String?
                var line: Int?
            }

            var data: [Entry]?
        }

        var id: String
        var status: String
        var model: String?
        var createdAt: Int64?
        var completedAt: Int64?
        var failedAt: Int64?
        var expiredAt: Int64?
        var cancelledAt: Int64?
        var outputFileId: String?
        var errorFileId: String?
        var requestCounts: Counts?
        var errors: Errors?
        var metadata: [String: String]?
    }

    /// Starts a batch; see ``BatchProvider``.
    public func createBatch(_ order: BatchOrder) async throws(UpstreamError) -> String {
        struct Body: Encodable {
            var inputFileId: String
            var endpoint: String
            var completionWindow = "24h"
            var metadata: [String: String]
        }
        let body = Body(
            inputFileId: order.file, endpoint: order.endpoint ?? "/v1/chat/completions",
            metadata: ["gw_job": order.token, "name": String(order.displayName.prefix(500))])
        let answer = try await client.send(
            client.head(.post, "/batches", [authorization, ("content-type", "application/json")]),
            .bytes(try JSONBody.encode(body, inSnakeCase: true)))
        return try answer.decoded(BatchObject.self).id
    }

    /// Finds a batch; see ``BatchProvider``.
    public func findBatch(
        token: String, since: Int64
    ) async throws(UpstreamError) -> String? {
        try await find(
            "/batches", limit: 100, since: since, BatchObject.self, id: \.id,
            created: \.createdAt
        ) { $0.metadata?["gw_job"] == token }?.id
    }

    /// Looks at a batch; see ``BatchProvider``.
    public func batch(id: String) async throws(UpstreamError) -> UpstreamBatch {
        let object = try await client.send(
            client.head(.get, "/batches/\(PercentCoding.encode(id))", [authorization])
        ).decoded(BatchObject.self)
        var batch = UpstreamBatch(state: Self.state(of: object.status))
        batch.total = object.requestCounts?.total
        batch.succeeded = object.requestCounts?.completed
        batch.failed = object.requestCounts?.failed
        batch.outputs = [object.outputFileId, object.errorFileId].compactMap { $0 }
        batch.name = object.metadata?["name"]
        batch.model = object.model
        batch.created = object.createdAt.map { UTCDate(milliseconds: $0 * 1000) }
        let ends = [object.completedAt, object.failedAt, object.expiredAt, object.cancelledAt]
        batch.ended = ends.compactMap { $0 }.first.map { UTCDate(milliseconds: $0 * 1000) }
        let errors = object.errors?.data ?? []
        if let first = errors.first {
            let line = first.line.map { "line \($0): " } ?? ""
            let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
            batch.message = "\(line)\(first.message ?? first.code ?? "failed")\(more)"
        }
        return batch
    }

    private static func state(of status: String) -> UpstreamBatch.State {
        switch status {
        case "validating": .validating
        case "failed": .failed
        case "completed": .succeeded
        case "expired": .expired
        case "cancelling": .cancelling
        case "cancelled": .cancelled
        default: .running
        }
    }

    /// Ends a batch; see ``BatchProvider``.
    public func cancelBatch(id: String) async throws(UpstreamError) {
        do throws(UpstreamError) {
            _ = try await client.send(
                client.head(.post, "/batches/\(PercentCoding.encode(id))/cancel", [authorization]))
        } catch {
            // One that has ended cannot be ended: that is where it was to be.
            guard error.status == 409 || error.status == 400 else { throw error }
        }
    }

    /// Downloads results; see ``BatchProvider``.
    public func download(
        _ output: String, from offset: Int, restart: () async throws -> Void,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        let head = client.head(
            .get, "/files/\(PercentCoding.encode(output))/content",
            [authorization] + UpstreamClient.range(from: offset))
        try await client.download(head, from: offset, restart: restart, write: write)
    }
}

/// Bodies in JSON.
enum JSONBody {
    static func encode(
        _ value: some Encodable, inSnakeCase: Bool = false
    ) throws(UpstreamError) -> [UInt8] {
        do {
            let encoder = JSONEncoder()
            if inSnakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(value))
        } catch {
            throw UpstreamError(
                outcome: .refused, message: "the request cannot be spelled", isRetryable: false)
        }
    }
}
