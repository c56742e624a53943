// SPDX-License-Identifier: Apache-2.0

// The worker: looks for jobs that are not final and takes each a step further, again and again.

public import Logging
public import Providers
public import ServiceLifecycle
public import Storage
import Synchronization
public import Wire

/// Drives jobs to their end.
///
/// All that it knows is in the records, so it can end at any moment and another goes on. What was
/// asked of a provider is marked in the record before, and looked for before it is asked again.
public final class JobWorker: Service {
    let store: JobStore
    let blobs: any BlobStore
    let catalog: any ObjectCatalog
    let providers: [ProviderName: any BatchProvider]
    let pollInterval: Double
    /// The most records of a batch, where the provider would take more.
    let recordLimit: Int
    /// The bad lines that a file may have and still run.
    let badLineLimit: Int
    let log: Logger
    let now: @Sendable () -> UTCDate
    /// Who holds the leases: this process among those that share the store.
    let member: FolderMember

    private let wakeups: AsyncStream<Void>
    private let wakeup: AsyncStream<Void>.Continuation
    /// The jobs at work, and when each of the others is to be looked at again.
    private let schedule = Mutex<[String: Int64?]>([:])

    /// The most bad lines that a file may have and still run: each is kept with its job.
    public static var badLineMaximum: Int { 1000 }
    /// The jobs that are worked at side by side.
    private static var jobLimit: Int { 8 }
    /// How long one step may fail before the job does, in milliseconds.
    static var troubleLimit: Int64 { 6 * 3_600_000 }

    /// Creates a worker.
    ///
    /// - Parameters:
    ///   - store: The jobs.
    ///   - blobs: Files and results.
    ///   - catalog: Where results are published.
    ///   - providers: Those that there are settings for.
    ///   - member: This process among those that share the store.
    ///   - recordLimit: The most records of a batch, where the provider would take more.
    ///   - badLineLimit: The bad lines that a file may have and still run.
    ///   - pollInterval: The seconds between two looks at a provider.
    ///   - log: Where it tells what it does; never a prompt, never a key.
    ///   - now: Tells the time.
    public init(
        store: JobStore, blobs: any BlobStore, catalog: any ObjectCatalog,
        providers: [ProviderName: any BatchProvider], member: FolderMember,
        recordLimit: Int = .max, badLineLimit: Int = 0, pollInterval: Double, log: Logger,
        now: @escaping @Sendable () -> UTCDate
    ) {
        self.store = store
        self.blobs = blobs
        self.catalog = catalog
        self.providers = providers
        self.member = member
        self.recordLimit = recordLimit
        self.badLineLimit = badLineLimit
        self.pollInterval = pollInterval
        self.log = log
        self.now = now
        (wakeups, wakeup) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has the worker look at once.
    public func wake() {
        schedule.withLock { schedule in
            for (key, due) in schedule where due != nil { schedule[key] = 0 }
        }
        wakeup.yield()
    }

    /// Works until the service is told to end.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.work() }
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            let ticks = Task { [wakeup, pollInterval] in
                while !Task.isCancelled {
                    wakeup.yield()
                    try? await Task.sleep(for: .seconds(min(pollInterval, 1)))
                }
            }
            defer { ticks.cancel() }
            for await _ in wakeups {
                if Task.isCancelled { return }
                for job in await dueJobs() {
                    group.addTask { await self.advance(tenant: job.tenant, id: job.id) }
                }
            }
        }
    }

    private func dueJobs() async -> [(tenant: String, id: String)] {
        let active: [(tenant: String, id: String)]
        do {
            active = try await store.active()
        } catch {
            log.error("jobs cannot be read", metadata: ["error": "\(error)"])
            return []
        }
        let date = now().milliseconds
        return schedule.withLock { schedule in
            var room = Self.jobLimit - schedule.values.count { $0 == nil }
            return active.filter { job in
                let key = "\(job.tenant)/\(job.id)"
                if let due = schedule[key] {
                    guard let due, due <= date else { return false }
                }
                guard room > 0 else { return false }
                room -= 1
                schedule[key] = .some(nil)
                return true
            }
        }
    }

    /// Takes a job as far as it goes now.
    private func advance(tenant: String, id: String) async {
        var wait: Double?
        do {
            wait = try await JobRunner(self, tenant: tenant, id: id).run()
        } catch is CancellationError {
            wait = 1
        } catch {
            log.error("a step failed", metadata: ["job": "\(id)", "error": "\(error)"])
            wait = 5
        }
        let due = wait.map { now().milliseconds + Int64($0 * 1000) }
        schedule.withLock { schedule in
            let key = "\(tenant)/\(id)"
            if let due { schedule[key] = .some(due) } else { schedule[key] = nil }
        }
        if wait == 0 { wakeup.yield() }
    }

    /// A batch's state in the words of Bedrock; results that wait for conversion are in progress.
    static func status(of state: UpstreamBatch.State) -> JobStatus {
        switch state {
        case .validating: .validating
        case .scheduled: .scheduled
        case .running: .inProgress
        case .succeeded: .completed
        case .failed: .failed
        case .cancelling: .stopping
        case .cancelled: .stopped
        case .expired: .expired
        }
    }
}
