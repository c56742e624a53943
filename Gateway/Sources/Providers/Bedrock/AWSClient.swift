// SPDX-License-Identifier: Apache-2.0

// Requests to AWS: signed, otherwise like all others.

import HTTPTypes
import NIOCore
public import Signing
public import Wire

/// Sends signed requests to one service of AWS.
public struct AWSClient: Sendable {
    let client: UpstreamClient
    private let signer: RequestSigner
    private let credentials: any CredentialSource
    private let now: @Sendable () -> UTCDate

    /// Creates a client.
    public init(
        _ client: UpstreamClient, _ region: String, _ service: SigV4.Service,
        _ credentials: any CredentialSource, now: @escaping @Sendable () -> UTCDate
    ) {
        self.client = client
        signer = RequestSigner(region: region, service: service)
        self.credentials = credentials
        self.now = now
    }

    private static let emptyHash = SigV4.sha256([])

    /// A signed head.
    private func signed(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [(String, String)], hash: String
    ) async throws(UpstreamError) -> HTTPRequest {
        var head = client.head(method, path, fields)
        let credentials = try await credentials.credentials(at: now())
        signer.sign(&head, payload: hash, with: credentials, at: now())
        return head
    }

    func get(_ path: String) async throws(UpstreamError) -> UpstreamAnswer {
        try await client.send(await signed(.get, path, [], hash: Self.emptyHash))
    }

    func post(_ path: String, _ body: [UInt8]) async throws(UpstreamError) -> UpstreamAnswer {
        let fields = body.isEmpty ? [] : [("content-type", "application/json")]
        return try await client.send(
            await signed(.post, path, fields, hash: SigV4.sha256(body)),
            body.isEmpty ? .none : .bytes(body))
    }

    func put(_ path: String, _ file: any UploadSource) async throws(UpstreamError) -> UpstreamAnswer
    {
        let fields = [
            ("content-type", "application/jsonl"), ("content-length", String(file.byteCount)),
        ]
        return try await client.send(
            await signed(.put, path, fields, hash: file.sha256),
            .file(file, before: [], after: [], offset: 0), timeout: .hours(1))
    }

    func download(
        _ path: String, from offset: Int, restart: () async throws -> Void,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        let fields = UpstreamClient.range(from: offset)
        try await client.download(
            await signed(.get, path, fields, hash: Self.emptyHash), from: offset, restart: restart,
            write: write)
    }
}
