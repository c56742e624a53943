// SPDX-License-Identifier: Apache-2.0

// Lists of jobs: whatever the pages and the order, each job once and none of another tenant.

import Foundation
import Storage
import Testing
import Wire

@testable import Jobs

@Suite struct ListTests {
    private static let start: Int64 = 1_800_000_000_000

    /// A store with so many jobs, some of the same moment.
    private func store(_ count: Int) async throws -> JobStore {
        let path = NSTemporaryDirectory() + "list-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let store = JobStore(state: try SQLiteStateStore(path: path + "/state.sqlite"))
        for tenant in ["t", "t2"] {
            for index in (0..<count).shuffled() {
                let name = String(index)
                let id = String(repeating: "a", count: 12 - name.count) + name
                var job = JobRecord(
                    id: id, tenant: tenant, arn: "arn:\(id)", name: "job-\(index % 7)",
                    modelID: "m",
                    roleARN: "r", provider: "openai", token: id, digest: "", inputURI: "s3://a/b",
                    outputURI: "s3://a/", input: Blob(id: BlobID(digest: ""), byteCount: 0),
                    inputName: "b", submitted: Self.start + Int64(index / 3),
                    modified: Self.start)
                job.status = index.isMultiple(of: 5) ? .completed : .inProgress
                #expect(try await store.insert(job) == nil)
            }
        }
        return store
    }

    private func all(
        _ store: JobStore, _ parameters: [String: String], pageSize: Int
    ) async throws -> [JobRecord] {
        var jobs: [JobRecord] = []
        var parameters = parameters
        parameters["maxResults"] = String(pageSize)
        while true {
            let page = try await store.page(try ListQuery(parameters), tenant: "t")
            jobs += page.jobs
            #expect(page.jobs.count == pageSize || !page.hasMore)
            guard page.hasMore, let last = page.jobs.last else { return jobs }
            parameters["nextToken"] = ListQuery.token(for: last)
        }
    }

    @Test(arguments: ["Ascending", "Descending"], [1, 7, 100, 1000])
    func pagesAreTheWholeList(_ order: String, _ pageSize: Int) async throws {
        let count = pageSize == 1 ? 40 : 450
        let store = try await store(count)
        let jobs = try await all(store, ["sortOrder": order], pageSize: pageSize)
        #expect(Set(jobs.map(\.id)).count == count && jobs.count == count)
        #expect(jobs.allSatisfy { $0.tenant == "t" })
        let dates = jobs.map(\.submitted)
        #expect(dates == (order == "Ascending" ? dates.sorted() : dates.sorted(by: >)))
    }

    @Test(arguments: ["Ascending", "Descending"])
    func filtersHold(_ order: String) async throws {
        let store = try await store(100)
        let date = { UTCDate(milliseconds: Self.start + $0).iso }
        let between = try await all(
            store,
            ["sortOrder": order, "submitTimeAfter": date(4), "submitTimeBefore": date(8)],
            pageSize: 4)
        #expect(Set(between.map(\.submitted)) == [Self.start + 5, Self.start + 6, Self.start + 7])
        #expect(between.count == 9)
        let named = try await all(store, ["sortOrder": order, "nameContains": "b-3"], pageSize: 3)
        #expect(named.count == 14 && named.allSatisfy { $0.name == "job-3" })
        let done = try await all(
            store, ["sortOrder": order, "statusEquals": "Completed"], pageSize: 5)
        #expect(done.count == 20)
    }

    @Test func theLoserOfARaceIsNotListed() async throws {
        let store = try await store(1)
        var again = try #require(try await store.find(tenant: "t", id: "aaaaaaaaaaa0"))
        again.submitted += 5
        #expect(try await store.insert(again)?.submitted == Self.start)
        #expect(try await all(store, [:], pageSize: 10).map(\.submitted) == [Self.start])
    }

    @Test(arguments: ["x", "MTIz", "OTk5"]) func foreignTokensAreRefused(_ token: String) {
        #expect(throws: ControlPlaneError.self) { try ListQuery(["nextToken": token]) }
    }
}
