// SPDX-License-Identifier: Apache-2.0

// CreateModelInvocationJob: checked, made durable, and answered; the work comes afterwards.

import Crypto
import Foundation
import Hummingbird
import Providers
import Storage
import Wire

extension JobsAPI {
    /// The members of the request, as botocore's model has them.
    private struct Order: Decodable {
        struct Input: Decodable {
            struct S3: Decodable {
                var s3Uri: String
                var s3InputFormat: String?
                var s3BucketOwner: String?
            }

            var s3InputDataConfig: S3
        }

        struct Output: Decodable {
            struct S3: Decodable {
                var s3Uri: String
                var s3EncryptionKeyId: String?
                var s3BucketOwner: String?
            }

            var s3OutputDataConfig: S3
        }

        struct Tag: Decodable {
            var key: String
            var value: String
        }

        var jobName: String
        var roleArn: String
        var clientRequestToken: String?
        var modelId: String
        var inputDataConfig: Input
        var outputDataConfig: Output
        var timeoutDurationInHours: Int?
        var modelInvocationType: String?
        var tags: [Tag]?

        /// The tags that tell the gateway something.
        var settings: [String: String] {
            Dictionary((tags ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        }
    }

    func create(_ call: Call) async throws -> Response {
        let order = try Self.decode(Order.self, call.body)
        try Self.validate(order)
        let provider = call.provider ?? .bedrock
        guard call.caller.providers.contains(provider) else {
            throw ControlPlaneError.denied("This access key may not use \(provider.rawValue).")
        }
        guard let upstream = providers[provider] else {
            throw ControlPlaneError.validation(
                "The gateway has no settings for \(provider.rawValue): it needs "
                    + "\(ProviderSettings.missingSetting(of: provider)).")
        }
        let output = ObjectPlace(order.outputDataConfig.s3OutputDataConfig.s3Uri)
        if let storage = upstream as? any ObjectStorage, let output,
            storage.use(of: output.bucket) == .refused
        {
            throw ControlPlaneError.denied(
                "The gateway may not use the bucket \(output.bucket) at S3.")
        }
        let token = order.clientRequestToken ?? UUID().uuidString
        let id = Self.id(tenant: call.caller.tenant, token: token)
        let digest = Self.digest(call.body, provider)
        if let known = try await store.find(tenant: call.caller.tenant, id: id) {
            return try Self.answer(known, digest)
        }
        if let limit = tenantJobLimit,
            try await store.active(tenant: call.caller.tenant).count >= limit
        {
            throw ControlPlaneError(
                "ServiceQuotaExceededException", 400,
                "This access key has \(limit) jobs running, which is all that it may have.")
        }
        let file = try await inputFile(order, call.caller.tenant)
        let job = record(order, id, token, digest, provider, call.caller.tenant, file)
        if let known = try await store.insert(job) { return try Self.answer(known, digest) }
        worker.wake()
        return try Self.json(["jobArn": job.arn])
    }

    private static func answer(_ job: JobRecord, _ digest: String) throws -> Response {
        guard job.digest == digest else {
            throw ControlPlaneError.conflict(
                "The clientRequestToken was used already, for another request.")
        }
        return try json(["jobArn": job.arn])
    }

    /// Twelve letters and digits that the tenant's token decides, so that a repeated request
    /// finds the job of the first one.
    private static func id(tenant: String, token: String) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let hash = SHA256.hash(data: Array("\(tenant)\0\(token)".utf8))
        var number = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return String(
            (0..<12).map { _ in
                defer { number /= 36 }
                return letters[Int(number % 36)]
            })
    }

    private static func digest(_ body: [UInt8], _ provider: ProviderName) -> String {
        SHA256.hash(data: body + Array(provider.rawValue.utf8))
            .map { String($0, radix: 16) }.joined(separator: ".")
    }

    private func record(
        _ order: Order, _ id: String, _ token: String, _ digest: String, _ provider: ProviderName,
        _ tenant: String, _ file: StoredObject
    ) -> JobRecord {
        let date = now().milliseconds
        var job = JobRecord(
            id: id, tenant: tenant,
            arn: "arn:aws:bedrock:\(region):\(Self.account):model-invocation-job/\(id)",
            name: order.jobName, modelID: order.modelId, roleARN: order.roleArn,
            provider: provider.rawValue, token: token, digest: digest,
            inputURI: order.inputDataConfig.s3InputDataConfig.s3Uri,
            outputURI: order.outputDataConfig.s3OutputDataConfig.s3Uri, input: file.blob,
            inputName: file.key.split(separator: "/").last.map(String.init) ?? "input.jsonl",
            submitted: date, modified: date)
        // At S3 the client's object can change; a file of OpenAI or Gemini cannot.
        if file.provider == job.provider, provider != .bedrock {
            job.inputFileID = file.providerFileID
        }
        job.inputFormat = order.inputDataConfig.s3InputDataConfig.s3InputFormat
        job.inputOwner = order.inputDataConfig.s3InputDataConfig.s3BucketOwner
        job.outputKeyID = order.outputDataConfig.s3OutputDataConfig.s3EncryptionKeyId
        job.outputOwner = order.outputDataConfig.s3OutputDataConfig.s3BucketOwner
        job.timeoutHours = order.timeoutDurationInHours
        job.invocationType = order.modelInvocationType
        job.tags = order.settings
        return job
    }

    /// The file that a job is about: by key, by file id, or by the tag `file_id`.
    private func inputFile(_ order: Order, _ tenant: String) async throws -> StoredObject {
        if let id = order.settings["file_id"] {
            guard let file = try await catalog.file(tenant: tenant, id: id) else {
                throw ControlPlaneError.validation("There is no file \(id).")
            }
            return file
        }
        let uri = order.inputDataConfig.s3InputDataConfig.s3Uri
        guard let place = ObjectPlace(uri), !place.key.isEmpty else {
            throw ControlPlaneError.validation("The input \(uri) names no file.")
        }
        if let object = try await catalog.object(
            tenant: tenant, bucket: place.bucket, key: place.key)
        {
            return object
        }
        if let file = try await catalog.file(tenant: tenant, id: place.key) { return file }
        throw ControlPlaneError.validation(
            "The input \(uri) does not exist; upload it through the gateway first.")
    }

    // MARK: - Validation

    private static func validate(_ order: Order) throws {
        let namePattern = /[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\+\-\.]){0,63}/
        guard order.jobName.wholeMatch(of: namePattern) != nil, order.jobName.utf8.count <= 63
        else {
            throw ControlPlaneError.constraint(
                "jobName", order.jobName,
                "Member must satisfy regular expression pattern: "
                    + "[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\\+\\-\\.]){0,63}")
        }
        guard (1...2048).contains(order.modelId.utf8.count) else {
            throw ControlPlaneError.constraint(
                "modelId", order.modelId, "Member must have length between 1 and 2048")
        }
        if let token = order.clientRequestToken, !(1...256).contains(token.utf8.count) {
            throw ControlPlaneError.constraint(
                "clientRequestToken", token, "Member must have length between 1 and 256")
        }
        if let hours = order.timeoutDurationInHours, !(24...168).contains(hours) {
            throw ControlPlaneError.constraint(
                "timeoutDurationInHours", "\(hours)", "Member must be between 24 and 168")
        }
        if let type = order.modelInvocationType, !["InvokeModel", "Converse"].contains(type) {
            throw ControlPlaneError.constraint(
                "modelInvocationType", type,
                "Member must satisfy enum value set: [InvokeModel, Converse]")
        }
        let input = order.inputDataConfig.s3InputDataConfig
        if let format = input.s3InputFormat, format != "JSONL" {
            throw ControlPlaneError.constraint(
                "inputDataConfig.s3InputDataConfig.s3InputFormat", format,
                "Member must satisfy enum value set: [JSONL]")
        }
        try validate(uri: input.s3Uri, "inputDataConfig.s3InputDataConfig.s3Uri")
        try validate(
            uri: order.outputDataConfig.s3OutputDataConfig.s3Uri,
            "outputDataConfig.s3OutputDataConfig.s3Uri")
        guard (order.tags ?? []).count <= 200 else {
            throw ControlPlaneError("TooManyTagsException", 400, "A job has at most 200 tags.")
        }
        if let format = order.settings["result_format"],
            ProviderName(rawValue: format) == nil
        {
            throw ControlPlaneError.validation(
                "The tag result_format is one of bedrock, openai, gemini, not \(format).")
        }
    }

    private static func validate(uri: String, _ member: String) throws {
        guard uri.utf8.count <= 1024, let place = ObjectPlace(uri),
            place.bucket.wholeMatch(of: /[A-Za-z0-9._\-]{1,255}/) != nil,
            place.key.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else {
            throw ControlPlaneError.constraint(
                member, uri,
                "Member must satisfy regular expression pattern: "
                    + "s3://[a-z0-9][\\.\\-a-z0-9]{1,61}[a-z0-9](/.*)?")
        }
    }
}
