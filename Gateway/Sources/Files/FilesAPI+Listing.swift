// SPDX-License-Identifier: Apache-2.0

// Lists of objects, in both versions of the protocol, and as a list of versions.

import Hummingbird
import Storage
import Wire

/// A page of a bucket's objects.
struct ObjectPage: Sendable {
    /// What stands in a list: an object, or all keys with a prefix.
    enum Entry: Sendable {
        case object(StoredObject)
        case prefix(String)

        var name: String {
            switch self {
            case .object(let object): object.key
            case .prefix(let prefix): prefix
            }
        }
    }

    var entries: [Entry] = []
    var isTruncated = false

    var objects: [StoredObject] {
        entries.compactMap { entry in
            if case .object(let object) = entry { object } else { nil }
        }
    }

    var prefixes: [String] {
        entries.compactMap { entry in
            if case .prefix(let prefix) = entry { prefix } else { nil }
        }
    }
}

extension FilesAPI {
    /// The words of a request for a list.
    private struct Query {
        let prefix: String
        let delimiter: String
        let limit: Int
        let isURLEncoded: Bool
        let wantsOwner: Bool

        init(_ target: S3Target) throws(S3Error) {
            prefix = target["prefix"] ?? ""
            delimiter = target["delimiter"] ?? ""
            let text = target["max-keys"] ?? ""
            guard let limit = text.isEmpty ? 1000 : Int(text), (0...Int(Int32.max)).contains(limit)
            else {
                throw .invalidArgument("Provided max-keys not an integer or within integer range")
            }
            self.limit = min(limit, 1000)
            let encoding = target["encoding-type"] ?? ""
            guard encoding.isEmpty || encoding == "url" else {
                throw .invalidArgument("Invalid Encoding Method specified in Request")
            }
            isURLEncoded = encoding == "url"
            wantsOwner = target["fetch-owner"] == "true"
        }

        func spelled(_ text: String) -> String {
            isURLEncoded ? PercentCoding.encode(text, keepsSlash: true) : text
        }
    }

    func listObjects(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let query = try Query(call.target)
        if call.target["list-type"] == "2" { return try await listV2(call, bucket, query) }
        let marker = call.target["marker"] ?? ""
        let page = try await page(call, bucket, query, after: marker.isEmpty ? nil : marker)
        return Self.document("ListBucketResult") { xml in
            write(bucket, query, page, isVersion2: false, to: &xml)
            xml.element("Marker", query.spelled(marker))
            if page.isTruncated, let last = page.entries.last, !query.delimiter.isEmpty {
                xml.element("NextMarker", query.spelled(last.name))
            }
        }
    }

    private func listV2(_ call: Call, _ bucket: String, _ query: Query) async throws -> Response {
        let token = call.target["continuation-token"]
        var after = call.target["start-after"].flatMap { $0.isEmpty ? nil : $0 }
        if let token {
            guard let bytes = Base64.decode(token) else {
                throw S3Error.invalidArgument("The continuation token provided is incorrect")
            }
            if !bytes.isEmpty { after = String(decoding: bytes, as: UTF8.self) }
        }
        let page = try await page(call, bucket, query, after: after)
        return Self.document("ListBucketResult") { xml in
            write(bucket, query, page, isVersion2: true, to: &xml)
            xml.element("KeyCount", page.entries.count)
            if let token { xml.element("ContinuationToken", token) }
            if let start = call.target["start-after"] {
                xml.element("StartAfter", query.spelled(start))
            }
            if page.isTruncated, let last = page.entries.last {
                xml.element("NextContinuationToken", Base64.encode(Array(last.name.utf8)))
            }
        }
    }

    private func write(
        _ bucket: String, _ query: Query, _ page: ObjectPage, isVersion2: Bool,
        to xml: inout XMLWriter
    ) {
        xml.element("Name", bucket)
        xml.element("Prefix", query.spelled(query.prefix))
        if !query.delimiter.isEmpty { xml.element("Delimiter", query.spelled(query.delimiter)) }
        xml.element("MaxKeys", query.limit)
        xml.element("IsTruncated", page.isTruncated)
        if query.isURLEncoded { xml.element("EncodingType", "url") }
        for object in page.objects {
            xml.element("Contents") { xml in
                xml.element("Key", query.spelled(object.key))
                write(object, to: &xml)
                if !isVersion2 || query.wantsOwner { Self.writeOwner(to: &xml) }
            }
        }
        for prefix in page.prefixes {
            xml.element("CommonPrefixes") { $0.element("Prefix", query.spelled(prefix)) }
        }
    }

    private func write(_ object: StoredObject, to xml: inout XMLWriter) {
        xml.element("LastModified", UTCDate(milliseconds: object.modified).iso)
        xml.element("ETag", "\"\(object.etag)\"")
        for kind in ChecksumKind.allCases where object.checksums[kind.rawValue] != nil {
            xml.element("ChecksumAlgorithm", kind.rawValue.uppercased())
        }
        xml.element("Size", object.blob.byteCount)
        xml.element("StorageClass", "STANDARD")
    }

    private static func writeOwner(to xml: inout XMLWriter) {
        xml.element("Owner") { xml in
            xml.element("ID", "gateway")
            xml.element("DisplayName", "gateway")
        }
    }

    /// Every object has one version, which is called `null`.
    func listVersions(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let query = try Query(call.target)
        let marker = call.target["key-marker"] ?? ""
        let page = try await page(call, bucket, query, after: marker.isEmpty ? nil : marker)
        return Self.document("ListVersionsResult") { xml in
            xml.element("Name", bucket)
            xml.element("Prefix", query.spelled(query.prefix))
            xml.element("KeyMarker", query.spelled(marker))
            xml.element("MaxKeys", query.limit)
            xml.element("IsTruncated", page.isTruncated)
            if query.isURLEncoded { xml.element("EncodingType", "url") }
            if page.isTruncated, let last = page.entries.last {
                xml.element("NextKeyMarker", query.spelled(last.name))
                xml.element("NextVersionIdMarker", "null")
            }
            for object in page.objects {
                xml.element("Version") { xml in
                    xml.element("Key", query.spelled(object.key))
                    xml.element("VersionId", "null")
                    xml.element("IsLatest", true)
                    write(object, to: &xml)
                    Self.writeOwner(to: &xml)
                }
            }
            for prefix in page.prefixes {
                xml.element("CommonPrefixes") { $0.element("Prefix", query.spelled(prefix)) }
            }
        }
    }

    // MARK: - Pages

    /// Collects a page; keys that share a prefix up to the delimiter count as one.
    private func page(
        _ call: Call, _ bucket: String, _ query: Query, after marker: String?
    ) async throws -> ObjectPage {
        var page = ObjectPage()
        guard query.limit > 0 else { return page }
        var after = marker
        while true {
            let objects = try await catalog.list(
                tenant: call.tenant, bucket: bucket, prefix: query.prefix, after: after,
                limit: query.limit + 1)
            for object in objects {
                after = object.key
                let common = Self.commonPrefix(of: object.key, query.prefix, query.delimiter)
                if let common {
                    // A marker may be a prefix that was listed already.
                    if let marker, marker.hasPrefix(common) { continue }
                    if page.entries.last?.name == common { continue }
                }
                guard page.entries.count < query.limit else {
                    page.isTruncated = true
                    return page
                }
                page.entries.append(common.map { .prefix($0) } ?? .object(object))
                guard let common else { continue }
                // Whatever else has that prefix is passed over at once.
                after = common + "\u{10FFFF}"
                break
            }
            guard !objects.isEmpty else { return page }
        }
    }

    private static func commonPrefix(
        of key: String, _ prefix: String, _ delimiter: String
    ) -> String? {
        guard !delimiter.isEmpty else { return nil }
        let rest = Array(key.utf8.dropFirst(prefix.utf8.count))
        let sign = Array(delimiter.utf8)
        guard rest.count >= sign.count else { return nil }
        for start in 0...(rest.count - sign.count)
        where rest[start..<start + sign.count].elementsEqual(sign) {
            return prefix + String(decoding: rest[..<(start + sign.count)], as: UTF8.self)
        }
        return nil
    }
}
