// SPDX-License-Identifier: Apache-2.0

// Counts what requests for embeddings ask vectors for, line by line.

import JSONLCodec
import Transcoder

/// Counts the inputs of requests for embeddings, whatever their format.
struct InputCounter: ~Copyable {
    /// What was counted so far.
    private(set) var total = EmbeddingCount()
    private var scanner = RecordScanner()
    private let isNeeded: Bool

    /// Creates a counter; one that is not needed looks at nothing.
    init(isNeeded: Bool) { self.isNeeded = isNeeded }

    /// The inputs of a record; 0 for anything but a request for embeddings.
    mutating func inputs(of line: ByteView) -> Int { line.withSpan { count($0) } }

    /// Counts all records of a block.
    mutating func count(_ lines: RawSpan) -> Int {
        guard isNeeded else { return 0 }
        var count = 0
        let position = BlockPosition(file: 0, firstLine: 1, isFileStart: true)
        scanner.scan(lines, position) { record in
            let inputs = record.embeddingInputs ?? 0
            total.add(inputs: inputs)
            count += inputs
        }
        return count
    }
}
