// SPDX-License-Identifier: Apache-2.0

// The batch API of Bedrock's control plane, as boto3 speaks it, below /bedrock.

import Foundation
public import HTTPTypes
public import Hummingbird
import Logging
import NIOCore
public import Providers
public import Storage
public import Wire

/// The control plane of jobs.
public struct JobsAPI: Sendable {
    let store: JobStore
    let catalog: any ObjectCatalog
    let providers: [ProviderName: any BatchProvider]
    let worker: JobWorker
    let region: String
    let tenantJobLimit: Int?
    let now: @Sendable () -> UTCDate

    static let account = "123456789012"

    /// Creates the control plane.
    ///
    /// - Parameters:
    ///   - store: The jobs.
    ///   - catalog: The files that jobs are about.
    ///   - providers: Those that there are settings for.
    ///   - worker: Drives the jobs.
    ///   - region: Stands in ARNs.
    ///   - tenantJobLimit: The jobs that one tenant may have running; nil: any number.
    ///   - now: Tells the time.
    public init(
        store: JobStore, catalog: any ObjectCatalog, providers: [ProviderName: any BatchProvider],
        worker: JobWorker, region: String, tenantJobLimit: Int? = nil,
        now: @escaping @Sendable () -> UTCDate
    ) {
        self.store = store
        self.catalog = catalog
        self.providers = providers
        self.worker = worker
        self.region = region
        self.tenantJobLimit = tenantJobLimit
        self.now = now
    }

    /// One request.
    struct Call: Sendable {
        let head: HTTPRequest
        let body: [UInt8]
        let caller: Caller
        let provider: ProviderName?
        let parameters: [String: String]
    }

    /// Answers a request whose signature is right.
    ///
    /// - Parameters:
    ///   - head: The request, its path raw.
    ///   - body: Its body.
    ///   - caller: Who sent it.
    ///   - requestID: The request's id.
    /// - Returns: The answer, refusals included.
    public func respond(
        to head: HTTPRequest, body: [UInt8], _ caller: Caller, requestID: String
    ) async -> Response {
        do {
            return try await dispatch(head, body, caller)
        } catch let error as ControlPlaneError {
            return error.response
        } catch let error as UpstreamError {
            return error.status == 404
                ? ControlPlaneError.notFound("The provider knows no such job.").response
                : ControlPlaneError(
                    "ThrottlingException", 429, "The provider could not answer: \(error.message)"
                ).response
        } catch {
            worker.log.error(
                "request failed", metadata: ["id": "\(requestID)", "error": "\(error)"])
            return ControlPlaneError.internalError.response
        }
    }

    /// The number of jobs that are not final.
    public func runningCount() async -> Int {
        (try? await store.active().count) ?? 0
    }

    private func dispatch(
        _ head: HTTPRequest, _ body: [UInt8], _ caller: Caller
    ) async throws -> Response {
        let target = RequestTarget(head.path ?? "/")
        guard let items = target.parameters else {
            throw ControlPlaneError.validation("The query is broken.")
        }
        var segments: [String] = []
        // An ARN is one segment, its slash is encoded: split first, decode then.
        for segment in target.path.utf8.split(separator: UInt8(ascii: "/")).dropFirst() {
            guard let text = PercentCoding.decode(segment) else {
                throw ControlPlaneError.validation("The path is broken.")
            }
            segments.append(text)
        }
        let call = Call(
            head: head, body: body, caller: caller,
            provider: try Self.provider(of: head, caller),
            parameters: Dictionary(
                items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $1 }))
        switch (head.method, segments.count, segments.first) {
        case (.post, 1, "model-invocation-job"): return try await create(call)
        case (.get, 2, "model-invocation-job"): return try await get(call, segments[1])
        case (.post, 3, "model-invocation-job") where segments[2] == "stop":
            return try await stop(call, segments[1])
        case (.get, 1, "model-invocation-jobs"): return try await list(call)
        case (.post, 1, "tagResource"): return try await tag(call)
        case (.post, 1, "untagResource"): return try await untag(call)
        case (.post, 1, "listTagsForResource"): return try await listTags(call)
        default:
            throw ControlPlaneError("UnknownOperationException", 404, "There is no such operation.")
        }
    }

    private static func provider(
        of head: HTTPRequest, _ caller: Caller
    ) throws -> ProviderName? {
        guard let name = HTTPField.Name(ProviderName.headerName),
            let value = head.headerFields[name], !value.isEmpty
        else { return nil }
        guard let provider = ProviderName(rawValue: value) else {
            let known = ProviderName.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlPlaneError.validation(
                "Unknown provider in \(ProviderName.headerName); known are \(known).")
        }
        guard caller.providers.contains(provider) else {
            throw ControlPlaneError.denied("This access key may not use \(provider.rawValue).")
        }
        return provider
    }

    // MARK: - Shared pieces

    static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch DecodingError.keyNotFound(let key, _) {
            throw ControlPlaneError.validation(
                "1 validation error detected: Value at '\(key.stringValue)' failed to satisfy "
                    + "constraint: Member must not be null")
        } catch DecodingError.typeMismatch(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw ControlPlaneError("SerializationException", 400, "\(path) is of a wrong type.")
        } catch {
            throw ControlPlaneError("SerializationException", 400, "The body is no JSON object.")
        }
    }

    /// The job that an identifier names: an ARN or the twelve letters at its end.
    func job(_ identifier: String, _ call: Call) async throws -> JobRecord {
        let id = identifier.split(separator: "/").last.map(String.init) ?? ""
        let isARN = identifier.hasPrefix("arn:")
        guard !isARN || identifier.contains(":model-invocation-job/"),
            let job = try await store.find(tenant: call.caller.tenant, id: id)
        else {
            throw ControlPlaneError.notFound("The provided job identifier does not exist.")
        }
        return job
    }

    // MARK: - Tags

    private struct Tag: Codable {
        var key: String
        var value: String
    }

    private func tag(_ call: Call) async throws -> Response {
        struct Body: Decodable {
            var resourceARN: String
            var tags: [Tag]
        }
        let body = try Self.decode(Body.self, call.body)
        let job = try await job(body.resourceARN, call)
        try await store.update(tenant: job.tenant, id: job.id) { job in
            for tag in body.tags { job.tags[tag.key] = tag.value }
            guard job.tags.count <= 200 else {
                throw ControlPlaneError("TooManyTagsException", 400, "A job has at most 200 tags.")
            }
        }
        return try Self.json([String: String]())
    }

    private func untag(_ call: Call) async throws -> Response {
        struct Body: Decodable {
            var resourceARN: String
            var tagKeys: [String]
        }
        let body = try Self.decode(Body.self, call.body)
        let job = try await job(body.resourceARN, call)
        try await store.update(tenant: job.tenant, id: job.id) { job in
            for key in body.tagKeys { job.tags[key] = nil }
        }
        return try Self.json([String: String]())
    }

    private func listTags(_ call: Call) async throws -> Response {
        struct Body: Decodable {
            var resourceARN: String
        }
        let job = try await job(try Self.decode(Body.self, call.body).resourceARN, call)
        let tags = job.tags.sorted { $0.key < $1.key }.map { Tag(key: $0.key, value: $0.value) }
        return try Self.json(["tags": tags])
    }
}
