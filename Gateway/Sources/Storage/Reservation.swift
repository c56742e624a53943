// SPDX-License-Identifier: Apache-2.0

// Room on the disk for what was begun: many uploads at once must not fill it together.

import Synchronization

/// The bytes that all writers of a store have still to write.
final class Reservations: Sendable {
    private let sum = Atomic(0)

    /// The bytes.
    var byteCount: Int { sum.load(ordering: .relaxed) }

    fileprivate func add(_ count: Int) { sum.add(count, ordering: .relaxed) }
}

/// The bytes that one writer has still to write; given back with it at the latest.
final class Reservation: Sendable {
    private let rest: Atomic<Int>
    private let all: Reservations

    /// The bytes.
    var byteCount: Int { rest.load(ordering: .relaxed) }

    init(_ byteCount: Int, of all: Reservations) {
        rest = Atomic(byteCount)
        self.all = all
        all.add(byteCount)
    }

    deinit { release(.max) }

    /// Gives bytes back that were written, or that never will be; no more than there are.
    func release(_ count: Int) {
        let released = min(count, byteCount)
        rest.subtract(released, ordering: .relaxed)
        all.add(-released)
    }
}
