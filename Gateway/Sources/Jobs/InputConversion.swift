// SPDX-License-Identifier: Apache-2.0

// The client's file on its way to a provider: converted, checked, and cut to the provider's limits.

import Foundation
import JSONLCodec
import NIOCore
import Providers
import Storage
import Transcoder
import Wire

/// Converts the input of a job.
struct InputConversion {
    private let job: JobRecord
    private let limits: UpstreamLimits
    private let blobs: any BlobStore
    private let badLineLimit: Int

    /// Takes a job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - limits: What one batch of its provider may hold.
    ///   - blobs: Where its file is.
    ///   - badLineLimit: The bad lines that the file may have and still run.
    init(_ job: JobRecord, _ limits: UpstreamLimits, _ blobs: any BlobStore, badLineLimit: Int) {
        self.job = job
        self.limits = limits
        self.blobs = blobs
        self.badLineLimit = badLineLimit
    }

    /// What became of the input.
    struct Outcome {
        var parts: [JobPart] = []
        var sourceFormat: String
        /// How Bedrock is to read the records.
        var invocationType: String?
        /// What the batch is made for: the path that the first line for OpenAI names, or Gemini's
        /// method; nil for the usual conversations.
        var endpoint: String?
        /// The bad lines that were left out.
        var rejections: [JobRejection] = []

        fileprivate mutating func take(_ output: (parts: [JobPart], report: Report)) {
            parts = output.parts
            rejections = output.report.errors.map(JobRejection.init)
        }
    }

    /// Converts everything.
    ///
    /// - Throws: `JobFailure` where there are too many bad records: with file, line, column, path
    ///   and code of the first one.
    func run() async throws -> Outcome {
        let source = try await detect()
        let target = try target(for: source)
        var outcome = Outcome(sourceFormat: source.description)
        guard job.provider == "bedrock" else {
            outcome.take(try await convert(from: source, to: target))
            if job.provider == "openai", let part = outcome.parts.first {
                outcome.endpoint = try await endpoint(of: part)
            } else if job.provider == "gemini", source.isForEmbeddings {
                outcome.endpoint = "asyncBatchEmbedContent"
            }
            return outcome
        }
        if source.provider == "bedrock" {
            return try await runBedrock(source)
        }
        outcome.invocationType = source.isForEmbeddings ? "InvokeModel" : "Converse"
        let output = try await convert(from: source, to: target)
        outcome.take(output)
        guard output.report.losses.contains(where: { $0.code == .batchToolsUnsupported }) else {
            return outcome
        }
        // Batches of the type Converse refuse tools; these families take them in bodies of their own.
        switch family {
        case .claude:
            outcome.invocationType = "InvokeModel"
            if let anthropic = FormatID("bedrock/anthropic") {
                outcome.take(try await convert(from: source, to: anthropic))
            }
        case .nova: outcome.invocationType = "InvokeModel"
        case .other: break
        }
        return outcome
    }

    /// What the provider is to run: a batch is either one of conversations or one of embeddings, as
    /// the first record shows, and lines of the other kind are bad ones.
    private func target(for source: FormatID) throws -> FormatID {
        guard source.provider != job.provider else {
            return FormatID(job.provider) ?? source
        }
        guard source.isForEmbeddings else {
            return FormatID.conversations(of: job.provider) ?? source
        }
        guard let target = FormatID.embeddings(of: job.provider, model: job.modelID) else {
            throw JobFailure(
                "\(job.inputName) asks for embeddings, which \(job.modelID) does not make "
                    + "[endpoint.unsupported]")
        }
        return target
    }

    /// The path that the first line of a part names.
    private func endpoint(of part: JobPart) async throws -> String? {
        struct Line: Decodable {
            var url: String?
        }
        let reader = try await blobs.open(part.blob.id)
        var count = 1 << 20
        while true {
            let bytes = Array(buffer: try await reader.read(offset: 0, count: count))
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                // What it cannot say is OpenAI's to refuse; the line itself was checked before.
                return try? JSONDecoder().decode(Line.self, from: Data(bytes[..<end])).url
            }
            guard bytes.count < reader.byteCount else { return nil }
            count *= 4
        }
    }

    /// A file that is Bedrock's already stays as it is, but for tools in Converse bodies.
    private func runBedrock(_ source: FormatID) async throws -> Outcome {
        let isConverse = source.dialect == nil || source.dialect == "converse"
        var outcome = Outcome(
            sourceFormat: source.description,
            invocationType: job.invocationType ?? (isConverse ? "Converse" : "InvokeModel"))
        var target = FormatID("bedrock")
        if isConverse, family != .other, try await hasToolConfiguration() {
            outcome.invocationType = "InvokeModel"
            if family == .claude { target = FormatID("bedrock/anthropic") }
        }
        if let target { outcome.take(try await convert(from: source, to: target)) }
        return outcome
    }

    /// Whether `"toolConfig"` stands in the file; inside of a text its quotes would be escaped.
    ///
    /// The native dialect takes records without tools as well, so a mistake would do no harm.
    private func hasToolConfiguration() async throws -> Bool {
        let sign = Array("\"toolConfig\"".utf8)
        var tail: [UInt8] = []
        var isFound = false
        try await blobs.open(job.input.id).forEachStep { bytes in
            guard !isFound else { return }
            isFound = (tail + bytes).contains(sign)
            tail = Array(bytes.suffix(sign.count))
        }
        return isFound
    }

    /// The families of models that take tools in bodies of their own.
    private enum Family {
        case claude
        /// Its own bodies are those of Converse, as far as batches are concerned.
        case nova
        case other
    }

    private var family: Family {
        let model = job.modelID.lowercased()
        if model.contains("anthropic") || model.contains("claude") { return .claude }
        return model.contains("nova") ? .nova : .other
    }

    /// What the first record shows.
    private func detect() async throws -> FormatID {
        let reader = try await blobs.open(job.input.id)
        var count = 1 << 20
        while true {
            let bytes = Array(buffer: try await reader.read(offset: 0, count: count))
            let isWhole = bytes.count == reader.byteCount
            switch Detection.detect(beginning: bytes.span.bytes, isWhole: isWhole) {
            case .found(let detection):
                guard detection.kind == .request else {
                    throw JobFailure(
                        "\(job.inputName) holds \(detection.format) results, not requests")
                }
                return detection.format
            case .empty: throw JobFailure("\(job.inputName) holds no record [empty_file]")
            case .unknown:
                throw JobFailure(
                    "\(job.inputName):1:1 $: the first record is of no known format [unknown_format]"
                )
            case .needsMoreBytes:
                guard !isWhole, count < 256 << 20 else {
                    throw JobFailure("\(job.inputName):1:1: the line is too long [line_too_long]")
                }
                count *= 4
            }
        }
    }

    private func convert(
        from source: FormatID, to target: FormatID
    ) async throws -> (parts: [JobPart], report: Report) {
        var configuration = Configuration(target: target)
        configuration.kind = .request
        configuration.source = FormatID(source.provider)
        configuration.onError = badLineLimit == 0 ? .stop : .skip
        configuration.errorLimit = JobRejection.limit
        // A file in the provider's own dialect names its models itself.
        if source.provider != target.provider { configuration.options.model = job.modelID }
        let writer = PartWriter(limits, blobs, countsInputs: source.isForEmbeddings)
        do {
            // Whoever keeps a dialect gets the lines as they are; no other line lacks an id then.
            let isKept = source.provider == target.provider && target.dialect == nil
            let naming = isKept ? LineNaming(provider: target.provider) : nil
            let report = try await feed(try Transcoder(configuration), naming, writer)
            return (try await writer.finish(), report)
        } catch let error as ConfigurationError {
            await writer.abandon()
            throw JobFailure("\(job.inputName): \(error)")
        } catch {
            await writer.abandon()
            throw error
        }
    }

    private func feed(
        _ start: consuming Transcoder, _ naming: LineNaming?, _ writer: PartWriter
    ) async throws -> Report {
        var transcoder = start
        let reader = try await blobs.open(job.input.id)
        var offset = 0
        while offset < reader.byteCount, transcoder.report.recordsRejected <= badLineLimit {
            let bytes = Array(
                buffer: try await reader.read(offset: offset, count: BlobStep.byteCount))
            offset += bytes.count
            var output: [UInt8] = []
            transcoder.feed(bytes.span.bytes) { output.append(span: $0) }
            try await writer.append(naming?.name(output) ?? output)
        }
        var output: [UInt8] = []
        transcoder.finish { output.append(span: $0) }
        try await writer.append(naming?.end(output) ?? output)
        let report = transcoder.report
        if report.recordsRejected > badLineLimit || report.recordsWritten == 0 {
            guard let first = report.errors.first else {
                throw JobFailure("\(job.inputName) holds no record [empty_file]")
            }
            throw JobFailure("\(job.inputName):\(JobRejection(first).message)")
        }
        return report
    }
}

extension [UInt8] {
    /// Whether some bytes stand in these, one after the other.
    func contains(_ other: [UInt8]) -> Bool {
        guard let first = other.first, count >= other.count else { return false }
        return withUnsafeBytes { bytes in
            var index = 0
            while index <= bytes.count - other.count {
                if bytes[index] == first, bytes[index..<index + other.count].elementsEqual(other) {
                    return true
                }
                index += 1
            }
            return false
        }
    }

    /// Appends the bytes of a span.
    mutating func append(span: RawSpan) {
        span.withUnsafeBytes { append(contentsOf: $0) }
    }
}
