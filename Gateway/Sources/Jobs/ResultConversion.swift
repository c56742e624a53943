// SPDX-License-Identifier: Apache-2.0

// What a provider answered on its way to the client: fetched whole, joined with the requests by
// id, converted to the client's own dialect, and published with its manifest.

import Foundation
import JSONLCodec
import NIOCore
import Providers
import Storage
import Transcoder
import Wire

/// Converts and publishes the results of a job.
struct ResultConversion {
    private let job: JobRecord
    private let provider: any BatchProvider
    private let worker: JobWorker

    init(_ job: JobRecord, _ provider: any BatchProvider, _ worker: JobWorker) {
        self.job = job
        self.provider = provider
        self.worker = worker
    }

    /// What came back.
    struct Outcome {
        var total = 0
        var succeeded = 0
        var failed = 0
        /// What the client should know beyond the counts.
        var remarks: [String] = []
    }

    func run() async throws -> Outcome {
        let requests = try await worker.blobs.open(job.input.id)
        let index = try await makeIndex(requests)
        let sink = ResultSink(
            index, count: job.total ?? 0, provider: job.provider,
            try await worker.blobs.makeWriter(reserving: 0))
        do {
            for part in job.parts {
                for output in part.outputs {
                    try await convert(try await fetch(output), index, sink)
                }
            }
            try await addMissing(index, sink)
            let outcome = sink.outcome
            try await publish(try await sink.writer.commit(), outcome, sink.usage)
            return outcome
        } catch {
            await sink.writer.abandon()
            throw error
        }
    }

    // MARK: - Requests

    /// Reads the client's file once: where each request is.
    private func makeIndex(_ reader: any BlobReader) async throws -> RequestIndex {
        var builder = RequestIndexBuilder(results: FormatID(job.provider))
        try await reader.forEachStep { builder.feed($0.span.bytes) }
        return builder.finish(bytes: BlobRequests(reader: reader))
    }

    // MARK: - Results

    /// Downloads a file; where the connection breaks, it goes on where it ended.
    private func fetch(_ output: String) async throws -> Blob {
        var failures = 0
        var writer = try await worker.blobs.makeWriter(reserving: 0)
        var count = 0
        while true {
            do {
                try await provider.download(
                    output, from: count,
                    restart: {
                        await writer.abandon()
                        writer = try await worker.blobs.makeWriter(reserving: 0)
                        count = 0
                    },
                    write: { bytes in
                        try await writer.append(bytes)
                        count += bytes.readableBytes
                    })
                return try await writer.commit()
            } catch let error as UpstreamError where error.isRetryable && failures < 5 {
                failures += 1
                try await Task.sleep(for: .seconds(error.retryAfter ?? 0.2 * Double(failures)))
            } catch {
                await writer.abandon()
                throw error
            }
        }
    }

    /// The dialect that the client reads: that of its file, unless a tag says otherwise.
    private var targets: [FormatID] {
        let source = job.sourceFormat.flatMap { FormatID($0) }
        let wanted = job.tags["result_format"].flatMap { FormatID($0) }
        // A dialect that is only read, or that has no name, is answered in its provider's usual one.
        let usual = job.sourceFormat.flatMap { FormatID(String($0.prefix { $0 != "/" })) }
        return [wanted ?? source, usual].compactMap { $0 }
    }

    private func configuration(
        from source: String, to target: FormatID, _ index: RequestIndex
    ) -> Configuration {
        var configuration = Configuration(target: target)
        configuration.kind = .result
        configuration.source = FormatID(source)
        configuration.onError = .skip
        configuration.requests = index
        // Where a provider's results name no model.
        configuration.options.model = job.modelID
        return configuration
    }

    private func transcoder(_ source: String, _ index: RequestIndex) throws -> Transcoder {
        var last: (any Error)?
        for target in targets {
            do throws(ConfigurationError) {
                return try Transcoder(configuration(from: source, to: target, index))
            } catch {
                last = error
            }
        }
        throw JobFailure("results cannot be converted: \(last.map { "\($0)" } ?? "no format")")
    }

    private func convert(_ blob: Blob, _ index: RequestIndex, _ sink: ResultSink) async throws {
        let reader = try await worker.blobs.open(blob.id)
        var transcoder = try transcoder(job.provider, index)
        var scanner = LineScanner()
        var offset = 0
        while offset < reader.byteCount {
            let bytes = Array(
                buffer: try await reader.read(offset: offset, count: BlobStep.byteCount))
            offset += bytes.count
            var output: [UInt8] = []
            transcoder.feed(bytes.span.bytes) { output.append(span: $0) }
            try await sink.take(output, &scanner)
        }
        var output: [UInt8] = []
        transcoder.finish { output.append(span: $0) }
        try await sink.take(output, &scanner)
        try await sink.end(&scanner)
        sink.unreadable += transcoder.report.recordsRejected
    }

    /// Requests that nobody answered become errors, spelled as an answer and converted like one.
    private func addMissing(_ index: RequestIndex, _ sink: ResultSink) async throws {
        let missing = sink.missing
        let rejections = Dictionary(
            job.rejections.compactMap { rejection in rejection.id.map { ($0, rejection.message) } },
            uniquingKeysWith: { first, _ in first })
        // A bad line that stands under no id of its own is counted, since it cannot be named.
        sink.rejections = (
            job.rejections.count, missing.count { rejections[index.id(at: $0)] != nil }
        )
        guard !missing.isEmpty else { return }
        var transcoder = try transcoder("openai", index)
        var scanner = LineScanner()
        for start in stride(from: 0, to: missing.count, by: 1000) {
            var lines: [UInt8] = []
            for position in missing[start..<min(start + 1000, missing.count)] {
                let id = index.id(at: position)
                let message = rejections[id].map { "\(job.inputName):\($0)" }
                lines += try FailedResult(id, position, message).line
            }
            var output: [UInt8] = []
            transcoder.feed(lines.span.bytes) { output.append(span: $0) }
            try await sink.take(output, &scanner, isMade: true)
        }
        var output: [UInt8] = []
        transcoder.finish { output.append(span: $0) }
        try await sink.take(output, &scanner, isMade: true)
        try await sink.end(&scanner, isMade: true)
    }

    // MARK: - Publication

    private func publish(_ blob: Blob, _ outcome: Outcome, _ usage: TokenUsage) async throws {
        guard let place = job.resultPlace else { return }
        _ = try await worker.catalog.makeBucket(
            tenant: job.tenant, name: place.bucket, at: worker.now().milliseconds)
        try await put(
            blob, place.bucket, "\(place.prefix)\(job.inputName).out", "application/jsonl")
        struct Manifest: Encodable {
            var totalRecordCount: Int
            var processedRecordCount: Int
            var successRecordCount: Int
            var errorRecordCount: Int
            var inputTokenCount: Int
            var outputTokenCount: Int
        }
        let manifest = Manifest(
            totalRecordCount: outcome.total,
            processedRecordCount: outcome.succeeded + outcome.failed,
            successRecordCount: outcome.succeeded, errorRecordCount: outcome.failed,
            inputTokenCount: usage.input, outputTokenCount: usage.output)
        let writer = try await worker.blobs.makeWriter(reserving: 0)
        try await writer.append(NIOCore.ByteBuffer(bytes: try JSONEncoder().encode(manifest)))
        // The manifest comes last: who sees it finds the results complete.
        try await put(
            try await writer.commit(), place.bucket, "\(place.prefix)manifest.json.out",
            "application/json")
    }

    /// Puts a file where the client looks for it; at S3 too, where the bucket is the client's own.
    private func put(
        _ blob: Blob, _ bucket: String, _ key: String, _ type: String
    ) async throws {
        var object = StoredObject(
            bucket: bucket, key: key, blob: blob, etag: String(blob.id.digest.prefix(32)),
            modified: worker.now().milliseconds)
        object.headers["content-type"] = type
        if let storage = provider as? any ObjectStorage, storage.use(of: bucket) == .clients {
            let source = try await BlobUpload(blob, worker.blobs)
            let etag = try await storage.putObject(source, bucket: bucket, key: key)
            if let etag { object.etag = etag }
        }
        _ = try await worker.catalog.put(tenant: job.tenant, object) { _ in true }
    }
}

/// The answer to a request that the provider gave none to, or that it never got; in the words of
/// OpenAI, whose clients get it as it is.
private struct FailedResult {
    let id: String
    let position: Int
    /// Why the request was not sent; nil: it was, and nothing came back.
    let message: String?

    init(_ id: String, _ position: Int, _ message: String?) {
        self.id = id
        self.position = position
        self.message = message
    }

    /// The line, its members in OpenAI's order.
    var line: [UInt8] {
        get throws {
            let isSent = message == nil
            let failure = [
                "\"message\":\(try Self.quoted(message ?? "no result returned"))",
                "\"type\":\"\(isSent ? "server_error" : "invalid_request_error")\"",
                "\"param\":null", "\"code\":\"\(isSent ? "no_result" : "invalid_line")\"",
            ]
            let response = [
                "\"status_code\":\(isSent ? 500 : 400)",
                "\"request_id\":\"gateway-\(position + 1)\"",
                "\"body\":{\"error\":{\(failure.joined(separator: ","))}}",
            ]
            let members = [
                "\"id\":\"batch_req_gateway-\(position + 1)\"",
                "\"custom_id\":\(try Self.quoted(id))",
                "\"response\":{\(response.joined(separator: ","))}", "\"error\":null",
            ]
            return Array("{\(members.joined(separator: ","))}\n".utf8)
        }
    }

    private static func quoted(_ text: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(text), as: UTF8.self)
    }
}
