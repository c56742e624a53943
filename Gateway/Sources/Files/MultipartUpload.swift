// SPDX-License-Identifier: Apache-2.0

// An upload in parts: what is kept of it until it is completed or given up.

import Foundation
import Storage

/// An upload that was begun.
struct MultipartUpload: Codable, Sendable {
    var bucket: String
    var key: String
    var id: String
    var headers: [String: String]
    var metadata: [String: String]
    var checksum: ChecksumKind?
    /// The checksum will be that of the whole object, not that of its parts.
    var isChecksumWhole: Bool
    var provider: String?
    /// When it was begun, in milliseconds since 1970.
    var created: Int64
}

/// A part that has arrived.
struct UploadedPart: Codable, Sendable {
    var number: Int
    var blob: Blob
    /// The MD5, in hexadecimal digits.
    var etag: String
    /// The checksum in base64, where the upload has a kind.
    var checksum: String?
    var modified: Int64
}

/// The uploads of all tenants.
struct UploadStore: Sendable {
    let state: any StateStore

    private static let uploads = "uploads"
    private static let parts = "parts"
    private static let completions = "completed-uploads"

    private static func key(
        _ tenant: String, _ bucket: String, _ key: String, _ id: String
    )
        -> String
    {
        [tenant, bucket, key, id].joined(separator: "\0")
    }

    func begin(_ upload: MultipartUpload, tenant: String) async throws {
        _ = try await state.put(
            Self.uploads, Self.key(tenant, upload.bucket, upload.key, upload.id),
            Array(try JSONEncoder().encode(upload)), if: .absent)
    }

    func find(
        tenant: String, bucket: String, key: String, id: String
    ) async throws -> MultipartUpload? {
        try await state.get(Self.uploads, Self.key(tenant, bucket, key, id))
            .map { try JSONDecoder().decode(MultipartUpload.self, from: Data($0.body)) }
    }

    /// Uploads of a bucket by key, and by id within a key.
    func list(
        tenant: String, bucket: String, prefix: String, after: (key: String, id: String)?,
        limit: Int
    ) async throws -> [MultipartUpload] {
        let marker = after.map { after in
            Self.key(tenant, bucket, after.key, after.id.isEmpty ? "\u{10FFFF}" : after.id)
        }
        return try await state.list(
            Self.uploads, prefix: [tenant, bucket, prefix].joined(separator: "\0"), after: marker,
            limit: limit
        ).map { try JSONDecoder().decode(MultipartUpload.self, from: Data($0.body)) }
    }

    /// The uploads of all tenants that were begun before some time.
    func all(before date: Int64) async throws -> [(tenant: String, upload: MultipartUpload)] {
        var found: [(tenant: String, upload: MultipartUpload)] = []
        var after: String?
        while true {
            let page = try await state.list(Self.uploads, prefix: "", after: after, limit: 1000)
            for record in page {
                let upload = try JSONDecoder().decode(
                    MultipartUpload.self, from: Data(record.body))
                let tenant = String(record.key.prefix { $0 != "\0" })
                if upload.created < date { found.append((tenant, upload)) }
            }
            guard page.count == 1000 else { return found }
            after = page.last?.key
        }
    }

    /// Remembers what became of an upload: a client whose answer was lost asks once more.
    func noteCompletion(of upload: MultipartUpload, etag: String, tenant: String) async throws {
        _ = try await state.put(
            Self.completions, Self.key(tenant, upload.bucket, upload.key, upload.id),
            Array(etag.utf8), if: .anything)
    }

    /// The ETag of the object that an upload became, or nil.
    func completion(
        tenant: String, bucket: String, key: String, id: String
    ) async throws -> String? {
        try await state.get(Self.completions, Self.key(tenant, bucket, key, id))
            .map { String(decoding: $0.body, as: UTF8.self) }
    }

    /// Removes an upload; only one of several that try is told that it did.
    func end(_ upload: MultipartUpload, tenant: String) async throws -> Bool {
        let key = Self.key(tenant, upload.bucket, upload.key, upload.id)
        guard let record = try await state.get(Self.uploads, key) else { return false }
        return try await state.delete(Self.uploads, key, if: .version(record.version))
    }

    /// Forgets the parts of an upload that has ended.
    func forgetParts(of upload: MultipartUpload) async throws {
        for part in try await parts(of: upload, after: 0, limit: 10_000) {
            _ = try await state.delete(
                Self.parts, Self.partKey(upload.id, part.number), if: .anything)
        }
    }

    func put(_ part: UploadedPart, of upload: MultipartUpload) async throws {
        _ = try await state.put(
            Self.parts, Self.partKey(upload.id, part.number),
            Array(try JSONEncoder().encode(part)), if: .anything)
    }

    func parts(
        of upload: MultipartUpload, after number: Int, limit: Int
    ) async throws -> [UploadedPart] {
        try await state.list(
            Self.parts, prefix: upload.id + "\0",
            after: number > 0 ? Self.partKey(upload.id, number) : nil, limit: limit
        ).map { try JSONDecoder().decode(UploadedPart.self, from: Data($0.body)) }
    }

    private static func partKey(_ id: String, _ number: Int) -> String {
        let digits = String(number)
        return id + "\0" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
