// SPDX-License-Identifier: Apache-2.0

// Objects on their way in, from one to another, and out of the way.

import Crypto
import HTTPTypes
import Hummingbird
import Signing
import Storage
import Wire

extension FilesAPI {
    /// PutObject.
    func putObject(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let key = try call.key()
        let conditions = Preconditions(call.headers)
        let plan = try BodyPlan(
            call.headers, call.payload, byteLimit: limits.objectByteCount)
        let stored = (
            headers: try StoredHeaders.headers(of: call),
            metadata: try StoredHeaders.metadata(of: call)
        )
        // Before the body is looked at, so that nothing large comes in vain.
        try await check(conditions, call.tenant, bucket, key)
        try await quota?.admit(plan.byteCount, of: call.tenant)
        let body = try await BodyReceiver(blobs: blobs).receive(call.request.body, plan)
        var object = StoredObject(
            bucket: bucket, key: key, blob: body.blob, etag: SigV4.hex(body.md5),
            modified: now().milliseconds)
        object.headers = stored.headers
        object.metadata = stored.metadata
        object.checksums = Dictionary(
            uniqueKeysWithValues: body.checksums.map { ($0.key.rawValue, Base64.encode($0.value)) })
        if let provider = call.provider { try await forward(&object, to: provider) }
        try await put(object, call.tenant, conditions)
        var headers = HTTPFields([("etag", "\"\(object.etag)\"")])
        Self.addChecksums(of: object, to: &headers)
        return Response(status: .ok, headers: headers)
    }

    /// Gives the object the id under which a provider has it, or one of the gateway's own.
    func forward(_ object: inout StoredObject, to provider: ProviderName) async throws {
        object.provider = provider.rawValue
        if let id = try await forwarder?.forward(object, to: provider) {
            guard StoredHeaders.isSafe(id), !id.contains("\"") else { throw S3Error.internalError }
            object.providerFileID = id
            object.etag = id
        } else if provider != .bedrock {
            object.etag = "gw-\(Self.randomID())"
        }
    }

    /// Twenty-four letters and digits that nobody can guess.
    static func randomID() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }

    /// Refuses to write where a condition does not hold now; it is asked again when writing.
    func check(
        _ conditions: Preconditions, _ tenant: String, _ bucket: String, _ key: String
    ) async throws {
        guard conditions.isOnWriting else { return }
        let current = try await catalog.object(tenant: tenant, bucket: bucket, key: key)
        if current == nil, conditions.needsObject { throw S3Error.noSuchKey }
        guard conditions.allowWriting(over: current?.etag) else {
            throw S3Error.preconditionFailed
        }
    }

    func put(
        _ object: StoredObject, _ tenant: String, _ conditions: Preconditions
    ) async throws {
        guard
            try await catalog.put(
                tenant: tenant, object, if: { conditions.allowWriting(over: $0) })
        else { throw S3Error.preconditionFailed }
    }

    // MARK: - Copies

    /// CopyObject.
    func copyObject(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let key = try call.key()
        let source = try await copySource(call)
        let directive = call.header("x-amz-metadata-directive") ?? "COPY"
        let isReplacing = directive.uppercased() == "REPLACE"
        guard isReplacing || directive.uppercased() == "COPY" else {
            throw S3Error.invalidArgument("Unknown metadata directive.")
        }
        guard isReplacing || source.bucket != bucket || source.key != key else {
            throw S3Error.invalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself "
                    + "without changing the object's metadata, storage class, website redirect "
                    + "location or encryption attributes.")
        }
        let conditions = Preconditions(call.headers)
        try await check(conditions, call.tenant, bucket, key)
        try await quota?.admit(source.blob.byteCount, of: call.tenant)
        var object = source
        object.bucket = bucket
        object.key = key
        object.modified = now().milliseconds
        if isReplacing {
            object.headers = try StoredHeaders.headers(of: call)
            object.metadata = try StoredHeaders.metadata(of: call)
        }
        try await put(object, call.tenant, conditions)
        return Self.document("CopyObjectResult") { xml in
            xml.element("LastModified", UTCDate(milliseconds: object.modified).iso)
            xml.element("ETag", "\"\(object.etag)\"")
            for kind in ChecksumKind.allCases {
                if let value = object.checksums[kind.rawValue] {
                    xml.element(kind.elementName, value)
                }
            }
        }
    }

    /// The object that `x-amz-copy-source` names, if its conditions hold.
    func copySource(_ call: Call) async throws -> StoredObject {
        var text = Substring(call.header("x-amz-copy-source") ?? "")
        if let mark = text.range(of: "?versionId=") {
            guard text[mark.upperBound...] == "null" else {
                throw S3Error.notImplemented("versionId")
            }
            text = text[..<mark.lowerBound]
        }
        if text.hasPrefix("/") { text = text.dropFirst() }
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let bucket = PercentCoding.decode(parts[0].utf8),
            let key = PercentCoding.decode(parts[1].utf8), !key.utf8.contains(0),
            !bucket.utf8.contains(0)
        else {
            throw S3Error.invalidArgument(
                "Copy Source must mention the source bucket and key: "
                    + "sourcebucket/sourcekey")
        }
        guard try await catalog.hasBucket(tenant: call.tenant, name: bucket) else {
            throw S3Error.noSuchBucket
        }
        guard
            let object = try await catalog.object(tenant: call.tenant, bucket: bucket, key: key)
        else { throw S3Error.noSuchKey }
        do throws(S3Error) {
            try Preconditions(call.headers, prefix: "x-amz-copy-source-")
                .check(etag: object.etag, modified: object.modified)
        } catch {
            throw S3Error.preconditionFailed
        }
        return object
    }

    // MARK: - Deletion

    /// DeleteObject; a key that is not there is no failure.
    func deleteObject(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let key = try call.key()
        let conditions = Preconditions(call.headers)
        if conditions.needsObject {
            let current = try await catalog.object(tenant: call.tenant, bucket: bucket, key: key)
            guard current != nil else { throw S3Error.noSuchKey }
        }
        guard
            try await catalog.delete(
                tenant: call.tenant, bucket: bucket, key: key,
                if: { conditions.allowWriting(over: $0) })
        else { throw S3Error.preconditionFailed }
        return Response(status: .noContent)
    }

    /// DeleteObjects: up to a thousand at once.
    func deleteObjects(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let document = try await readDocument(call)
        let objects = document.children.filter { $0.name == "Object" }
        guard document.name == "Delete", !objects.isEmpty, objects.count <= 1000 else {
            throw S3Error.malformedXML
        }
        let isQuiet = document["Quiet"] == "true"
        var outcomes: [(key: String, error: S3Error?)] = []
        for object in objects {
            guard let key = object["Key"], !key.isEmpty else { throw S3Error.malformedXML }
            let etag = object["ETag"]
            let isDeleted = try await catalog.delete(
                tenant: call.tenant, bucket: bucket, key: key,
                if: { current in
                    guard let etag else { return true }
                    return current == etag || "\"\(current ?? "")\"" == etag
                        || (etag == "*" && current != nil)
                })
            outcomes.append((key, isDeleted ? nil : .preconditionFailed))
        }
        return Self.document("DeleteResult") { xml in
            for outcome in outcomes {
                if let error = outcome.error {
                    xml.element("Error") { xml in
                        xml.element("Key", outcome.key)
                        xml.element("Code", error.code)
                        xml.element("Message", error.message)
                    }
                } else if !isQuiet {
                    xml.element("Deleted") { $0.element("Key", outcome.key) }
                }
            }
        }
    }
}

extension Substring {
    /// The first place of a text in this one.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
