// SPDX-License-Identifier: Apache-2.0

// The records that a benchmark works on.

import Corpus

/// A corpus in memory, made when a benchmark first asks for it.
///
/// The harness starts a process for every benchmark, so most samples are never made.
final class Sample {
    /// A run of whole lines, as the command line cuts its input.
    struct Block {
        let range: Range<Int>
        /// The number of its first line, counted from 1.
        let firstLine: Int
    }

    let plan: CorpusPlan
    private(set) lazy var bytes = CorpusGenerator.lines(of: plan, byteCount: byteCount)
    private(set) lazy var blocks = cut()
    private(set) lazy var lineCount = bytes.count { $0 == UInt8(ascii: "\n") }

    init(_ plan: CorpusPlan) {
        self.plan = plan
    }

    /// Enough to be of no use to the caches next to the core; pictures need some more to be
    /// several.
    private var byteCount: Int {
        plan.profile == .image ? 8_000_000 : 4_000_000
    }

    private func cut() -> [Block] {
        var blocks: [Block] = []
        var start = 0
        var line = 1
        var firstLine = 1
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            guard index + 1 - start >= 1 << 20 || index == bytes.count - 1 else { continue }
            blocks.append(Block(range: start..<index + 1, firstLine: firstLine))
            start = index + 1
            firstLine = line
        }
        return blocks
    }
}
