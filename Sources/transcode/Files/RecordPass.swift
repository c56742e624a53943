// SPDX-License-Identifier: Apache-2.0

// Reads the records of inputs without converting them, on one or several threads.

import JSONLCodec
import Transcoder

/// What one thread has read of a block.
private final class ScanWorker: BlockWorker {
    private var scanner: RecordScanner
    private(set) var records: [RecordSummary] = []
    private(set) var blankCount = 0

    init(_ pass: RecordPass) {
        scanner = RecordScanner(
            limits: pass.limits, expected: pass.expected, requests: pass.requests)
    }

    func work(on bytes: borrowing ByteBuffer, _ block: SourceBlock) {
        records.removeAll(keepingCapacity: true)
        blankCount = bytes.withBytes { bytes in
            scanner.scan(bytes, block.position) { records.append($0) }
        }
    }
}

/// The records of one block, in order.
struct ScannedBlock {
    let block: SourceBlock
    let records: [RecordSummary]
    let blankCount: Int
    let byteCount: Int
}

/// Goes through the records of a source.
struct RecordPass {
    let source: BlockSource
    let limits: Limits
    /// What a record is taken for that looks like none.
    var expected: Detection?
    /// What the records answer, where that can be found by what they repeat.
    var requests: RequestIndex?
    let jobs: Int
    let progress: Progress?

    /// Hands out one block after the other, with the bytes that it was read from.
    func run(
        _ body: @escaping (ScannedBlock, borrowing ByteBuffer) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        var report = Report()
        let runner = TurnRunner(
            source: source, jobs: jobs,
            makeWorker: { ScanWorker(self) },
            commit: { (worker, bytes, block) throws(CommandFailure) in
                try body(
                    ScannedBlock(
                        block: block, records: worker.records, blankCount: worker.blankCount,
                        byteCount: bytes.count), bytes)
                report.bytesRead += bytes.count
                report.recordsRead += worker.records.count
                progress?.update { report }
                return false
            })
        defer { progress?.erase() }
        do throws(RunFailure) {
            try runner.run()
        } catch {
            throw error.commandFailure
        }
    }
}
