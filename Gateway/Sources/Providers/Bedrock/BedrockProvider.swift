// SPDX-License-Identifier: Apache-2.0

// Amazon Bedrock: files at S3 and model invocation jobs. Amazon Bedrock API Reference,
// "CreateModelInvocationJob", and the User Guide, "Batch inference", read 2026-11.

import Foundation
public import NIOCore
public import Wire

/// Batches at Amazon Bedrock.
public struct BedrockProvider: BatchProvider, ObjectStorage {
    private let control: AWSClient
    private let storage: AWSClient
    private let buckets: BucketPolicy
    private let roleARN: String?

    /// Creates the provider.
    ///
    /// - Parameters:
    ///   - control: The control plane.
    ///   - storage: S3.
    ///   - buckets: Which buckets may be used, and for what.
    ///   - roleARN: The role for jobs of clients that name none.
    public init(control: AWSClient, storage: AWSClient, buckets: BucketPolicy, roleARN: String?) {
        self.control = control
        self.storage = storage
        self.buckets = buckets
        self.roleARN = roleARN
    }

    /// `bedrock`.
    public var name: ProviderName { .bedrock }

    /// 50,000 records and 1 GB a file: defaults of quotas that differ by model and account.
    public var limits: UpstreamLimits {
        UpstreamLimits(recordCount: 50_000, byteCount: 1_000_000_000)
    }

    // MARK: - Files

    private func path(_ place: ObjectPlace) -> String {
        "/\(PercentCoding.encode(place.bucket))/\(PercentCoding.encode(place.key, keepsSlash: true))"
    }

    /// Uploads a file; see ``BatchProvider``.
    public func upload(
        _ file: any UploadSource, name: String, for place: ResultPlace?
    ) async throws(UpstreamError) -> String {
        let input = buckets.input(name, for: place)
        _ = try await storage.put(path(input), file)
        return input.uri
    }

    /// To put the same file to the same key again does no harm, so it need not be found.
    public func findUpload(name: String, since: Int64) async throws(UpstreamError) -> String? {
        nil
    }

    /// What a bucket is; see ``ObjectStorage``.
    public func use(of bucket: String) -> BucketUse { buckets.use(of: bucket) }

    /// Puts a client's own file; see ``ObjectStorage``.
    public func putObject(
        _ file: any UploadSource, bucket: String, key: String
    ) async throws(UpstreamError) -> String? {
        guard let place = buckets.object(bucket, key) else {
            throw UpstreamError(
                outcome: .refused, status: 403, code: "AccessDenied",
                message: "the gateway may not use the bucket \(bucket)", isRetryable: false)
        }
        let answer = try await storage.put(path(place), file)
        return answer.header("etag").map { $0.filter { $0 != "\"" } }
    }

    // MARK: - Jobs

    private struct Job: Decodable {
        struct Output: Decodable {
            struct S3: Decodable {
                var s3Uri: String
            }

            var s3OutputDataConfig: S3
        }

        var jobArn: String
        var jobName: String?
        var status: String?
        var message: String?
        var totalRecordCount: Int?
        var successRecordCount: Int?
        var errorRecordCount: Int?
        var outputDataConfig: Output?
    }

    /// Starts a job; see ``BatchProvider``.
    public func createBatch(_ order: BatchOrder) async throws(UpstreamError) -> String {
        struct Body: Encodable {
            struct Input: Encodable {
                struct S3: Encodable {
                    var s3Uri: String
                    var s3InputFormat = "JSONL"
                }

                var s3InputDataConfig: S3
            }

            struct Output: Encodable {
                struct S3: Encodable {
                    var s3Uri: String
                }

                var s3OutputDataConfig: S3
            }

            var jobName: String
            var clientRequestToken: String
            var roleArn: String
            var modelId: String
            var modelInvocationType: String?
            var inputDataConfig: Input
            var outputDataConfig: Output
            var timeoutDurationInHours: Int?
        }
        let body = Body(
            jobName: order.token, clientRequestToken: order.token,
            roleArn: order.roleARN ?? roleARN ?? "", modelId: order.model,
            modelInvocationType: order.invocationType == "Converse" ? "Converse" : nil,
            inputDataConfig: .init(s3InputDataConfig: .init(s3Uri: order.file)),
            outputDataConfig: .init(
                s3OutputDataConfig: .init(s3Uri: buckets.output(order.token, order.place).uri)),
            timeoutDurationInHours: order.timeoutHours)
        return try await control.post("/model-invocation-job", try JSONBody.encode(body))
            .decoded(Job.self).jobArn
    }

    /// Finds a job; see ``BatchProvider``.
    public func findBatch(
        token: String, since: Int64
    ) async throws(UpstreamError) -> String? {
        struct Page: Decodable {
            var invocationJobSummaries: [Job]?
        }
        let page = try await control.get(
            "/model-invocation-jobs?maxResults=100&nameContains=\(PercentCoding.encode(token))"
        ).decoded(Page.self)
        return page.invocationJobSummaries?.first { $0.jobName == token }?.jobArn
    }

    private func job(_ id: String) async throws(UpstreamError) -> Job {
        try await control.get("/model-invocation-job/\(PercentCoding.encode(id))")
            .decoded(Job.self)
    }

    /// Looks at a job; see ``BatchProvider``.
    public func batch(id: String) async throws(UpstreamError) -> UpstreamBatch {
        let job = try await job(id)
        var batch = UpstreamBatch(state: Self.state(of: job.status ?? ""))
        batch.total = job.totalRecordCount
        batch.succeeded = job.successRecordCount
        batch.failed = job.errorRecordCount
        batch.message = job.message
        if batch.state.isFinal, let uri = job.outputDataConfig?.s3OutputDataConfig.s3Uri {
            batch.outputs = try await outputs(uri, id)
        }
        return batch
    }

    private static func state(of status: String) -> UpstreamBatch.State {
        switch status {
        case "Submitted", "Scheduled": .scheduled
        case "Validating": .validating
        case "Completed", "PartiallyCompleted": .succeeded
        case "Failed": .failed
        case "Stopping": .cancelling
        case "Stopped": .cancelled
        case "Expired": .expired
        default: .running
        }
    }

    /// The files of results, which are below the id of the job in the place that was asked for.
    private func outputs(_ uri: String, _ id: String) async throws(UpstreamError) -> [String] {
        guard let output = ObjectPlace(uri), let name = id.split(separator: "/").last else {
            throw UpstreamError(
                outcome: .refused, message: "the job names no place of results", isRetryable: false)
        }
        let folder = output.key.isEmpty || output.key.hasSuffix("/") ? "" : "/"
        let prefix = "\(output.key)\(folder)\(name)/"
        var places: [String] = []
        var token = ""
        while true {
            let answer = try await storage.get(
                "/\(PercentCoding.encode(output.bucket))?list-type=2"
                    + "&prefix=\(PercentCoding.encode(prefix))\(token)")
            guard let list = XMLElement.parse(Array(buffer: answer.body)) else {
                throw UpstreamError(
                    outcome: .unknown, message: "the list of results cannot be understood",
                    isRetryable: true)
            }
            places += list.children.filter { $0.name == "Contents" }.compactMap { $0["Key"] }
                .filter { $0.hasSuffix(".jsonl.out") }
                .map { ObjectPlace(bucket: output.bucket, key: $0).uri }
            guard list["IsTruncated"] == "true", let next = list["NextContinuationToken"] else {
                return places
            }
            token = "&continuation-token=\(PercentCoding.encode(next))"
        }
    }

    /// Ends a job; see ``BatchProvider``.
    public func cancelBatch(id: String) async throws(UpstreamError) {
        do throws(UpstreamError) {
            _ = try await control.post("/model-invocation-job/\(PercentCoding.encode(id))/stop", [])
        } catch {
            guard error.status == 400 || error.status == 409 else { throw error }
        }
    }

    /// Downloads results; see ``BatchProvider``.
    public func download(
        _ output: String, from offset: Int, restart: () async throws -> Void,
        write: (ByteBuffer) async throws -> Void
    ) async throws {
        guard let place = ObjectPlace(output) else {
            throw UpstreamError(
                outcome: .refused, message: "\(output) is no object", isRetryable: false)
        }
        try await storage.download(path(place), from: offset, restart: restart, write: write)
    }
}
