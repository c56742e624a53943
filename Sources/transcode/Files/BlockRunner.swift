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

/// Runs a conversion over a source.
///
/// Each worker does the same: take the next block under the source's lock, convert it, wait for
/// the block's turn, commit and write it. So there is no queue, memory is bounded by the workers'
/// buffers, and order is kept by construction. With one job no thread is started at all.
final class BlockRunner: @unchecked Sendable {
    // Sound to send: `source` and `ticketCount` are used under `reading` only; `sequencer`, `sink`,
    // `progress` and `failure` by the worker whose turn it is only.

    private let conversion: Conversion
    private let jobs: Int
    private let source: BlockSource
    private let sink: any BlockSink
    private let progress: Progress?
    private let reading = Monitor()
    private let writing = Monitor()
    private var ticketCount = 0
    private var turn = 0
    private var isHalted = false
    private var threads: [WorkerThread] = []
    private var hasThreads = false
    private var sequencer: RecordSequencer
    private var inputFailure: InputFailure?
    private var outputFailure: CommandFailure?

    init(
        _ conversion: Conversion, source: BlockSource, sink: any BlockSink, jobs: Int,
        progress: Progress?
    ) {
        self.conversion = conversion
        self.source = source
        self.sink = sink
        self.jobs = jobs
        self.progress = progress
        sequencer = RecordSequencer(conversion)
    }

    /// Why it ended early, if it did.
    enum Failure: Error {
        case input(InputFailure)
        case output(CommandFailure)
    }

    /// What was done; after ``run()``.
    var report: Report { sequencer.report }

    /// The first bad record has ended the conversion.
    var isStopped: Bool { sequencer.isStopped }

    /// The number of threads that were used.
    var threadCount: Int { threads.count + 1 }

    /// Converts everything.
    func run() throws(Failure) {
        source.isCancelled = { [unowned self] in writing.locked { isHalted } }
        work()
        for thread in threads { thread.join() }
        progress?.erase()
        if let outputFailure { throw .output(outputFailure) }
        if let inputFailure { throw .input(inputFailure) }
    }

    private func work() {
        var converter = BlockConverter(conversion)
        var buffer = ByteBuffer(capacity: BlockSource.blockByteCount + (64 << 10))
        while let (position, ticket) = nextBlock(&buffer) {
            buffer.withBytes { converter.convert($0, position) }
            takeTurn(ticket, &converter, buffer, position)
        }
    }

    /// Reads the next block; nil when there is none or nobody wants it.
    private func nextBlock(_ buffer: inout ByteBuffer) -> (BlockPosition, ticket: Int)? {
        var result: (BlockPosition, ticket: Int)?
        reading.locked {
            guard inputFailure == nil, !writing.locked({ isHalted }) else { return }
            do throws(InputFailure) {
                guard let position = try source.next(into: &buffer) else { return }
                result = (position, ticketCount)
                ticketCount += 1
                if jobs > 1, !hasThreads, source.isWorthSharing { startThreads() }
            } catch {
                inputFailure = error
            }
        }
        return result
    }

    private func startThreads() {
        hasThreads = true
        source.waitPatiently()
        for _ in 1..<jobs {
            // Where the system has no thread left, those that are there do the work.
            guard let thread = WorkerThread({ [self] in work() }) else { return }
            threads.append(thread)
        }
    }

    /// Waits until all blocks before this one are written, then writes it.
    private func takeTurn(
        _ ticket: Int, _ converter: inout BlockConverter, _ buffer: borrowing ByteBuffer,
        _ position: BlockPosition
    ) {
        writing.locked {
            while turn != ticket { writing.wait() }
        }
        if !writing.locked({ isHalted }) {
            sequencer.commit(&converter)
            do throws(CommandFailure) {
                try sink.take(converter, buffer, position)
            } catch {
                outputFailure = error
            }
            progress?.update { sequencer.report }
        }
        let isOver = sequencer.isStopped || outputFailure != nil
        writing.locked {
            turn += 1
            if isOver { isHalted = true }
            writing.wakeAll()
        }
    }
}
