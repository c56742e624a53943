// SPDX-License-Identifier: Apache-2.0

// Converts blocks on one or several threads; the output is the same at every number of them.

import JSONLCodec
import Transcoder

/// What takes the blocks when they are converted, in order.
protocol BlockSink: AnyObject {
    /// Takes one block that has been committed, and the bytes that it was made from.
    func take(
        _ block: borrowing BlockConverter, _ source: borrowing ByteBuffer, _ position: BlockPosition
    ) throws(CommandFailure)
}

/// Converts blocks, each by the conversion that it is for.
private final class ConversionWorker: BlockWorker {
    /// A converter with an owner that can stand in a list.
    private final class Lane {
        var converter: BlockConverter

        init(_ conversion: Conversion) { converter = BlockConverter(conversion) }
    }

    private let lanes: [Lane]

    init(_ conversions: [Conversion]) { lanes = conversions.map(Lane.init) }

    func work(on bytes: borrowing ByteBuffer, _ block: SourceBlock) {
        bytes.withBytes { lanes[block.lane].converter.convert($0, block.position) }
    }

    func commit(
        _ lane: Int, with sequencer: inout RecordSequencer
    ) { sequencer.commit(&lanes[lane].converter) }

    func give(
        _ lane: Int, to sink: any BlockSink, _ bytes: borrowing ByteBuffer,
        _ position: BlockPosition
    ) throws(CommandFailure) { try sink.take(lanes[lane].converter, bytes, position) }
}

/// Runs one or several conversions with the same target over a source.
final class BlockRunner: @unchecked Sendable {
    // Sound to send: `sequencer`, `sink` and `progress` are used by the thread whose turn it is only.

    private let conversions: [Conversion]
    private let jobs: Int
    private let source: any BlockProvider
    private let sink: any BlockSink
    private let progress: Progress?
    private var sequencer: RecordSequencer

    /// The number of threads that were used.
    private(set) var threadCount = 1

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - first: The conversion of the source's first lane, which the report names.
    ///   - others: Those of the other lanes, to the same target.
    ///   - source: Where the blocks come from.
    ///   - sink: Where they go to.
    ///   - jobs: The most threads.
    ///   - progress: Shows how far the run has come.
    init(
        _ first: Conversion, others: ArraySlice<Conversion> = [], source: any BlockProvider,
        sink: any BlockSink, jobs: Int, progress: Progress?
    ) {
        self.progress = progress
        conversions = [first] + others
        self.source = source
        self.sink = sink
        self.jobs = jobs
        sequencer = RecordSequencer(first)
    }

    /// What was done; after ``run()``.
    var report: Report { sequencer.report }

    /// The first bad record has ended the conversion.
    var isStopped: Bool { sequencer.isStopped }

    /// Converts everything.
    func run() throws(RunFailure) {
        let runner = TurnRunner(
            source: source, jobs: jobs, makeWorker: { ConversionWorker(self.conversions) },
            commit: { (worker, bytes, block) throws(CommandFailure) in
                worker.commit(block.lane, with: &self.sequencer)
                try worker.give(block.lane, to: self.sink, bytes, block.position)
                self.progress?.update { self.sequencer.report }
                return self.sequencer.isStopped
            })
        defer {
            threadCount = runner.threadCount
            progress?.erase()
        }
        try runner.run()
    }
}
