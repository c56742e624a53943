// SPDX-License-Identifier: Apache-2.0

// The order in which join writes results, and what the engine is told of their places.

import JSONLCodec
import Transcoder

/// Picks the results of a ledger one by one.
///
/// In the order of the requests the engine is told that each result stands where its request does:
/// so results without an id find their request by its line, and neighbours make one block. What it
/// then reports, ``place(_:)`` brings to where the result really is.
final class JoinOrder {
    private let index: RequestIndex
    private let ledger: ResultLedger
    /// The positions of the requests in the order in which results came, where that is wanted.
    private let arrival: [UInt32]?
    private var nextPlace = 0

    init(_ index: RequestIndex, _ ledger: ResultLedger, keepsArrival: Bool) {
        self.index = index
        self.ledger = ledger
        guard keepsArrival else {
            arrival = nil
            return
        }
        var positions: [UInt32] = []
        for position in 0..<index.count where Self.isWritten(ledger[position]) {
            positions.append(UInt32(truncatingIfNeeded: position))
        }
        positions.sort { left, right in
            let (first, second) = (ledger[Int(left)], ledger[Int(right)])
            return (first.file, first.offset) < (second.file, second.offset)
        }
        arrival = positions
    }

    /// A result that cannot be read has no place in an output.
    private static func isWritten(_ answer: Answer) -> Bool {
        answer.outcome != .missing && answer.outcome != .unreadable
    }

    /// The next result.
    func next() -> PickedLine? {
        if let arrival {
            guard nextPlace < arrival.count else { return nil }
            defer { nextPlace += 1 }
            let answer = ledger[Int(arrival[nextPlace])]
            return pick(answer, (answer.file, answer.line))
        }
        while nextPlace < index.count {
            defer { nextPlace += 1 }
            let answer = ledger[nextPlace]
            if Self.isWritten(answer) {
                return pick(answer, (0, index.place(at: nextPlace).lineNumber))
            }
        }
        return nil
    }

    private func pick(_ answer: Answer, _ place: (file: Int, line: Int)) -> PickedLine {
        PickedLine(
            file: answer.file, offset: answer.offset, count: answer.count, place: place,
            lane: Int(answer.lane))
    }

    /// Where something is that the engine has found.
    func place(_ place: SourcePlace) -> SourcePlace {
        guard arrival == nil, let position = index.position(onLine: place.line) else {
            return place
        }
        let answer = ledger[position]
        return SourcePlace(file: answer.file, line: answer.line, column: place.column)
    }
}
