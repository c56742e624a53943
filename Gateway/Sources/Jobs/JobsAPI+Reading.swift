// SPDX-License-Identifier: Apache-2.0

// Jobs as they are shown: one, or a page of many; and how they are stopped.

import Foundation
import Hummingbird
import Providers
import Wire

extension JobsAPI {
    /// A job as Bedrock shows it.
    private struct View: Encodable {
        struct Input: Encodable {
            struct S3: Encodable {
                var s3InputFormat: String?
                var s3Uri: String
                var s3BucketOwner: String?
            }

            var s3InputDataConfig: S3
        }

        struct Output: Encodable {
            struct S3: Encodable {
                var s3Uri: String
                var s3EncryptionKeyId: String?
                var s3BucketOwner: String?
            }

            var s3OutputDataConfig: S3
        }

        var jobArn: String
        var jobName: String?
        var modelId: String?
        var clientRequestToken: String?
        var roleArn: String?
        var status: String
        var message: String?
        var submitTime: String?
        var lastModifiedTime: String?
        var endTime: String?
        var inputDataConfig: Input?
        var outputDataConfig: Output?
        var timeoutDurationInHours: Int?
        var jobExpirationTime: String?
        var modelInvocationType: String?
        var totalRecordCount: Int?
        var processedRecordCount: Int?
        var successRecordCount: Int?
        var errorRecordCount: Int?

        init(_ job: JobRecord) {
            let spelled = { (date: Int64) in UTCDate(milliseconds: date).iso }
            jobArn = job.arn
            jobName = job.name
            modelId = job.modelID
            clientRequestToken = job.token
            roleArn = job.roleARN
            status = job.status.rawValue
            message = job.message
            submitTime = spelled(job.submitted)
            lastModifiedTime = spelled(job.modified)
            endTime = job.ended.map(spelled)
            inputDataConfig = Input(
                s3InputDataConfig: .init(
                    s3InputFormat: job.inputFormat ?? "JSONL", s3Uri: job.inputURI,
                    s3BucketOwner: job.inputOwner))
            outputDataConfig = Output(
                s3OutputDataConfig: .init(
                    s3Uri: job.outputURI, s3EncryptionKeyId: job.outputKeyID,
                    s3BucketOwner: job.outputOwner))
            timeoutDurationInHours = job.timeoutHours
            if let hours = job.timeoutHours {
                jobExpirationTime = spelled(job.submitted + Int64(hours) * 3_600_000)
            }
            modelInvocationType = job.invocationType ?? job.upstreamInvocation
            count(job.total, job.succeeded, job.failed)
        }

        /// A batch that no job stands for: what its provider does not tell is left out.
        init(_ batch: UpstreamBatch, _ identifier: String) {
            jobArn = identifier
            jobName = batch.name
            modelId = batch.model
            status = JobWorker.status(of: batch.state).rawValue
            message = batch.message
            submitTime = batch.created?.iso
            endTime = batch.ended?.iso
            count(batch.total, batch.succeeded, batch.failed)
        }

        private mutating func count(_ total: Int?, _ succeeded: Int?, _ failed: Int?) {
            totalRecordCount = total
            successRecordCount = succeeded
            errorRecordCount = failed
            guard succeeded != nil || failed != nil else { return }
            processedRecordCount = (succeeded ?? 0) + (failed ?? 0)
        }
    }

    func get(_ call: Call, _ identifier: String) async throws -> Response {
        if let native = native(identifier, call) {
            return try Self.json(View(try await native.provider.batch(id: native.id), identifier))
        }
        return try Self.json(View(try await job(identifier, call)))
    }

    func stop(_ call: Call, _ identifier: String) async throws -> Response {
        if let native = native(identifier, call) {
            try await native.provider.cancelBatch(id: native.id)
            return try Self.json([String: String]())
        }
        let job = try await job(identifier, call)
        let date = now().milliseconds
        try await store.update(tenant: job.tenant, id: job.id) { job in
            guard !job.status.isFinal else {
                throw ControlPlaneError.conflict(
                    "The job is \(job.status.rawValue) and cannot be stopped.")
            }
            job.isStopWanted = true
            job.status = .stopping
            job.modified = date
        }
        worker.wake()
        return try Self.json([String: String]())
    }

    // MARK: - Batches of a provider's own

    /// The provider and id of a batch that no job stands for: only where the header names the
    /// provider.
    private func native(
        _ identifier: String, _ call: Call
    ) -> (id: String, provider: any BatchProvider)? {
        guard let name = call.provider, let provider = providers[name] else { return nil }
        if let mark = identifier.firstRange(of: ":batch:") {
            return (String(identifier[mark.upperBound...]), provider)
        }
        let isNative = identifier.hasPrefix("batch_") || identifier.hasPrefix("batches/")
        return isNative ? (identifier, provider) : nil
    }

    // MARK: - Lists

    func list(_ call: Call) async throws -> Response {
        let query = try ListQuery(call.parameters)
        let (jobs, hasMore) = try await store.page(query, tenant: call.caller.tenant)
        struct Page: Encodable {
            var invocationJobSummaries: [View]
            var nextToken: String?
        }
        return try Self.json(
            Page(
                invocationJobSummaries: jobs.map(View.init),
                nextToken: hasMore ? jobs.last.map { ListQuery.token(for: $0) } : nil))
    }
}
