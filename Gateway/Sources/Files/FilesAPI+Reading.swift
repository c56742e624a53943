// SPDX-License-Identifier: Apache-2.0

// Objects on their way out: whole, in ranges and parts, or their headers alone.

import HTTPTypes
import Hummingbird
import NIOCore
import Storage
import Wire

extension FilesAPI {
    /// The bytes of one step of sending an object.
    private static var stepByteCount: Int { 256 << 10 }

    /// GetObject and HeadObject.
    func getObject(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let key = try call.key()
        guard
            let object = try await catalog.object(tenant: call.tenant, bucket: bucket, key: key)
        else { throw S3Error.noSuchKey }
        do throws(S3Error) {
            try Preconditions(call.headers).check(etag: object.etag, modified: object.modified)
        } catch {
            guard error == .notModified else { throw error }
            // Whoever has the object already is told which one it is.
            return Response(status: .notModified, headers: Self.headers(of: object))
        }
        let range = try Self.range(of: call, object)
        var headers = Self.headers(of: object)
        for (name, value) in Self.overrides(call) {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        if call.header("x-amz-checksum-mode")?.uppercased() == "ENABLED" {
            if let number = call.target["partNumber"].flatMap({ Int($0) }) {
                Self.addChecksum(ofPart: number, of: object, to: &headers)
            } else if range == nil {
                Self.addChecksums(of: object, to: &headers)
            }
        }
        if let range {
            headers[.contentRange] =
                "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.blob.byteCount)"
        }
        if call.target["partNumber"] != nil, !object.partByteCounts.isEmpty,
            let name = HTTPField.Name("x-amz-mp-parts-count")
        {
            headers[name] = String(object.partByteCounts.count)
        }
        let sent = range ?? 0..<object.blob.byteCount
        headers[.contentLength] = String(sent.count)
        let status: HTTPResponse.Status = range == nil ? .ok : .partialContent
        guard call.request.method == .get, !sent.isEmpty else {
            return Response(status: status, headers: headers)
        }
        let reader = try await blobs.open(object.blob.id)
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: sent.count) { writer in
                var offset = sent.lowerBound
                while offset < sent.upperBound {
                    let count = min(Self.stepByteCount, sent.upperBound - offset)
                    let bytes = try await reader.read(offset: offset, count: count)
                    try await writer.write(bytes)
                    offset += bytes.readableBytes
                }
                await reader.close()
                try await writer.finish(nil)
            })
    }

    private static func range(of call: Call, _ object: StoredObject) throws -> Range<Int>? {
        if let text = call.target["partNumber"] {
            let counts =
                object.partByteCounts.isEmpty
                ? [object.blob.byteCount] : object.partByteCounts
            guard let number = Int(text), (1...10_000).contains(number) else {
                throw S3Error.invalidArgument("Part number must be an integer between 1 and 10000")
            }
            guard number <= counts.count else {
                throw S3Error(
                    "InvalidPart", 400, "The requested partnumber is not satisfiable")
            }
            let start = counts[..<(number - 1)].reduce(0, +)
            return start..<start + counts[number - 1]
        }
        return try call.headers[.range].flatMap { (header) throws(S3Error) in
            try ByteRange.parse(header, count: object.blob.byteCount)
        }
    }

    static func headers(of object: StoredObject) -> HTTPFields {
        var headers: [(name: String, value: String)] = [
            ("etag", "\"\(object.etag)\""), ("accept-ranges", "bytes"),
            ("last-modified", UTCDate(milliseconds: object.modified).http),
        ]
        headers += object.headers.map { ($0.key, $0.value) }
        headers += object.metadata.map { ("x-amz-meta-\($0.key)", $0.value) }
        if object.headers["content-type"] == nil {
            headers.append(("content-type", "binary/octet-stream"))
        }
        return HTTPFields(headers)
    }

    static func addChecksums(of object: StoredObject, to headers: inout HTTPFields) {
        for kind in ChecksumKind.allCases {
            guard let value = object.checksums[kind.rawValue],
                let name = HTTPField.Name(kind.headerName)
            else { continue }
            headers[name] = value
        }
        if !object.checksums.isEmpty, let name = HTTPField.Name("x-amz-checksum-type") {
            headers[name] = object.checksumType ?? "FULL_OBJECT"
        }
    }

    /// The checksum of one part, where the upload had a kind.
    private static func addChecksum(
        ofPart number: Int, of object: StoredObject, to headers: inout HTTPFields
    ) {
        guard let sums = object.partChecksums, number >= 1, number <= sums.count else {
            if object.partByteCounts.isEmpty { addChecksums(of: object, to: &headers) }
            return
        }
        var part = object
        part.checksums = object.checksums.mapValues { _ in sums[number - 1] }
        addChecksums(of: part, to: &headers)
    }

    /// `response-content-type` and the others, for presigned URLs.
    private static func overrides(_ call: Call) -> [(String, String)] {
        StoredHeaders.names.compactMap { name in
            call.target["response-\(name)"].flatMap { value in
                StoredHeaders.isSafe(value) ? (name, value) : nil
            }
        }
    }
}

/// The headers that an object keeps.
enum StoredHeaders {
    static let names = [
        "cache-control", "content-disposition", "content-encoding", "content-language",
        "content-type", "expires",
    ]

    /// The bytes of names and values that metadata may have, as at S3.
    private static var metadataLimit: Int { 2048 }

    /// The headers of a request that its object keeps.
    static func headers(of call: FilesAPI.Call) throws(S3Error) -> [String: String] {
        var headers: [String: String] = [:]
        for name in names {
            guard var value = call.header(name) else { continue }
            if name == "content-encoding" {
                // How the body was framed on its way is no property of the object.
                value = value.split(separator: ",").map { $0.filter { $0 != " " } }
                    .filter { $0 != "aws-chunked" }.joined(separator: ", ")
                if value.isEmpty { continue }
            }
            guard isSafe(value) else {
                throw .invalidArgument("The header \(name) has characters that it cannot have.")
            }
            headers[name] = value
        }
        return headers
    }

    /// The metadata of a request.
    static func metadata(of call: FilesAPI.Call) throws(S3Error) -> [String: String] {
        var metadata: [String: String] = [:]
        for field in call.headers {
            let name = field.name.canonicalName
            guard name.hasPrefix("x-amz-meta-") else { continue }
            guard isSafe(field.value) else {
                throw .invalidArgument("The header \(name) has characters that it cannot have.")
            }
            let key = String(name.dropFirst("x-amz-meta-".count))
            metadata[key] = metadata[key].map { "\($0),\(field.value)" } ?? field.value
        }
        let size = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= metadataLimit else {
            throw S3Error(
                "MetadataTooLarge", 400,
                "Your metadata headers exceed the maximum allowed metadata size")
        }
        return metadata
    }

    /// Nothing in it could begin another header.
    static func isSafe(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
