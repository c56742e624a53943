// SPDX-License-Identifier: Apache-2.0

// The jobs of all tenants as records.

import Foundation
public import Storage

/// Keeps jobs.
public struct JobStore: Sendable {
    private let state: any StateStore

    private static let jobs = "jobs"
    /// The jobs that are not final: what a worker looks for.
    private static let active = "active-jobs"
    /// The places of jobs in time, the newest first: what lists are made from.
    private static let byTime = "jobs-by-time"
    /// The jobs that are looked at together.
    private static let pageSize = 200

    /// Creates a store.
    public init(state: any StateStore) {
        self.state = state
    }

    private static func key(_ tenant: String, _ id: String) -> String { "\(tenant)\0\(id)" }

    func find(tenant: String, id: String) async throws -> JobRecord? {
        try await state.get(Self.jobs, Self.key(tenant, id)).map(Self.decode)
    }

    /// Keeps a new job; returns the one that has its id already, if there is one.
    func insert(_ job: JobRecord) async throws -> JobRecord? {
        let key = Self.key(job.tenant, job.id)
        // First what it is found by: a mark or a place without a job does no harm.
        _ = try await state.put(
            Self.active, key, Array(String(job.submitted).utf8), if: .anything)
        _ = try await state.put(
            Self.byTime, Self.key(job.tenant, JobPlace(job).text), [], if: .anything)
        let version = try await state.put(
            Self.jobs, key, Array(try JSONEncoder().encode(job)), if: .absent)
        guard version == nil else { return nil }
        return try await find(tenant: job.tenant, id: job.id)
    }

    /// Changes a job: the change is made to the newest record, again if somebody was faster.
    ///
    /// - Returns: The job as it is now, or nil where there is none.
    @discardableResult
    func update(
        tenant: String, id: String, _ change: (inout JobRecord) throws -> Void
    ) async throws -> JobRecord? {
        let key = Self.key(tenant, id)
        while true {
            guard let record = try await state.get(Self.jobs, key) else { return nil }
            var job = try Self.decode(record)
            try change(&job)
            let body = Array(try JSONEncoder().encode(job))
            guard try await state.put(Self.jobs, key, body, if: .version(record.version)) != nil
            else { continue }
            if job.status.isFinal { _ = try await state.delete(Self.active, key, if: .anything) }
            return job
        }
    }

    /// A page of the jobs of a tenant.
    ///
    /// - Parameters:
    ///   - query: Which jobs, in which order, from where on, and how many.
    ///   - tenant: Whose jobs.
    /// - Returns: The jobs, and whether there are more.
    /// - Throws: What the storage throws.
    /// - Complexity: O(*page*) for the newest first, where no filter leaves jobs out; the oldest
    ///   first read the places of all jobs, which are short.
    func page(
        _ query: ListQuery, tenant: String
    ) async throws -> (jobs: [JobRecord], hasMore: Bool) {
        var page: [JobRecord] = []
        var last = query.after
        while true {
            let places = try await places(of: tenant, query.isAscending, behind: last)
            var rest = places[...]
            while !rest.isEmpty {
                let step = rest.prefix(Self.pageSize)
                rest = rest.dropFirst(Self.pageSize)
                for job in try await jobs(of: tenant, at: step.filter(query.mayAccept))
                where query.accepts(job) {
                    guard page.count < query.limit else { return (page, true) }
                    page.append(job)
                }
                if let end = step.last, query.isBehind(end) { return (page, false) }
            }
            guard !query.isAscending, let end = places.last else { return (page, false) }
            last = end
        }
    }

    /// The jobs at some places, in their order.
    private func jobs(of tenant: String, at places: [JobPlace]) async throws -> [JobRecord] {
        let records = try await state.get(
            Self.jobs, keys: places.map { Self.key(tenant, $0.id) })
        let jobs = Dictionary(
            try records.map(Self.decode).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        // Where the time differs, it is the place of an order whose token another had already.
        return places.compactMap { place in
            jobs[place.id].flatMap { $0.submitted == place.submitted ? $0 : nil }
        }
    }

    /// The places behind one: all of them, the oldest first, or the next ones, the newest first.
    private func places(
        of tenant: String, _ isAscending: Bool, behind last: JobPlace?
    ) async throws -> [JobPlace] {
        let prefix = Self.key(tenant, "")
        let read = { (records: [StoredRecord]) in
            records.compactMap { JobPlace($0.key.dropFirst(prefix.count)) }
        }
        guard isAscending else {
            return read(
                try await state.list(
                    Self.byTime, prefix: prefix, after: last.map { prefix + $0.text },
                    limit: Self.pageSize))
        }
        return read(try await records(Self.byTime, prefix: prefix))
            .prefix { place in last.map { place.text < $0.text } ?? true }.reversed()
    }

    private func records(_ collection: String, prefix: String) async throws -> [StoredRecord] {
        var records: [StoredRecord] = []
        while true {
            let page = try await state.list(
                collection, prefix: prefix, after: records.last?.key, limit: 1000)
            records += page
            guard page.count == 1000 else { return records }
        }
    }

    /// All jobs of everybody, the newest first.
    func all() async throws -> [JobRecord] {
        try await records(Self.jobs, prefix: "").map(Self.decode)
            .sorted { JobPlace($0).text < JobPlace($1).text }
    }

    /// The jobs that are not final, of a tenant or of everybody.
    func active(tenant: String? = nil) async throws -> [(tenant: String, id: String)] {
        let prefix = tenant.map { Self.key($0, "") } ?? ""
        return try await state.list(Self.active, prefix: prefix, after: nil, limit: 10_000)
            .compactMap {
                let parts = $0.key.split(separator: "\0", maxSplits: 1)
                return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
            }
    }

    /// Removes the mark of a job that is final, or that never came to be.
    ///
    /// - Parameters:
    ///   - tenant: Whose job.
    ///   - id: The job.
    ///   - date: A mark without a job that is younger belongs to one that is just being kept.
    /// - Throws: What the storage throws.
    func forget(tenant: String, id: String, markedBefore date: Int64) async throws {
        let key = Self.key(tenant, id)
        guard let mark = try await state.get(Self.active, key) else { return }
        let marked = Int64(String(decoding: mark.body, as: UTF8.self)) ?? 0
        guard marked < date else { return }
        _ = try await state.delete(Self.active, key, if: .version(mark.version))
    }

    private static func decode(_ record: StoredRecord) throws -> JobRecord {
        try JSONDecoder().decode(JobRecord.self, from: Data(record.body))
    }
}
