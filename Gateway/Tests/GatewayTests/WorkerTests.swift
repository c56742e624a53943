// SPDX-License-Identifier: Apache-2.0

// The worker against a scripted provider: every step, every crash, every answer that goes astray.

import Foundation
import Logging
import NIOCore
import Providers
import Storage
import Synchronization
import Testing
import Wire

@testable import Jobs

@Suite struct WorkerTests {
    /// Jobs in a folder, and the processes that work at them one after the other.
    final class Bench: Sendable {
        let folder: String
        let state: SQLiteStateStore
        let provider: ScriptedProvider
        let recordLimit: Int
        let clock = Mutex<Int64>(1_800_000_000_000)

        init(_ provider: ScriptedProvider = ScriptedProvider(), recordLimit: Int = .max) throws {
            folder = NSTemporaryDirectory() + "worker-\(UInt64.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            state = try SQLiteStateStore(path: folder + "/state.sqlite")
            self.provider = provider
            self.recordLimit = recordLimit
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        /// A process of its own.
        func worker(_ state: (any StateStore)? = nil) throws -> JobWorker {
            let state = state ?? self.state
            let member = try FolderMember(folder: folder)
            return JobWorker(
                store: JobStore(state: state),
                blobs: try LocalBlobStore(folder: folder, member: member, lowWaterMark: 0),
                catalog: StateObjectCatalog(state: state), providers: [.openai: provider],
                member: member, recordLimit: recordLimit, pollInterval: 1,
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                now: { UTCDate(milliseconds: self.clock.withLock { $0 }) })
        }

        /// Waits until nothing of a process is left: its files are closed by other threads.
        func waitForEnd(of name: String) async throws {
            let member = try FolderMember(folder: folder)
            for _ in 0..<1000 where member.isAlive(name) {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(!member.isAlive(name))
        }

        static let converse: @Sendable (Int) -> String = { index in
            #"{"recordId":"id-\#(index)","modelInput":{"messages":[{"role":"user","#
                + #""content":[{"text":"hello \#(index)"}]}]}}"#
        }

        /// Keeps a job of so many requests.
        func order(
            _ count: Int = 10, _ line: (Int) -> String = Bench.converse
        ) async throws -> JobRecord {
            let worker = try worker()
            let writer = try await worker.blobs.makeWriter(reserving: 0)
            for index in 0..<count {
                try await writer.append(ByteBuffer(string: line(index) + "\n"))
            }
            let job = JobRecord(
                id: "abcdefghijkl", tenant: "t", arn: "arn", name: "job", modelID: "m",
                roleARN: "r", provider: "openai", token: "token", digest: "",
                inputURI: "s3://in/x.jsonl", outputURI: "s3://out/p",
                input: try await writer.commit(), inputName: "x.jsonl",
                submitted: worker.now().milliseconds, modified: worker.now().milliseconds)
            #expect(try await worker.store.insert(job) == nil)
            return job
        }

        /// Works until there is nothing to do, or to wait for as long as that.
        func run(_ worker: JobWorker, most: Int = 100) async throws -> Double? {
            for _ in 0..<most {
                let wait = try await JobRunner(worker, tenant: "t", id: "abcdefghijkl").run()
                guard let wait else { return nil }
                if wait > worker.pollInterval { return wait }
            }
            return 0
        }

        func job() async throws -> JobRecord {
            try #require(
                try await JobStore(state: state).find(tenant: "t", id: "abcdefghijkl"))
        }

        /// The lines that were published, by id.
        func results() async throws -> [String: String] {
            let worker = try worker()
            let object = try #require(
                try await worker.catalog.object(
                    tenant: "t", bucket: "out", key: "p/abcdefghijkl/x.jsonl.out"))
            let reader = try await worker.blobs.open(object.blob.id)
            let text = String(buffer: try await reader.read(offset: 0, count: reader.byteCount))
            var results: [String: String] = [:]
            for line in text.split(separator: "\n") {
                let record = try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                let id = try #require(record["recordId"] as? String)
                #expect(results[id] == nil, "\(id) stands twice")
                results[id] = String(line)
            }
            return results
        }
    }

    @Test func aJobTakesItsWay() async throws {
        let bench = try Bench()
        _ = try await bench.order()
        #expect(try await bench.run(try bench.worker()) == nil)
        let job = try await bench.job()
        #expect(job.status == .completed && job.message == nil && job.leaseOwner == nil)
        #expect([job.total, job.succeeded, job.failed] == [10, 10, 0])
        #expect(
            bench.provider.calls == ["upload", "createBatch", "batch", "download"])
        let results = try await bench.results()
        #expect(results.count == 10 && results["id-3"]?.contains("to id-3") == true)
        #expect(try await JobStore(state: bench.state).active().isEmpty)
    }

    @Test(arguments: ["/v1/responses", "/v1/moderations", "/v1/chat/completions"])
    func aBatchIsForTheEndpointOfItsLines(_ url: String) async throws {
        let bench = try Bench()
        _ = try await bench.order(2) { index in
            #"{"custom_id":"id-\#(index)","method":"POST","url":"\#(url)","#
                + #""body":{"model":"m","input":"x"}}"#
        }
        #expect(try await bench.run(try bench.worker()) == nil)
        #expect(bench.provider.batches.map(\.endpoint) == [url])
        // Bodies that nobody can convert come back as they are.
        let job = try await bench.job()
        #expect(job.status == .completed && job.succeeded == 2, "\(job.message ?? "")")
    }

    /// However far a process comes, the next one ends the job, and the provider has one batch.
    @Test(arguments: [false, true]) func everyWriteCanBeTheLast(_ isLastDone: Bool) async throws {
        var writes = 0
        while true {
            let bench = try Bench(recordLimit: 6)
            _ = try await bench.order()
            let store = DyingStore(bench.state, writes: writes, isLastDone: isLastDone)
            // The first process is gone, lock and all, when the second one begins.
            let name: String
            do {
                let first = try bench.worker(store)
                name = first.member.name
                _ = try? await bench.run(first)
            }
            try await bench.waitForEnd(of: name)
            #expect(try await bench.run(try bench.worker()) == nil)
            let job = try await bench.job()
            #expect(job.status == .completed, "after \(writes) writes")
            #expect(
                bench.provider.batches.map(\.token).sorted() == [
                    "gw-abcdefghijkl-1", "gw-abcdefghijkl-2",
                ], "after \(writes) writes")
            #expect(try await bench.results().count == 10)
            guard store.isDead else { break }
            writes += 1
        }
        #expect(writes > 15, "there are that many arrows")
    }

    @Test func answersThatAreLostAreLookedFor() async throws {
        let bench = try Bench()
        _ = try await bench.order()
        bench.provider.script { world in
            world.fault = { name, count in
                ["upload", "createBatch"].contains(name) && count == 0 ? .lost : nil
            }
        }
        let worker = try bench.worker()
        while try await bench.run(worker) != nil {}
        #expect(
            bench.provider.calls == [
                "upload", "findUpload", "createBatch", "findBatch", "batch", "download",
            ])
        #expect(try await bench.job().status == .completed)
    }

    @Test func troubleIsWaitedFor() async throws {
        let bench = try Bench()
        _ = try await bench.order()
        let busy = UpstreamError(
            outcome: .refused, status: 429, message: "later", isRetryable: true, retryAfter: 17)
        bench.provider.script { $0.fault = { name, _ in name == "upload" ? .refused(busy) : nil } }
        let worker = try bench.worker()
        #expect(try await bench.run(worker) == 17)
        #expect(try await bench.run(worker) == 17)
        #expect(try await bench.job().attempts == 2)
        bench.clock.withLock { $0 += 7 * 3_600_000 }
        #expect(try await bench.run(worker) == nil)
        let job = try await bench.job()
        #expect(job.status == .failed)
        #expect(job.message == "given up after 3 tries: 429 later")
    }

    @Test func troubleThatIsOverDoesNotCount() async throws {
        let bench = try Bench()
        _ = try await bench.order()
        let busy = UpstreamError(
            outcome: .refused, status: 503, message: "later", isRetryable: true, retryAfter: 20)
        bench.provider.script { world in
            world.state = { _, looks in looks < 3 ? .running : .succeeded }
            world.fault = { name, count in
                name == "batch" && count.isMultiple(of: 2) ? .refused(busy) : nil
            }
        }
        let worker = try bench.worker()
        while try await bench.run(worker) != nil { bench.clock.withLock { $0 += 4 * 3_600_000 } }
        #expect(try await bench.job().status == .completed)
    }

    @Test func refusalsFailTheJob() async throws {
        let bench = try Bench()
        _ = try await bench.order()
        let no = UpstreamError(
            outcome: .refused, status: 400, message: "no such model", isRetryable: false)
        bench.provider.script {
            $0.fault = { name, _ in name == "createBatch" ? .refused(no) : nil }
        }
        #expect(try await bench.run(try bench.worker()) == nil)
        let job = try await bench.job()
        #expect(job.status == .failed && job.message == "400 no such model")
    }

    @Test func filesAreSplitAndStopReachesEveryPart() async throws {
        let bench = try Bench(recordLimit: 3)
        _ = try await bench.order(10)
        bench.provider.script { $0.state = { _, _ in .running } }
        let worker = try bench.worker()
        #expect(try await bench.run(worker, most: 3) == 0)
        #expect(try await bench.job().parts.map(\.recordCount) == [3, 3, 3, 1])
        #expect(try await bench.job().status == .inProgress)
        _ = try await worker.store.update(tenant: "t", id: "abcdefghijkl") {
            $0.isStopWanted = true
        }
        #expect(try await bench.run(worker) == nil)
        #expect(bench.provider.batches.count == 4)
        #expect(bench.provider.batches.allSatisfy { $0.isCancelled })
        #expect(bench.provider.calls.count { $0 == "cancelBatch" } == 4)
        #expect(try await bench.job().status == .stopped)
        // What there is, is published.
        #expect(try await bench.results().count == 10)
    }

    @Test func aJobThatIsStoppedAtOnceSendsNothing() async throws {
        let bench = try Bench()
        _ = try await bench.order()
        let worker = try bench.worker()
        _ = try await worker.store.update(tenant: "t", id: "abcdefghijkl") {
            $0.isStopWanted = true
        }
        #expect(try await bench.run(worker) == nil)
        #expect(try await bench.job().status == .stopped)
        #expect(bench.provider.calls.isEmpty)
    }

    @Test func aPartThatFailsLeavesTheOthers() async throws {
        let bench = try Bench(recordLimit: 5)
        _ = try await bench.order(10)
        bench.provider.script { world in
            world.state = { index, _ in index == 0 ? .failed : .succeeded }
        }
        #expect(try await bench.run(try bench.worker()) == nil)
        let job = try await bench.job()
        #expect(job.status == .partiallyCompleted && job.message == "it failed")
    }

    @Test(arguments: [
        (UpstreamBatch.State.expired, JobStatus.expired), (.cancelled, .stopped),
        (.failed, .failed), (.succeeded, .completed),
    ])
    func endsHaveTheWordsOfBedrock(_ state: UpstreamBatch.State, _ status: JobStatus) async throws {
        let bench = try Bench()
        _ = try await bench.order()
        bench.provider.script { $0.state = { _, _ in state } }
        #expect(try await bench.run(try bench.worker()) == nil)
        #expect(try await bench.job().status == status)
    }

    @Test(arguments: [
        (UpstreamBatch.State.validating, JobStatus.validating), (.scheduled, .scheduled),
        (.running, .inProgress), (.cancelling, .stopping),
    ])
    func statesOnTheWayHaveThemToo(_ state: UpstreamBatch.State, _ status: JobStatus) async throws {
        let bench = try Bench()
        _ = try await bench.order()
        bench.provider.script { $0.state = { _, _ in state } }
        #expect(try await bench.run(try bench.worker(), most: 4) == 0)
        #expect(try await bench.job().status == status)
    }

    /// Shuffled, twice, to nobody, not at all, unreadable: each id stands once in the end.
    @Test func answersThatDoNotFitAreCounted() async throws {
        let bench = try Bench()
        _ = try await bench.order(6)
        bench.provider.script { world in
            world.results = { lines in
                [
                    lines[5], lines[2], lines[0], lines[2], ScriptedProvider.answer(id: "nobody"),
                    Array("{broken".utf8), lines[4],
                ]
            }
        }
        #expect(try await bench.run(try bench.worker()) == nil)
        let job = try await bench.job()
        #expect(job.status == .completed)
        #expect([job.total, job.succeeded, job.failed] == [6, 4, 2])
        #expect(
            job.message == "2 requests were not answered; 1 ids were answered twice; "
                + "1 answers were to no request; 1 answers could not be read")
        let results = try await bench.results()
        #expect(results.keys.sorted() == (0..<6).map { "id-\($0)" })
        for id in ["id-1", "id-3"] {
            #expect(results[id]?.contains(#""errorMessage":"no result returned""#) == true)
            #expect(results[id]?.contains(#""errorCode":500"#) == true)
        }
        #expect(results["id-5"]?.contains(#""text":"hello 5""#) == true, "the request is repeated")
    }

    @Test func aJobBelongsToOneLivingProcess() async throws {
        let bench = try Bench()
        _ = try await bench.order()
        bench.provider.script { $0.state = { _, _ in .running } }
        var first: JobWorker? = try bench.worker()
        #expect(try await bench.run(try #require(first), most: 2) == 0)
        let second = try bench.worker()
        let calls = bench.provider.calls
        #expect(try await bench.run(second) == 5, "looked at again later")
        // However long a step takes: no clock takes a job away.
        bench.clock.withLock { $0 += 24 * 3_600_000 }
        #expect(try await bench.run(second) == 5)
        #expect(bench.provider.calls == calls)
        let name = try #require(first?.member.name)
        first = nil
        try await bench.waitForEnd(of: name)
        bench.provider.script { $0.state = { _, _ in .succeeded } }
        #expect(try await bench.run(second) == nil)
        #expect(try await bench.job().status == .completed)
    }
}
