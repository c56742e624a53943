// SPDX-License-Identifier: Apache-2.0

// Amazon Bedrock: files at S3 and model invocation jobs. Amazon Bedrock API Reference,
// "CreateModelInvocationJob", and the User Guide, "Batch inference", read 2026-11.

import Foundation
public import NIOCore
public import Wire

/// Batches at Amazon Bedrock.
public struct BedrockProvider: BatchProvider {
    private let control: AWSClient
    private let storage: AWSClient
    private let bucket: String
    private let roleARN: String?

    /// Creates the provider.
    ///
    /// - Parameters:
    ///   - control: The control plane.
    ///   - storage: S3.
    ///   - bucket: Where input and output of the gateway's jobs are.
    ///   - roleARN: The role for jobs of clients that name none.
    public init(control: AWSClient, storage: AWSClient, bucket: String, roleARN: String?) {
        self.control = control
        self.storage = storage
        self.bucket = bucket
        self.roleARN = roleARN
    }

    /// `bedrock`.
    public var name: ProviderName { .bedrock }

    /// 50,000 records and 1 GB a file: defaults of quotas that differ by model and account.
    public var limits: UpstreamLimits {
        UpstreamLimits(recordCount: 50_000, byteCount: 1_000_000_000)
    }

    // MARK: - Files

    private func path(ofKey key: String) -> String {
        "/\(PercentCoding.encode(bucket))/\(PercentCoding.encode(key, keepsSlash: true))"
    }

    /// Uploads a file; see ``BatchProvider``.
    public func upload(
        _ file: any UploadSource, name: String
    ) async throws(UpstreamError) -> String {
        let key = "gateway-input/\(name).jsonl"
        _ = try await storage.put(path(ofKey: key), file)
        return "s3://\(bucket)/\(key)"
    }

    /// To put the same file to the same key again does no harm, so it need not be found.
    public func findUpload(name: String, since: Int64) async throws(UpstreamError) -> String? {
        nil
    }

    /// Puts a client's own file into the bucket.
    ///
    /// - Parameters:
    ///   - file: The bytes.
    ///   - key: The key below the gateway's own prefix.
    /// - Returns: The ETag of S3, without quotes.
    /// - Throws: `UpstreamError`.
    public func putObject(
        _ file: any UploadSource, key: String
    ) async throws(UpstreamError) -> String? {
        let answer = try await storage.put(path(ofKey: "gateway-files/\(key)"), file)
        return answer.header("etag").map { $0.filter { $0 != "\"" } }
    }

    // MARK: - Jobs

    private struct Job: Codable {
        var jobArn: String
        var jobName: String?
        var status: String?
        var message: String?
        var totalRecordCount: Int?
        var successRecordCount: Int?
        var errorRecordCount: Int?
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
                s3OutputDataConfig: .init(s3Uri: "s3://\(bucket)/\(Self.output(order.token))")),
            timeoutDurationInHours: order.timeoutHours)
        return try await control.post("/model-invocation-job", try JSONBody.encode(body))
            .decoded(Job.self).jobArn
    }

    private static func output(_ token: String) -> String { "gateway-output/\(token)/" }

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
        if batch.state.isFinal, let token = job.jobName {
            batch.outputs = try await outputs(token, id)
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

    /// The keys of the files of results.
    private func outputs(_ token: String, _ id: String) async throws(UpstreamError) -> [String] {
        let prefix = Self.output(token) + (id.split(separator: "/").last.map { "\($0)/" } ?? "")
        var keys: [String] = []
        var token = ""
        while true {
            let answer = try await storage.get(
                "/\(PercentCoding.encode(bucket))?list-type=2"
                    + "&prefix=\(PercentCoding.encode(prefix))\(token)")
            guard let list = XMLElement.parse(Array(buffer: answer.body)) else {
                throw UpstreamError(
                    outcome: .unknown, message: "the list of results cannot be understood",
                    isRetryable: true)
            }
            keys += list.children.filter { $0.name == "Contents" }.compactMap { $0["Key"] }
                .filter { $0.hasSuffix(".jsonl.out") }
            guard list["IsTruncated"] == "true", let next = list["NextContinuationToken"] else {
                return keys
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
        try await storage.download(
            path(ofKey: output), from: offset, restart: restart, write: write)
    }
}
