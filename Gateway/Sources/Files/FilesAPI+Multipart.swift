// SPDX-License-Identifier: Apache-2.0

// Uploads in parts, which come in any order and several at once.

import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Signing
import Storage
import Wire

extension FilesAPI {
    private var uploads: UploadStore { UploadStore(state: state) }

    /// CreateMultipartUpload.
    func createUpload(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let kind = try Self.checksumKind(of: call)
        let type = call.header("x-amz-checksum-type")?.uppercased()
        guard type == nil || type == "COMPOSITE" || type == "FULL_OBJECT" else {
            throw S3Error.invalidRequest("Value for x-amz-checksum-type header is invalid.")
        }
        let upload = MultipartUpload(
            bucket: bucket, key: try call.key(), id: Self.randomID(),
            headers: try StoredHeaders.headers(of: call),
            metadata: try StoredHeaders.metadata(of: call), checksum: kind,
            isChecksumWhole: kind?.isAlwaysWhole == true || type == "FULL_OBJECT",
            provider: call.provider?.rawValue, created: now().milliseconds)
        try await uploads.begin(upload, tenant: call.tenant)
        var response = Self.document("InitiateMultipartUploadResult") { xml in
            xml.element("Bucket", upload.bucket)
            xml.element("Key", upload.key)
            xml.element("UploadId", upload.id)
        }
        if let kind {
            let type = upload.isChecksumWhole ? "FULL_OBJECT" : "COMPOSITE"
            for (name, value) in [
                ("x-amz-checksum-algorithm", kind.rawValue.uppercased()),
                ("x-amz-checksum-type", type),
            ] {
                if let name = HTTPField.Name(name) { response.headers[name] = value }
            }
        }
        return response
    }

    private static func checksumKind(of call: Call) throws(S3Error) -> ChecksumKind? {
        guard let name = call.header("x-amz-checksum-algorithm") else { return nil }
        guard let kind = ChecksumKind(name: name) else {
            throw .invalidRequest("Checksum algorithm provided is unsupported.")
        }
        return kind
    }

    private func upload(of call: Call) async throws -> MultipartUpload {
        let bucket = try await requireBucket(call)
        let id = call.target["uploadId"] ?? ""
        guard
            let upload = try await uploads.find(
                tenant: call.tenant, bucket: bucket, key: try call.key(), id: id)
        else { throw S3Error.noSuchUpload }
        return upload
    }

    /// UploadPart and UploadPartCopy.
    func uploadPart(_ call: Call) async throws -> Response {
        guard let number = call.target["partNumber"].flatMap({ Int($0) }),
            (1...10_000).contains(number)
        else {
            throw S3Error.invalidArgument("Part number must be an integer between 1 and 10000")
        }
        let upload = try await upload(of: call)
        guard call.header("x-amz-copy-source") == nil else {
            return try await copyPart(call, number, upload)
        }
        let plan = try BodyPlan(
            call.headers, call.payload, byteLimit: limits.objectByteCount, also: upload.checksum)
        try await quota?.admit(plan.byteCount, of: call.tenant)
        let body = try await BodyReceiver(blobs: blobs).receive(call.request.body, plan)
        let part = UploadedPart(
            number: number, blob: body.blob, etag: SigV4.hex(body.md5),
            checksum: upload.checksum.flatMap { body.checksums[$0] }.map(Base64.encode),
            modified: now().milliseconds)
        try await uploads.put(part, of: upload)
        var headers = HTTPFields([("etag", "\"\(part.etag)\"")])
        for (kind, value) in body.checksums {
            if let name = HTTPField.Name(kind.headerName) { headers[name] = Base64.encode(value) }
        }
        return Response(status: .ok, headers: headers)
    }

    private func copyPart(
        _ call: Call, _ number: Int, _ upload: MultipartUpload
    ) async throws -> Response {
        let source = try await copySource(call)
        var range = 0..<source.blob.byteCount
        if let header = call.header("x-amz-copy-source-range") {
            guard let parsed = try ByteRange.parse(header, count: source.blob.byteCount),
                header == "bytes=\(parsed.lowerBound)-\(parsed.upperBound - 1)"
            else {
                throw S3Error.invalidArgument(
                    "The x-amz-copy-source-range value must be of the form bytes=first-last "
                        + "where first and last are the zero-based offsets of the first and last "
                        + "bytes to copy")
            }
            range = parsed
        }
        try await quota?.admit(range.count, of: call.tenant)
        let piece = try await concatenate([(source.blob, range)], checksum: upload.checksum)
        let part = UploadedPart(
            number: number, blob: piece.blob, etag: SigV4.hex(piece.md5),
            checksum: piece.checksum.map(Base64.encode), modified: now().milliseconds)
        try await uploads.put(part, of: upload)
        return Self.document("CopyPartResult") { xml in
            xml.element("LastModified", UTCDate(milliseconds: part.modified).iso)
            xml.element("ETag", "\"\(part.etag)\"")
            if let kind = upload.checksum, let value = part.checksum {
                xml.element(kind.elementName, value)
            }
        }
    }

    /// Writes ranges of blobs to one, a step at a time.
    private func concatenate(
        _ pieces: [(blob: Blob, range: Range<Int>)], checksum kind: ChecksumKind?
    ) async throws -> (blob: Blob, md5: [UInt8], checksum: [UInt8]?) {
        let count = pieces.reduce(0) { $0 + $1.range.count }
        let writer = try await blobs.makeWriter(reserving: count)
        do {
            var md5 = Insecure.MD5()
            var sum = kind.map { RunningChecksum($0) }
            for piece in pieces {
                let reader = try await blobs.open(piece.blob.id)
                var offset = piece.range.lowerBound
                while offset < piece.range.upperBound {
                    let count = min(1 << 20, piece.range.upperBound - offset)
                    let bytes = try await reader.read(offset: offset, count: count)
                    bytes.withUnsafeReadableBytes { bytes in
                        md5.update(bufferPointer: bytes)
                        sum?.update(bytes)
                    }
                    try await writer.append(bytes)
                    offset += bytes.readableBytes
                }
                await reader.close()
            }
            return (try await writer.commit(), Array(md5.finalize()), sum?.value)
        } catch {
            await writer.abandon()
            throw error
        }
    }

    // MARK: - Completion

    /// CompleteMultipartUpload.
    func completeUpload(_ call: Call) async throws -> Response {
        if let object = try await completedObject(call) { return Self.completion(object) }
        let upload = try await upload(of: call)
        let conditions = Preconditions(call.headers)
        try await check(conditions, call.tenant, upload.bucket, upload.key)
        // The checksum in the headers is that of the object, not of the list of its parts.
        let parts = try await chosenParts(
            try await readDocument(call, ignoresChecksums: true), upload)
        let whole = try await concatenate(
            parts.map { ($0.blob, 0..<$0.blob.byteCount) },
            checksum: upload.isChecksumWhole ? upload.checksum : nil)
        let digests = parts.flatMap { Self.bytes(ofHex: $0.etag) }
        let etag = SigV4.hex(Insecure.MD5.hash(data: digests)) + "-\(parts.count)"
        var object = StoredObject(
            bucket: upload.bucket, key: upload.key, blob: whole.blob, etag: etag,
            modified: now().milliseconds)
        object.headers = upload.headers
        object.metadata = upload.metadata
        object.partByteCounts = parts.map(\.blob.byteCount)
        if let kind = upload.checksum {
            object.partChecksums = parts.compactMap(\.checksum)
            object.checksumType = upload.isChecksumWhole ? "FULL_OBJECT" : "COMPOSITE"
            object.checksums[kind.rawValue] =
                whole.checksum.map(Base64.encode) ?? Self.composite(kind, parts)
            if let expected = call.header(kind.headerName),
                expected != object.checksums[kind.rawValue]
            {
                throw S3Error.badDigest(kind.rawValue.uppercased())
            }
        }
        if let provider = upload.provider.flatMap(ProviderName.init(rawValue:)) ?? call.provider {
            try await forward(&object, to: provider)
        }
        try await put(object, call.tenant, conditions)
        try await uploads.noteCompletion(of: upload, etag: object.etag, tenant: call.tenant)
        _ = try await uploads.end(upload, tenant: call.tenant)
        try await uploads.forgetParts(of: upload)
        return Self.completion(object)
    }

    /// The object that an upload became, where it is completed once more.
    private func completedObject(_ call: Call) async throws -> StoredObject? {
        let (bucket, key) = (try call.bucket(), try call.key())
        guard
            let etag = try await uploads.completion(
                tenant: call.tenant, bucket: bucket, key: key, id: call.target["uploadId"] ?? ""),
            let object = try await catalog.object(tenant: call.tenant, bucket: bucket, key: key),
            object.etag == etag
        else { return nil }
        return object
    }

    private static func completion(_ object: StoredObject) -> Response {
        document("CompleteMultipartUploadResult") { xml in
            xml.element("Location", "\(S3Target.prefix)/\(object.bucket)/\(object.key)")
            xml.element("Bucket", object.bucket)
            xml.element("Key", object.key)
            xml.element("ETag", "\"\(object.etag)\"")
            for kind in ChecksumKind.allCases {
                if let value = object.checksums[kind.rawValue] {
                    xml.element(kind.elementName, value)
                }
            }
            if let type = object.checksumType { xml.element("ChecksumType", type) }
        }
    }

    /// The parts that the client lists, held against those that have arrived.
    private func chosenParts(
        _ document: XMLElement, _ upload: MultipartUpload
    ) async throws -> [UploadedPart] {
        let wanted = document.children.filter { $0.name == "Part" }
        guard document.name == "CompleteMultipartUpload", !wanted.isEmpty, wanted.count <= 10_000
        else { throw S3Error.malformedXML }
        let present = try await uploads.parts(of: upload, after: 0, limit: 10_000)
        let byNumber = Dictionary(uniqueKeysWithValues: present.map { ($0.number, $0) })
        var chosen: [UploadedPart] = []
        for element in wanted {
            guard let number = element["PartNumber"].flatMap({ Int($0) }),
                let tag = element["ETag"]
            else { throw S3Error.malformedXML }
            if let last = chosen.last, last.number >= number {
                throw S3Error(
                    "InvalidPartOrder", 400, "The list of parts was not in ascending order.")
            }
            guard let part = byNumber[number], part.etag == tag.filter({ $0 != "\"" }) else {
                throw S3Error(
                    "InvalidPart", 400, "One or more of the specified parts could not be found.")
            }
            if let kind = upload.checksum, let given = element[kind.elementName],
                given != part.checksum
            {
                throw S3Error(
                    "InvalidPart", 400, "The checksum of a part does not match the one that came.")
            }
            chosen.append(part)
        }
        for part in chosen.dropLast() where part.blob.byteCount < limits.partByteCount {
            throw S3Error(
                "EntityTooSmall", 400,
                "Your proposed upload is smaller than the minimum allowed size")
        }
        return chosen
    }

    /// The checksum of the parts' checksums.
    private static func composite(_ kind: ChecksumKind, _ parts: [UploadedPart]) -> String? {
        var sum = RunningChecksum(kind)
        for part in parts {
            guard let bytes = part.checksum.flatMap({ Base64.decode($0) }) else { return nil }
            bytes.withUnsafeBytes { sum.update($0) }
        }
        return "\(Base64.encode(sum.value))-\(parts.count)"
    }

    private static func bytes(ofHex digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
        }
    }

    // MARK: - The rest

    /// Gives up uploads that were begun a day ago and not completed.
    ///
    /// - Returns: The number of uploads given up.
    /// - Throws: What the storage throws.
    public func abandonOldUploads() async throws -> Int {
        let old = try await uploads.all(before: now().milliseconds - 24 * 3_600_000)
        for (tenant, upload) in old {
            _ = try await uploads.end(upload, tenant: tenant)
            try await uploads.forgetParts(of: upload)
        }
        return old.count
    }

    /// AbortMultipartUpload.
    func abortUpload(_ call: Call) async throws -> Response {
        let upload = try await upload(of: call)
        _ = try await uploads.end(upload, tenant: call.tenant)
        try await uploads.forgetParts(of: upload)
        return Response(status: .noContent)
    }

    /// ListParts.
    func listParts(_ call: Call) async throws -> Response {
        let upload = try await upload(of: call)
        let marker = Int(call.target["part-number-marker"] ?? "") ?? 0
        let limit = min(max(Int(call.target["max-parts"] ?? "") ?? 1000, 0), 1000)
        var parts = try await uploads.parts(of: upload, after: marker, limit: limit + 1)
        let isTruncated = parts.count > limit
        if isTruncated { parts.removeLast(parts.count - limit) }
        return Self.document("ListPartsResult") { xml in
            xml.element("Bucket", upload.bucket)
            xml.element("Key", upload.key)
            xml.element("UploadId", upload.id)
            xml.element("PartNumberMarker", marker)
            if let last = parts.last { xml.element("NextPartNumberMarker", last.number) }
            xml.element("MaxParts", limit)
            xml.element("IsTruncated", isTruncated)
            xml.element("StorageClass", "STANDARD")
            if let kind = upload.checksum {
                xml.element("ChecksumAlgorithm", kind.rawValue.uppercased())
                xml.element(
                    "ChecksumType", upload.isChecksumWhole ? "FULL_OBJECT" : "COMPOSITE")
            }
            for part in parts {
                xml.element("Part") { xml in
                    xml.element("PartNumber", part.number)
                    xml.element("LastModified", UTCDate(milliseconds: part.modified).iso)
                    xml.element("ETag", "\"\(part.etag)\"")
                    xml.element("Size", part.blob.byteCount)
                    if let kind = upload.checksum, let value = part.checksum {
                        xml.element(kind.elementName, value)
                    }
                }
            }
        }
    }

    /// ListMultipartUploads.
    func listUploads(_ call: Call) async throws -> Response {
        let bucket = try await requireBucket(call)
        let prefix = call.target["prefix"] ?? ""
        let isURL = call.target["encoding-type"] == "url"
        let limit = min(max(Int(call.target["max-uploads"] ?? "") ?? 1000, 0), 1000)
        let marker = call.target["key-marker"].flatMap { $0.isEmpty ? nil : $0 }
        var found = try await uploads.list(
            tenant: call.tenant, bucket: bucket, prefix: prefix,
            after: marker.map { ($0, call.target["upload-id-marker"] ?? "") }, limit: limit + 1)
        let isTruncated = found.count > limit
        if isTruncated { found.removeLast(found.count - limit) }
        let spelled = { (text: String) in
            isURL ? PercentCoding.encode(text, keepsSlash: true) : text
        }
        return Self.document("ListMultipartUploadsResult") { xml in
            xml.element("Bucket", bucket)
            xml.element("KeyMarker", spelled(marker ?? ""))
            xml.element("Prefix", spelled(prefix))
            xml.element("MaxUploads", limit)
            xml.element("IsTruncated", isTruncated)
            if isURL { xml.element("EncodingType", "url") }
            if isTruncated, let last = found.last {
                xml.element("NextKeyMarker", spelled(last.key))
                xml.element("NextUploadIdMarker", last.id)
            }
            for upload in found {
                xml.element("Upload") { xml in
                    xml.element("Key", spelled(upload.key))
                    xml.element("UploadId", upload.id)
                    xml.element("StorageClass", "STANDARD")
                    xml.element("Initiated", UTCDate(milliseconds: upload.created).iso)
                }
            }
        }
    }
}
