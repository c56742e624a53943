// SPDX-License-Identifier: Apache-2.0

// The Files API: S3 as boto3 speaks it, below /bedrock/files.

public import HTTPTypes
public import Hummingbird
public import Logging
import NIOCore
public import Signing
public import Storage
public import Wire

/// Hands files on to the providers that will run them.
public protocol FileForwarder: Sendable {
    /// Puts a file that was just stored into the file store of a provider.
    ///
    /// - Parameters:
    ///   - object: The file.
    ///   - provider: The provider that the client named.
    /// - Returns: The provider's own id of the file; nil where the file is not in its dialect, so
    ///   that it has to wait for a job.
    /// - Throws: `ForwardingFailure` where the provider did not take it.
    func forward(_ object: StoredObject, to provider: ProviderName) async throws -> String?
}

/// A provider that did not take a file.
public struct ForwardingFailure: Error, Sendable, Hashable {
    /// The provider's own code.
    public let code: String?
    /// One sentence for the client.
    public let message: String
    /// The same file may be taken later.
    public let isTemporary: Bool

    /// Creates a failure.
    public init(code: String?, message: String, isTemporary: Bool) {
        self.code = code
        self.message = message
        self.isTemporary = isTemporary
    }

    /// What the provider says is the client's to know; a client that can try again does.
    var refusal: S3Error {
        if isTemporary {
            return S3Error("SlowDown", 503, "The provider could not take the file: \(message)")
        }
        switch code {
        // S3 itself says so of the client's bucket.
        case "NoSuchBucket": return .noSuchBucket
        case "AccessDenied": return S3Error("AccessDenied", 403, message)
        default: return .invalidRequest("The provider did not take the file: \(message)")
        }
    }
}

/// What the Files API allows.
public struct FilesLimits: Sendable, Hashable {
    /// The bytes of one PUT; S3 has 5 GB.
    public var objectByteCount = 5 * 1_000_000_000
    /// The bytes of all parts but the last one; S3 has 5 MiB.
    public var partByteCount = 5 << 20
    /// The bytes of documents.
    public var documentByteCount = 2 << 20
    /// The bytes that all objects and parts of one tenant may have; nil: any number.
    public var tenantByteCount: Int?

    /// Creates the limits of S3.
    public init() {}
}

/// The S3-compatible service.
public struct FilesAPI: Sendable {
    let state: any StateStore
    let blobs: any BlobStore
    let catalog: any ObjectCatalog
    let forwarder: (any FileForwarder)?
    let limits: FilesLimits
    let now: @Sendable () -> UTCDate
    let log: Logger
    let quota: StorageQuota?

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - state: Where uploads in parts are kept.
    ///   - blobs: Where bytes are kept.
    ///   - catalog: Where objects are kept.
    ///   - forwarder: Hands files on to providers; nil: they wait for a job.
    ///   - limits: What is allowed.
    ///   - log: Where failures of the gateway itself are told.
    ///   - now: Tells the time.
    public init(
        state: any StateStore, blobs: any BlobStore, catalog: any ObjectCatalog,
        forwarder: (any FileForwarder)? = nil, limits: FilesLimits = FilesLimits(), log: Logger,
        now: @escaping @Sendable () -> UTCDate
    ) {
        self.state = state
        self.blobs = blobs
        self.catalog = catalog
        self.forwarder = forwarder
        self.limits = limits
        self.log = log
        self.now = now
        quota = limits.tenantByteCount.map {
            StorageQuota(
                limit: $0, catalog: catalog, uploads: UploadStore(state: state), now: now)
        }
    }

    /// One request on its way through the service.
    struct Call: Sendable {
        let request: Request
        let target: S3Target
        let caller: Caller
        let payload: PayloadPromise
        let provider: ProviderName?

        var tenant: String { caller.tenant }
        var headers: HTTPFields { request.headers }

        func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }

        func bucket() throws(S3Error) -> String {
            guard let bucket = target.bucket else { throw .methodNotAllowed }
            return bucket
        }

        func key() throws(S3Error) -> String {
            guard let key = target.key else { throw .methodNotAllowed }
            return key
        }
    }

    /// Answers a request whose signature is right.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - authentication: Who sent it, and what its signature says of the body.
    ///   - requestID: The request's id.
    /// - Returns: The answer, refusals included.
    public func respond(
        to request: Request, _ authentication: Authentication, requestID: String
    ) async -> Response {
        do {
            let call = Call(
                request: request, target: try S3Target(request.head),
                caller: authentication.caller, payload: authentication.payload,
                provider: try Self.provider(of: request.head, authentication.caller))
            return try await dispatch(call)
        } catch {
            let refusal = refusal(for: error, requestID)
            return refusal.response(
                resource: RequestTarget(request.head.path ?? "/").path, requestID: requestID,
                hasBody: request.method != .head)
        }
    }

    private func refusal(for error: any Error, _ requestID: String) -> S3Error {
        switch error {
        case let error as S3Error: return error
        case is OutOfSpace: return .outOfSpace
        case let failure as ForwardingFailure: return failure.refusal
        case is CancellationError: return .internalError
        default:
            log.error("request failed", metadata: ["id": "\(requestID)", "error": "\(error)"])
            return .internalError
        }
    }

    /// What can be refused before the body is sent: its size, its provider.
    ///
    /// - Parameters:
    ///   - head: The request.
    ///   - authentication: Who sent it.
    ///   - freeByteCount: The room that is left.
    /// - Returns: Why the request is refused, or nil.
    public func refusal(
        of head: HTTPRequest, _ authentication: Authentication, freeByteCount: Int
    ) -> S3Error? {
        do throws(S3Error) {
            _ = try S3Target(head)
            _ = try Self.provider(of: head, authentication.caller)
            guard head.method == .put else { return nil }
            let plan = try BodyPlan(
                head.headerFields, authentication.payload, byteLimit: limits.objectByteCount)
            if quota?.refuses(plan.byteCount, of: authentication.caller.tenant) == true {
                return .quotaExceeded
            }
            return plan.byteCount > freeByteCount ? .outOfSpace : nil
        } catch {
            return error
        }
    }

    /// The provider that a request names.
    private static func provider(
        of head: HTTPRequest, _ caller: Caller
    ) throws(S3Error) -> ProviderName? {
        guard let name = HTTPField.Name(ProviderName.headerName),
            let value = head.headerFields[name], !value.isEmpty
        else { return nil }
        if value == "anthropic" {
            throw S3Error(
                "NotImplemented", 501,
                "Anthropic has no files for batches: its batches take their requests inline.")
        }
        guard let provider = ProviderName(rawValue: value) else {
            let known = ProviderName.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidArgument(
                "Unknown provider in \(ProviderName.headerName); known are \(known).")
        }
        guard caller.providers.contains(provider) else {
            throw S3Error("AccessDenied", 403, "This access key may not use \(provider.rawValue).")
        }
        return provider
    }

    private func dispatch(_ call: Call) async throws -> Response {
        let target = call.target
        if let side = target.unknownSide { throw S3Error.notImplemented(side) }
        if target.bucket == nil {
            guard call.request.method == .get else { throw S3Error.methodNotAllowed }
            return try await listBuckets(call)
        }
        if target.key == nil { return try await dispatchBucket(call) }
        return try await dispatchObject(call)
    }

    private func dispatchBucket(_ call: Call) async throws -> Response {
        let target = call.target
        switch call.request.method {
        case .get where target["location"] != nil: return try await bucketLocation(call)
        case .get where target["versioning"] != nil: return try await bucketVersioning(call)
        case .get where target["versions"] != nil: return try await listVersions(call)
        case .get where target["uploads"] != nil: return try await listUploads(call)
        case .get: return try await listObjects(call)
        case .head: return try await headBucket(call)
        case .put where target["versioning"] != nil: throw S3Error.notImplemented("versioning")
        case .put: return try await createBucket(call)
        case .delete: return try await deleteBucket(call)
        case .post where target["delete"] != nil: return try await deleteObjects(call)
        default: throw S3Error.methodNotAllowed
        }
    }

    private func dispatchObject(_ call: Call) async throws -> Response {
        let target = call.target
        switch call.request.method {
        case .get where target["uploadId"] != nil: return try await listParts(call)
        case .get where target["attributes"] != nil: return try await objectAttributes(call)
        case .get, .head: return try await getObject(call)
        case .put where target["uploadId"] != nil || target["partNumber"] != nil:
            return try await uploadPart(call)
        case .put where call.header("x-amz-copy-source") != nil:
            return try await copyObject(call)
        case .put: return try await putObject(call)
        case .delete where target["uploadId"] != nil: return try await abortUpload(call)
        case .delete: return try await deleteObject(call)
        case .post where target["uploads"] != nil: return try await createUpload(call)
        case .post where target["uploadId"] != nil: return try await completeUpload(call)
        default: throw S3Error.methodNotAllowed
        }
    }

    // MARK: - Shared pieces

    /// The bucket of a call, which must be there.
    func requireBucket(_ call: Call) async throws -> String {
        let bucket = try call.bucket()
        if try await catalog.hasBucket(tenant: call.tenant, name: bucket) { return bucket }
        // A client that names a provider wants a place for batch files, not the administration
        // of buckets.
        guard call.provider != nil, call.request.method != .get, call.request.method != .head
        else { throw S3Error.noSuchBucket }
        _ = try await catalog.makeBucket(
            tenant: call.tenant, name: bucket, at: now().milliseconds)
        return bucket
    }

    /// Reads a document that a client sends.
    func readDocument(_ call: Call, ignoresChecksums: Bool = false) async throws -> XMLElement {
        var plan = try BodyPlan(
            call.headers, call.payload, byteLimit: limits.documentByteCount)
        if ignoresChecksums { plan.ignoreChecksums() }
        let received = try await BodyReceiver(blobs: blobs).receive(call.request.body, plan)
        let reader = try await blobs.open(received.blob.id)
        let collected = try await reader.read(offset: 0, count: reader.byteCount)
        await reader.close()
        guard let document = XMLElement.parse(Array(buffer: collected)) else {
            throw S3Error.malformedXML
        }
        return document
    }

    /// Where the service stands in the gateway.
    public static let pathPrefix = S3Target.prefix

    static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

    /// An answer that is a document.
    static func document(
        _ name: String, _ body: (inout XMLWriter) -> Void
    ) -> Response {
        var xml = XMLWriter()
        xml.element(name, namespace: namespace, body)
        return Response(
            status: .ok, headers: [.contentType: "application/xml"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: xml.bytes)))
    }
}
