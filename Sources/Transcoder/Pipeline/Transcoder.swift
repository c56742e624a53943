// SPDX-License-Identifier: Apache-2.0

// The whole conversion behind one value: chunks in, bytes out, no threads, no files.

import JSONLCodec

/// Converts a batch file that arrives in chunks.
///
/// Synchronous and without I/O: memory is bounded by a chunk and the longest line, and nothing is
/// kept of the file but its ids where the target demands that they differ.
///
/// ```swift
/// var configuration = Configuration(target: FormatID("openai")!)
/// configuration.options.model = "gpt-4o-mini"
/// var transcoder = try Transcoder(configuration)
/// while let chunk = try await upload.next() {
///     transcoder.feed(chunk.bytes) { body.append($0) }
/// }
/// transcoder.finish { body.append($0) }
/// for loss in transcoder.report.losses { log("\(loss.count) x \(loss.code) \(loss.path)") }
/// if !transcoder.report.errors.isEmpty { refuse(transcoder.report.errors) }
/// ```
public struct Transcoder: ~Copyable, Sendable {
    private let configuration: Configuration
    private var engine: Engine?
    private var cutter: BlockCutter
    private var unknown: Diagnostic?

    /// What reads and writes, once the format is known.
    private final class Engine: @unchecked Sendable {
        // Sound to send: only the transcoder that made it refers to it, and that cannot be copied.
        var converter: BlockConverter
        var sequencer: RecordSequencer

        init(_ conversion: Conversion) {
            converter = BlockConverter(conversion)
            sequencer = RecordSequencer(conversion)
        }
    }

    /// Creates a conversion.
    ///
    /// - Parameter configuration: What to do; without a source or kind, the first record tells.
    /// - Throws: Where the target can be read but not written.
    public init(_ configuration: Configuration) throws(ConfigurationError) {
        self.configuration = configuration
        cutter = BlockCutter(lineByteLimit: configuration.limits.lineByteLimit)
        var isKnown = configuration
        isKnown.kind = configuration.kind ?? .request
        isKnown.source =
            configuration.source
            ?? FormatID(provider: configuration.target.provider, dialect: nil)
        // Finds out early what would otherwise wait for the first record.
        _ = try Conversion(isKnown)
        if configuration.kind != nil, configuration.source != nil {
            try start(detected: nil)
        }
    }

    private mutating func start(detected: Detection?) throws(ConfigurationError) {
        let conversion = try Conversion(configuration, detected: detected)
        engine = Engine(conversion)
    }

    /// Nothing further is converted: a bad record ended it, or the format is not known.
    public var isStopped: Bool {
        unknown != nil || engine?.sequencer.isStopped == true
    }

    /// What was done so far.
    public var report: Report {
        if let report = engine?.sequencer.report { return report }
        var report = Report()
        report.target = configuration.target
        if let unknown {
            report.errors = [unknown]
            report.recordsRead = 1
            report.recordsRejected = 1
        }
        return report
    }

    /// Converts the records that a further chunk completes.
    ///
    /// - Parameters:
    ///   - chunk: Bytes of the file, cut anywhere.
    ///   - write: Takes converted records; called once for each run of whole lines.
    /// - Throws: What `write` throws; the conversion is over then.
    /// - Complexity: O(*n*).
    public mutating func feed<Failure: Error>(
        _ chunk: RawSpan, _ write: (RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        guard !isStopped else { return }
        try ByteView.with(chunk) { (bytes) throws(Failure) in
            var rest = bytes
            while let block = cutter.next(&rest) { try convert(block, write) }
        }
    }

    /// Converts the last record, where it has no line feed.
    ///
    /// - Parameter write: Takes converted records.
    /// - Throws: What `write` throws.
    public mutating func finish<Failure: Error>(
        _ write: (RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        guard !isStopped, let block = cutter.finish() else { return }
        try convert(block, write)
    }

    private mutating func convert<Failure: Error>(
        _ block: BlockCutter.Block, _ write: (RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        if engine == nil { detect(block) }
        guard let engine, !isStopped else { return }
        let position = BlockPosition(
            file: 0, firstLine: block.firstLine, isFileStart: block.isStart,
            isTooLong: block.isTooLong)
        engine.converter.convert(cutter.bytes(of: block), position)
        engine.sequencer.commit(&engine.converter)
        try engine.converter.withOutput { (bytes) throws(Failure) in
            if bytes.byteCount > 0 { try write(bytes) }
        }
    }

    /// Finds the format out from the first line that is not blank.
    private mutating func detect(_ block: BlockCutter.Block) {
        let bytes = cutter.bytes(of: block)
        let provider = configuration.source?.provider
        let outcome = bytes.withSpan {
            Detection.detect(beginning: $0, isWhole: true, provider: provider)
        }
        switch outcome {
        case .found(let detection):
            // The target was checked when the conversion was created.
            try? start(detected: detection)
        case .empty, .needsMoreBytes:
            break
        case .unknown:
            unknown = Diagnostic(
                place: SourcePlace(file: 0, line: block.firstLine, column: 1), path: "$",
                code: ErrorCode.unknownFormat.rawValue,
                message: "the first record is of no format that is known here", recordID: nil,
                firstUse: nil, excerpt: ErrorDescriber.excerpt(of: bytes, around: 0))
        }
    }
}
