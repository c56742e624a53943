// SPDX-License-Identifier: Apache-2.0

// Works on blocks on one or several threads; the outcome is the same at every number of them.

import JSONLCodec
import Transcoder

/// A block of whole lines, and where it comes from.
struct SourceBlock {
    let position: BlockPosition
    /// The offset of its first byte in the file.
    let offset: Int
    /// Which of several conversions it is for.
    var lane = 0
}

/// Where blocks come from; whoever shares it between threads locks it.
protocol BlockProvider: AnyObject {
    /// Asked while waiting for a pipe: whether nobody wants more.
    var isCancelled: () -> Bool { get set }
    /// Whether there may be enough left for further threads.
    var isWorthSharing: Bool { get }

    /// From now on the source is asked while it waits whether it is still wanted.
    func waitPatiently()

    /// Fills a buffer with the next block; nil after the last one.
    func next(into buffer: inout ByteBuffer) throws(InputFailure) -> SourceBlock?
}

/// What one thread does to a block, in memory of its own.
protocol BlockWorker: AnyObject, SendableMetatype {
    func work(on bytes: borrowing ByteBuffer, _ block: SourceBlock)
}

/// Has blocks worked on, and what came of each committed in order.
///
/// Each thread does the same: take the next block under the source's lock, work on it, wait for
/// the block's turn, commit. So there is no queue, memory is bounded by the workers' buffers, and
/// order is kept by construction. With one job no thread is started at all.
final class TurnRunner<Worker: BlockWorker>: @unchecked Sendable {
    // Sound to send: `source` and `ticketCount` are used under `reading` only; `commit` and the
    // failure of the output by the thread whose turn it is only.

    /// Takes what came of a block; true where nothing further is wanted.
    typealias Commit =
        (Worker, borrowing ByteBuffer, SourceBlock) throws(CommandFailure) -> Bool

    private let jobs: Int
    private let source: any BlockProvider
    private let makeWorker: () -> Worker
    private let commit: Commit
    private let reading = Monitor()
    private let writing = Monitor()
    private var ticketCount = 0
    private var turn = 0
    private var isHalted = false
    private var threads: [WorkerThread] = []
    private var hasThreads = false
    private var inputFailure: InputFailure?
    private var outputFailure: CommandFailure?

    init(
        source: any BlockProvider, jobs: Int, makeWorker: @escaping () -> Worker,
        commit: @escaping Commit
    ) {
        self.source = source
        self.jobs = jobs
        self.makeWorker = makeWorker
        self.commit = commit
    }

    /// The number of threads that were used.
    var threadCount: Int { threads.count + 1 }

    /// Works on everything.
    func run() throws(RunFailure) {
        source.isCancelled = { [unowned self] in writing.locked { isHalted } }
        work()
        for thread in threads { thread.join() }
        if let outputFailure { throw .output(outputFailure) }
        if let inputFailure { throw .input(inputFailure) }
    }

    private func work() {
        let worker = makeWorker()
        var buffer = ByteBuffer(capacity: BlockSource.blockByteCount + (64 << 10))
        while let (block, ticket) = nextBlock(&buffer) {
            worker.work(on: buffer, block)
            takeTurn(ticket, worker, buffer, block)
        }
    }

    /// Reads the next block; nil when there is none or nobody wants it.
    private func nextBlock(_ buffer: inout ByteBuffer) -> (SourceBlock, ticket: Int)? {
        var result: (SourceBlock, ticket: Int)?
        reading.locked {
            guard inputFailure == nil, !writing.locked({ isHalted }) else { return }
            do throws(InputFailure) {
                guard let block = try source.next(into: &buffer) else { return }
                result = (block, ticketCount)
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

    /// Waits until all blocks before this one are committed, then commits it.
    private func takeTurn(
        _ ticket: Int, _ worker: Worker, _ buffer: borrowing ByteBuffer, _ block: SourceBlock
    ) {
        writing.locked {
            while turn != ticket { writing.wait() }
        }
        var isOver = false
        if !writing.locked({ isHalted }) {
            do throws(CommandFailure) {
                isOver = try commit(worker, buffer, block)
            } catch {
                outputFailure = error
                isOver = true
            }
        }
        writing.locked {
            turn += 1
            if isOver { isHalted = true }
            writing.wakeAll()
        }
    }
}

/// Why a run ended early.
enum RunFailure: Error {
    case input(InputFailure)
    case output(CommandFailure)

    /// The end of a command that compares its inputs with nothing.
    var commandFailure: CommandFailure {
        switch self {
        case .input(let failure): failure.commandFailure
        case .output(let failure): failure
        }
    }
}
