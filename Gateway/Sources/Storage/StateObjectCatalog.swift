// SPDX-License-Identifier: Apache-2.0

// Objects as records: their keys are in the order in which S3 lists them.

import Foundation

/// Objects in a store of records.
///
/// A record's key is tenant, bucket and object key with a zero byte between them. No tenant's
/// name, no bucket's name and no key may hold one, so nobody's prefix reaches into another's.
public struct StateObjectCatalog: ObjectCatalog {
    private let state: any StateStore

    private static let objects = "objects"
    private static let buckets = "buckets"
    private static let files = "files"

    /// Creates a catalog in a store.
    public init(state: any StateStore) {
        self.state = state
    }

    private static func key(_ parts: String...) -> String { parts.joined(separator: "\0") }

    /// Finds an object; see ``ObjectCatalog``.
    public func object(
        tenant: String, bucket: String, key: String
    ) async throws -> StoredObject? {
        try await state.get(Self.objects, Self.key(tenant, bucket, key)).map(Self.decode)
    }

    /// Finds a file; see ``ObjectCatalog``.
    public func file(tenant: String, id: String) async throws -> StoredObject? {
        // The file stays what it was when it was put, even if another has its key now.
        try await state.get(Self.files, Self.key(tenant, id)).map(Self.decode)
    }

    /// Puts an object; see ``ObjectCatalog``.
    public func put(
        tenant: String, _ object: StoredObject, if condition: @Sendable (String?) -> Bool
    ) async throws -> Bool {
        let body = Array(try JSONEncoder().encode(object))
        let key = Self.key(tenant, object.bucket, object.key)
        for id in Set([object.providerFileID, object.etag].compactMap { $0 }) {
            guard id.hasPrefix("gw-") || id == object.providerFileID else { continue }
            _ = try await state.put(Self.files, Self.key(tenant, id), body, if: .anything)
        }
        while true {
            let current = try await state.get(Self.objects, key)
            guard condition(try current.map(Self.decode)?.etag) else { return false }
            let expected = current.map { WriteCondition.version($0.version) } ?? .absent
            if try await state.put(Self.objects, key, body, if: expected) != nil { return true }
            // Somebody else was faster: the condition is asked again.
        }
    }

    /// Removes an object; see ``ObjectCatalog``.
    public func delete(
        tenant: String, bucket: String, key: String, if condition: @Sendable (String?) -> Bool
    ) async throws -> Bool {
        let key = Self.key(tenant, bucket, key)
        while true {
            let current = try await state.get(Self.objects, key)
            guard condition(try current.map(Self.decode)?.etag) else { return false }
            guard let current else { return true }
            if try await state.delete(Self.objects, key, if: .version(current.version)) {
                return true
            }
        }
    }

    /// Lists objects; see ``ObjectCatalog``.
    public func list(
        tenant: String, bucket: String, prefix: String, after: String?, limit: Int
    ) async throws -> [StoredObject] {
        try await state.list(
            Self.objects, prefix: Self.key(tenant, bucket, prefix),
            after: after.map { Self.key(tenant, bucket, $0) }, limit: limit
        ).map(Self.decode)
    }

    // MARK: - Buckets

    /// Lists buckets; see ``ObjectCatalog``.
    public func buckets(tenant: String) async throws -> [(name: String, created: Int64)] {
        let prefix = Self.key(tenant, "")
        var buckets: [(name: String, created: Int64)] = []
        var after: String?
        while true {
            let page = try await state.list(
                Self.buckets, prefix: prefix, after: after, limit: 1000)
            for record in page {
                let created = Int64(String(decoding: record.body, as: UTF8.self)) ?? 0
                buckets.append((String(record.key.dropFirst(prefix.count)), created))
            }
            guard page.count == 1000 else { return buckets }
            after = page.last?.key
        }
    }

    /// Makes a bucket; see ``ObjectCatalog``.
    public func makeBucket(tenant: String, name: String, at created: Int64) async throws -> Bool {
        try await state.put(
            Self.buckets, Self.key(tenant, name), Array(String(created).utf8), if: .absent) != nil
    }

    /// Removes a bucket; see ``ObjectCatalog``.
    public func deleteBucket(tenant: String, name: String) async throws -> Bool {
        let key = Self.key(tenant, name)
        guard let record = try await state.get(Self.buckets, key) else { return false }
        return try await state.delete(Self.buckets, key, if: .version(record.version))
    }

    /// Whether there is such a bucket; see ``ObjectCatalog``.
    public func hasBucket(tenant: String, name: String) async throws -> Bool {
        try await state.get(Self.buckets, Self.key(tenant, name)) != nil
    }

    private static func decode(_ record: StoredRecord) throws -> StoredObject {
        try JSONDecoder().decode(StoredObject.self, from: Data(record.body))
    }
}
