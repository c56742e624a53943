// SPDX-License-Identifier: Apache-2.0

// How much one client may keep: its objects and the parts of its uploads, added up now and then.

import Storage
import Synchronization
import Wire

/// Holds the bytes of each tenant against a limit.
///
/// What is stored is added up once a minute at most; what is let in between counts at once, what is
/// removed between counts only where it decides. So a tenant may be over its limit by what another
/// gateway lets in during that minute, and by nothing else.
final class StorageQuota: Sendable {
    private let limit: Int
    private let catalog: any ObjectCatalog
    private let uploads: UploadStore
    private let now: @Sendable () -> UTCDate

    private struct Usage {
        var byteCount: Int
        var date: Int64
    }

    private let usages = Mutex<[String: Usage]>([:])

    /// How old a sum may be, in milliseconds; and where it refuses something.
    private static let age: (usual: Int64, refusing: Int64) = (60_000, 2000)

    init(
        limit: Int, catalog: any ObjectCatalog, uploads: UploadStore,
        now: @escaping @Sendable () -> UTCDate
    ) {
        self.limit = limit
        self.catalog = catalog
        self.uploads = uploads
        self.now = now
    }

    /// Whether there is certainly no room: an answer at once, before a body is sent.
    func refuses(_ byteCount: Int, of tenant: String) -> Bool {
        if byteCount > limit { return true }
        let date = now().milliseconds
        return usages.withLock { usages in
            guard let usage = usages[tenant], date - usage.date < Self.age.refusing else {
                return false
            }
            return usage.byteCount + byteCount > limit
        }
    }

    /// Lets bytes in.
    ///
    /// - Throws: `S3Error` where they are too many, or what the storage throws.
    /// - Complexity: O(*n*) in the objects of the tenant, once a minute.
    func admit(_ byteCount: Int, of tenant: String) async throws {
        for age in [Self.age.usual, Self.age.refusing] {
            try await renew(tenant, after: age)
            let isAdmitted = usages.withLock { usages in
                guard (usages[tenant]?.byteCount ?? 0) + byteCount <= limit else { return false }
                usages[tenant]?.byteCount += byteCount
                return true
            }
            if isAdmitted { return }
        }
        throw S3Error.quotaExceeded
    }

    private func renew(_ tenant: String, after age: Int64) async throws {
        let date = now().milliseconds
        let isFresh = usages.withLock { usages in
            usages[tenant].map { date - $0.date < age } ?? false
        }
        guard !isFresh else { return }
        let usage = Usage(byteCount: try await byteCount(of: tenant), date: date)
        usages.withLock { $0[tenant] = usage }
    }

    private func byteCount(of tenant: String) async throws -> Int {
        var sum = 0
        for bucket in try await catalog.buckets(tenant: tenant) {
            var after: String?
            while true {
                let page = try await catalog.list(
                    tenant: tenant, bucket: bucket.name, prefix: "", after: after, limit: 1000)
                sum += page.reduce(0) { $0 + $1.blob.byteCount }
                guard page.count == 1000 else { break }
                after = page.last?.key
            }
            var marker: (key: String, id: String)?
            while true {
                let page = try await uploads.list(
                    tenant: tenant, bucket: bucket.name, prefix: "", after: marker, limit: 1000)
                for upload in page {
                    let parts = try await uploads.parts(of: upload, after: 0, limit: 10_000)
                    sum += parts.reduce(0) { $0 + $1.blob.byteCount }
                }
                guard page.count == 1000, let last = page.last else { break }
                marker = (last.key, last.id)
            }
        }
        return sum
    }
}
