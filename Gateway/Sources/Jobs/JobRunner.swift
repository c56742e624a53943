// SPDX-License-Identifier: Apache-2.0

// One job's steps, from the request to the results. Each ends with one write of the record; what
// happens outside is marked before it is tried, so that it is looked for before it is tried again.

import Logging
import Providers
import Storage
import Wire

/// A reason to end a job as failed.
struct JobFailure: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// Works at one job.
struct JobRunner {
    let worker: JobWorker
    let tenant: String
    let id: String

    init(_ worker: JobWorker, tenant: String, id: String) {
        self.worker = worker
        self.tenant = tenant
        self.id = id
    }

    private struct LeaseLost: Error {}

    /// The seconds until a job of another process is looked at again: that one may end.
    private static var patience: Double { 5 }

    /// Takes the job as far as it goes.
    ///
    /// - Returns: The seconds until it is worth another look; nil where it is final.
    func run() async throws -> Double? {
        guard let job = try await begin(), !job.status.isFinal else { return try await forget() }
        guard job.leaseOwner == worker.member.name else { return Self.patience }
        do {
            return try await steps(job)
        } catch let failure as JobFailure {
            try await end(.failed, failure.message)
            return nil
        } catch let error as UpstreamError {
            return try await retry(after: error)
        } catch is LeaseLost {
            return Self.patience
        } catch is OutOfSpace {
            return 30
        }
    }

    /// Takes the lease, if nobody else has it.
    private func begin() async throws -> JobRecord? {
        let job = try await worker.store.update(tenant: tenant, id: id) { job in
            let isTaken = job.leaseOwner.map(worker.member.isAlive) ?? false
            guard !job.status.isFinal, !isTaken else { return }
            job.leaseOwner = worker.member.name
        }
        return job
    }

    /// Nothing is to be done: the job is final, or its record is not there yet.
    private func forget() async throws -> Double? {
        let job = try await worker.store.find(tenant: tenant, id: id)
        // It came while we looked: its mark is needed.
        if job?.status.isFinal == false { return 0 }
        let date = worker.now().milliseconds
        try await worker.store.forget(
            tenant: tenant, id: id, markedBefore: job == nil ? date - 60_000 : .max)
        return job == nil ? 0.2 : nil
    }

    /// Changes the record, as long as the lease is this worker's.
    @discardableResult
    func update(_ change: (inout JobRecord) -> Void) async throws -> JobRecord {
        let date = worker.now().milliseconds
        let job = try await worker.store.update(tenant: tenant, id: id) { job in
            guard job.leaseOwner == worker.member.name else { throw LeaseLost() }
            change(&job)
            job.modified = date
        }
        guard let job else { throw LeaseLost() }
        return job
    }

    private func steps(_ first: JobRecord) async throws -> Double? {
        var job = first
        while true {
            let wasRunning = job.phase == .running
            switch job.phase {
            case .prepared: job = try await prepare(job)
            case .uploading: job = try await upload(job)
            case .creating: job = try await create(job)
            case .running: job = try await poll(job)
            case .collecting: job = try await publish(job)
            case .done: return nil
            }
            // A job that has ended has given its lease back.
            if job.status.isFinal { return nil }
            if job.attempts > 0 {
                // Trouble that is over does not count against later trouble.
                job = try await update { job in
                    job.attempts = 0
                    job.troubledSince = nil
                }
            }
            if job.phase == .running, wasRunning { return worker.pollInterval }
        }
    }

    func provider(of job: JobRecord) throws -> any BatchProvider {
        guard let name = ProviderName(rawValue: job.provider),
            let provider = worker.providers[name]
        else { throw JobFailure("the gateway has no settings for \(job.provider)") }
        return provider
    }

    // MARK: - Ends

    /// Ends the job.
    @discardableResult
    func end(_ status: JobStatus, _ message: String?) async throws -> JobRecord {
        worker.log.info(
            "job ended", metadata: ["job": "\(id)", "status": "\(status.rawValue)"])
        return try await update { job in
            job.status = status
            job.phase = .done
            job.message = message ?? job.message
            job.ended = worker.now().milliseconds
            job.leaseOwner = nil
            // Nothing reads the files any more: they may go when no object has them.
            job.input = Blob(id: BlobID(digest: ""), byteCount: job.input.byteCount)
            for index in job.parts.indices {
                let count = job.parts[index].blob.byteCount
                job.parts[index].blob = Blob(id: BlobID(digest: ""), byteCount: count)
            }
        }
    }

    /// Full jitter between half a second and a minute, or what the provider asks for.
    private func retry(after error: UpstreamError) async throws -> Double? {
        let date = worker.now().milliseconds
        guard error.isRetryable else {
            try await end(.failed, "\(error)")
            return nil
        }
        let job = try await update { job in
            job.attempts += 1
            job.troubledSince = job.troubledSince ?? date
        }
        if date - (job.troubledSince ?? date) > JobWorker.troubleLimit {
            try await end(.failed, "given up after \(job.attempts) tries: \(error)")
            return nil
        }
        worker.log.warning(
            "a provider did not answer as it should",
            metadata: ["job": "\(id)", "attempt": "\(job.attempts)", "error": "\(error)"])
        let most = min(60, 0.5 * Double(1 << min(job.attempts, 7)))
        return error.retryAfter ?? Double.random(in: min(0.1, most)...most)
    }

    // MARK: - Steps

    /// Converts the input to the provider's dialect, in as many parts as its limits ask for.
    private func prepare(_ job: JobRecord) async throws -> JobRecord {
        if job.isStopWanted { return try await end(.stopped, nil) }
        try await update { $0.status = .validating }
        let provider = try provider(of: job)
        var limits = provider.limits
        limits.recordCount = min(limits.recordCount, worker.recordLimit)
        let input = try await InputConversion(
            job, limits, worker.blobs, badLineLimit: worker.badLineLimit
        ).run()
        return try await update { job in
            job.parts = input.parts
            job.reuseFile()
            job.rejections = input.rejections
            job.total = input.parts.reduce(input.rejections.count) { $0 + $1.recordCount }
            job.sourceFormat = input.sourceFormat
            job.upstreamInvocation = input.invocationType
            job.upstreamEndpoint = input.endpoint
            job.phase = .uploading
        }
    }

    private func name(_ index: Int) -> String { "gw-\(id)-\(index + 1)" }

    private func upload(_ job: JobRecord) async throws -> JobRecord {
        let provider = try provider(of: job)
        for index in job.parts.indices where job.parts[index].fileID == nil {
            if try await isStopped() { return try await end(.stopped, nil) }
            var file: String?
            if job.parts[index].isUploadTried {
                file = try await provider.findUpload(name: name(index), since: job.submitted)
            }
            if file == nil {
                try await update { $0.parts[index].isUploadTried = true }
                let source = try await BlobUpload(job.parts[index].blob, worker.blobs)
                file = try await provider.upload(
                    source, name: name(index), for: job.resultPlace)
            }
            try await update { $0.parts[index].fileID = file }
        }
        return try await update { $0.phase = .creating }
    }

    private func create(_ job: JobRecord) async throws -> JobRecord {
        let provider = try provider(of: job)
        for index in job.parts.indices where job.parts[index].batchID == nil {
            let isStopped = try await isStopped()
            var batch: String?
            if job.parts[index].isBatchTried {
                batch = try await provider.findBatch(token: name(index), since: job.submitted)
            }
            if batch == nil {
                if isStopped { continue }
                try await update { $0.parts[index].isBatchTried = true }
                batch = try await start(job, index, provider)
                if batch == nil {
                    return try await update { job in
                        job.parts[index].isReused = false
                        job.parts[index].fileID = nil
                        job.phase = .uploading
                    }
                }
            }
            try await update { $0.parts[index].batchID = batch }
        }
        return try await update { job in
            job.phase = job.parts.contains { $0.batchID != nil } ? .running : .collecting
        }
    }

    /// Starts a batch.
    ///
    /// - Returns: Its id; nil where the file of the client's own upload may be gone there, so that
    ///   it has to go once more.
    private func start(
        _ job: JobRecord, _ index: Int, _ provider: any BatchProvider
    ) async throws(UpstreamError) -> String? {
        do throws(UpstreamError) {
            return try await provider.createBatch(order(job, index))
        } catch {
            guard job.parts[index].isReused, !error.isRetryable else { throw error }
            return nil
        }
    }

    private func order(_ job: JobRecord, _ index: Int) -> BatchOrder {
        BatchOrder(
            token: name(index), file: job.parts[index].fileID ?? "",
            place: job.resultPlace ?? ResultPlace(bucket: "", prefix: ""),
            endpoint: job.upstreamEndpoint, model: job.modelID,
            displayName: job.name, invocationType: job.upstreamInvocation ?? "InvokeModel",
            roleARN: job.roleARN.hasPrefix("arn:") ? job.roleARN : nil,
            timeoutHours: job.timeoutHours)
    }

    private func isStopped() async throws -> Bool {
        try await worker.store.find(tenant: tenant, id: id)?.isStopWanted == true
    }

    private func poll(_ job: JobRecord) async throws -> JobRecord {
        let provider = try provider(of: job)
        for index in job.parts.indices {
            let part = job.parts[index]
            guard let batchID = part.batchID, !part.isFinal else { continue }
            if try await isStopped(), !part.isCancelSent {
                try await provider.cancelBatch(id: batchID)
                try await update { $0.parts[index].isCancelSent = true }
            }
            let batch = try await provider.batch(id: batchID)
            try await update { $0.parts[index].take(batch) }
        }
        return try await update { job in
            job.succeeded = job.parts.reduce(0) { $0 + ($1.succeeded ?? 0) }
            job.failed = job.parts.reduce(0) { $0 + ($1.failed ?? 0) }
            job.status = job.liveStatus
            if job.parts.allSatisfy({ $0.batchID == nil || $0.isFinal }) { job.phase = .collecting }
        }
    }

    private static let refusal = "the provider failed the batch"

    /// Converts what came back and publishes it; only then is the job what it is.
    private func publish(_ job: JobRecord) async throws -> JobRecord {
        let provider = try provider(of: job)
        let states = job.parts.map { $0.batchState }
        let isRefused = states.allSatisfy { $0 == .failed }
        if isRefused, job.parts.allSatisfy({ $0.outputs.isEmpty }) {
            // Nothing was run, so there are no results, and no requests without one.
            let reasons = job.parts.compactMap(\.message).joined(separator: "; ")
            return try await end(.failed, reasons.isEmpty ? Self.refusal : reasons)
        }
        let results = try await ResultConversion(job, provider, worker).run()
        try await update { job in
            job.succeeded = results.succeeded
            job.failed = results.failed
            job.total = results.total
        }
        let reasons = job.parts.compactMap(\.message) + results.remarks
        let message = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
        if job.isStopWanted || states.contains(.cancelled) {
            return try await end(.stopped, message)
        }
        if states.contains(.expired) { return try await end(.expired, message) }
        if isRefused { return try await end(.failed, message ?? Self.refusal) }
        return try await end(states.contains(.failed) ? .partiallyCompleted : .completed, message)
    }
}

extension JobPart {
    var batchState: UpstreamBatch.State? { state.flatMap(UpstreamBatch.State.init(rawValue:)) }
    var isFinal: Bool { batchState?.isFinal == true }

    mutating func take(_ batch: UpstreamBatch) {
        state = batch.state.rawValue
        total = batch.total
        succeeded = batch.succeeded
        failed = batch.failed
        outputs = batch.outputs
        message = batch.message
    }
}

extension JobRecord {
    /// Takes the file that the client's own upload made at the provider, if it holds these bytes.
    fileprivate mutating func reuseFile() {
        guard let inputFileID, parts.count == 1, parts[0].blob.id == input.id else { return }
        parts[0].fileID = inputFileID
        parts[0].isReused = true
    }

    /// The status while the provider works: that of the part that has come the least far.
    var liveStatus: JobStatus {
        if isStopWanted { return .stopping }
        let states = parts.compactMap(\.batchState)
        if states.contains(.cancelling) { return .stopping }
        if states.contains(.validating) { return .validating }
        if !states.isEmpty, states.allSatisfy({ $0 == .scheduled }) { return .scheduled }
        return .inProgress
    }
}
