// SPDX-License-Identifier: Apache-2.0

// Buckets: made, looked at, listed, removed.

import HTTPTypes
import Hummingbird
import Storage
import Wire

extension FilesAPI {
    func listBuckets(_ call: Call) async throws -> Response {
        var buckets = try await catalog.buckets(tenant: call.tenant)
        if let prefix = call.target["prefix"] { buckets.removeAll { !$0.name.hasPrefix(prefix) } }
        if let token = call.target["continuation-token"].flatMap({ Base64.decode($0) }) {
            let last = String(decoding: token, as: UTF8.self)
            buckets.removeAll { $0.name <= last }
        }
        let limit = call.target["max-buckets"].flatMap { Int($0) } ?? 10_000
        guard (1...10_000).contains(limit) else {
            throw S3Error.invalidArgument("max-buckets must be between 1 and 10000")
        }
        let page = buckets.prefix(limit)
        let isTruncated = page.count < buckets.count
        return Self.document("ListAllMyBucketsResult") { xml in
            xml.element("Owner") { xml in
                xml.element("ID", call.tenant)
                xml.element("DisplayName", call.tenant)
            }
            xml.element("Buckets") { xml in
                for bucket in page {
                    xml.element("Bucket") { xml in
                        xml.element("Name", bucket.name)
                        xml.element("CreationDate", UTCDate(milliseconds: bucket.created).iso)
                    }
                }
            }
            if isTruncated, let last = page.last {
                xml.element("ContinuationToken", Base64.encode(Array(last.name.utf8)))
            }
        }
    }

    func createBucket(_ call: Call) async throws -> Response {
        let bucket = try call.bucket()
        guard Self.isValid(bucket: bucket) else {
            throw S3Error("InvalidBucketName", 400, "The specified bucket is not valid.")
        }
        // The configuration names a region; there is one only.
        if let length = call.header("content-length").flatMap({ Int($0) }), length > 0 {
            let document = try await readDocument(call)
            guard document.name == "CreateBucketConfiguration" else { throw S3Error.malformedXML }
        }
        // As in us-east-1: to make one's own bucket once more is no failure.
        _ = try await catalog.makeBucket(
            tenant: call.tenant, name: bucket, at: now().milliseconds)
        return Response(
            status: .ok, headers: HTTPFields([("location", "/\(bucket)")]))
    }

    /// The rules of the Amazon S3 User Guide, "General purpose bucket naming rules".
    private static func isValid(bucket: String) -> Bool {
        let bytes = Array(bucket.utf8)
        let isAlphanumeric = { (byte: UInt8) in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
        }
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last,
            isAlphanumeric(first), isAlphanumeric(last),
            bytes.allSatisfy({ isAlphanumeric($0) || $0 == 0x2E || $0 == 0x2D }),
            !bucket.contains(".."), !bucket.contains(".-"), !bucket.contains("-.")
        else { return false }
        let labels = bucket.split(separator: ".", omittingEmptySubsequences: false)
        return !(labels.count == 4 && labels.allSatisfy { UInt8($0) != nil })
    }

    func headBucket(_ call: Call) async throws -> Response {
        _ = try await requireBucket(call)
        return Response(status: .ok, headers: HTTPFields([("x-amz-bucket-region", "us-east-1")]))
    }

    func deleteBucket(_ call: Call) async throws -> Response {
        let bucket = try call.bucket()
        guard try await catalog.hasBucket(tenant: call.tenant, name: bucket) else {
            throw S3Error.noSuchBucket
        }
        let rest = try await catalog.list(
            tenant: call.tenant, bucket: bucket, prefix: "", after: nil, limit: 1)
        guard rest.isEmpty else {
            throw S3Error("BucketNotEmpty", 409, "The bucket you tried to delete is not empty")
        }
        guard try await catalog.deleteBucket(tenant: call.tenant, name: bucket) else {
            throw S3Error.noSuchBucket
        }
        return Response(status: .noContent)
    }

    func bucketLocation(_ call: Call) async throws -> Response {
        _ = try await requireBucket(call)
        return Self.document("LocationConstraint") { _ in }
    }

    func bucketVersioning(_ call: Call) async throws -> Response {
        _ = try await requireBucket(call)
        return Self.document("VersioningConfiguration") { _ in }
    }
}

extension HTTPFields {
    /// Fields of names that are known to be such.
    init(_ fields: [(name: String, value: String)]) {
        self.init()
        for field in fields {
            if let name = HTTPField.Name(field.name) { self[name] = field.value }
        }
    }
}
