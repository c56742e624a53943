// SPDX-License-Identifier: Apache-2.0

// Counts losses by code and path, in the order in which they were first met.

import JSONLCodec

/// The losses of a whole conversion.
struct LossLedger: ~Copyable, Sendable {
    private var table = IDTable()
    private var codes: [LossCode] = []
    private var counts: [Int] = []
    private var places: [SourcePlace] = []
    private var key = ByteBuffer()

    init() {}

    /// Counts one loss.
    ///
    /// - Complexity: O(1), amortised.
    mutating func add(_ loss: LossEvent, path: ByteView, file: Int) {
        key.removeAll()
        key.append(UInt8(truncatingIfNeeded: loss.code.ordinal))
        key.append(made: path)
        let (position, isNew) = table.insert(key.view)
        guard isNew else {
            counts[position] += 1
            return
        }
        codes.append(loss.code)
        counts.append(1)
        places.append(SourcePlace(file: file, line: loss.line, column: loss.column))
    }

    /// The losses as the report shows them.
    var entries: [LossEntry] {
        var entries: [LossEntry] = []
        for position in codes.indices {
            let key = table.id(at: position)
            entries.append(
                LossEntry(
                    code: codes[position], path: key.slice(1, key.count).text,
                    count: counts[position], first: places[position]))
        }
        return entries
    }
}

extension LossCode {
    /// The place of the code in the list of all codes.
    fileprivate var ordinal: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
