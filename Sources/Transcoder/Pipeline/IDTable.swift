// SPDX-License-Identifier: Apache-2.0

// A set of ids in the order in which they were met; one copy of the bytes, no object per id.

import JSONLCodec

/// Ids by position: 24 to 40 bytes each and the id itself.
struct IDTable: ~Copyable, Sendable {
    /// The bytes of all ids, one after the other.
    private var bytes = ByteBuffer()
    /// Where each id ends in `bytes`.
    private var ends = TrivialArray<Int>()
    /// For each place half a hash and, below it, a position plus one; 0 for a free place.
    ///
    /// So an id is looked at only where its hash is right.
    private var slots = TrivialArray<UInt64>(repeating: 0, count: 64)

    init() {}

    /// The number of ids.
    var count: Int { ends.count }

    /// The position of an id, or nil.
    ///
    /// - Complexity: O(1), amortised; O(*n*) in the length of the id.
    func find(_ id: ByteView) -> Int? {
        let position = slots[slot(of: id, id.hash)] & Self.positionMask
        return position == 0 ? nil : Int(position) - 1
    }

    /// Asks for the memory that looking an id up needs, some look-ups ahead of that.
    func prefetch(hash: UInt64) {
        slots.prefetch(Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1))
    }

    /// The id at a position; valid until the table changes.
    func id(at position: Int) -> ByteView {
        bytes.view.slice(position == 0 ? 0 : ends[position - 1], ends[position])
    }

    /// Adds an id, if it is not there yet.
    ///
    /// - Returns: Its position, and whether it was added now.
    @discardableResult
    mutating func insert(_ id: ByteView) -> (position: Int, isNew: Bool) {
        insert(id, hash: id.hash)
    }

    /// Adds an id of which the hash is known.
    mutating func insert(_ id: ByteView, hash: UInt64) -> (position: Int, isNew: Bool) {
        let slot = slot(of: id, hash)
        guard slots[slot] == 0 else { return (Int(slots[slot] & Self.positionMask) - 1, false) }
        bytes.append(made: id)
        ends.append(bytes.count)
        slots[slot] = hash & ~Self.positionMask | UInt64(ends.count)
        if ends.count * 2 > slots.count { grow() }
        return (ends.count - 1, true)
    }

    private static var positionMask: UInt64 { 0xFFFF_FFFF }

    /// The place that holds an id, or the free one where it would stand.
    private func slot(of id: ByteView, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        // The upper half decides the place too: it is what is left when the table grows.
        var slot = Int(truncatingIfNeeded: hash >> 32) & mask
        while true {
            let known = slots[slot]
            if known == 0 { return slot }
            let hasHash = (known ^ hash) & ~Self.positionMask == 0
            if hasHash, self.id(at: Int(known & Self.positionMask) - 1) == id { return slot }
            slot = (slot + 1) & mask
        }
    }

    private mutating func grow() {
        var larger = TrivialArray<UInt64>(repeating: 0, count: slots.count * 2)
        let mask = larger.count - 1
        for index in 0..<slots.count {
            let known = slots[index]
            guard known != 0 else { continue }
            var slot = Int(truncatingIfNeeded: known >> 32) & mask
            while larger[slot] != 0 { slot = (slot + 1) & mask }
            larger[slot] = known
        }
        slots = larger
    }
}

/// Gives every id a spelling in the letters that Anthropic allows, none of them twice.
///
/// Ids are given in the order of the lines; a legal id that an earlier rewriting took gets a
/// suffix too, and one source id always gets the same spelling (ruling H12 and I4).
struct IDSpeller: ~Copyable, Sendable {
    /// Source ids, and at the same positions what they were given.
    private var given = IDTable()
    private var taken = IDTable()

    init() {}

    /// The spelling that a source id was given, or nil.
    func spelling(of source: ByteView) -> ByteView? {
        given.find(source).map { taken.id(at: $0) }
    }

    /// The position at which a spelling was given, or nil: the first id has position 0.
    func position(ofSpelling spelling: ByteView) -> Int? { taken.find(spelling) }

    /// Gives a new source id a spelling.
    ///
    /// - Parameters:
    ///   - source: The id, decoded.
    ///   - wish: Its spelling in legal letters.
    /// - Returns: nil where the wish is granted, else what it became.
    mutating func give(_ source: ByteView, wish: ByteView) -> String? {
        if taken.insert(wish).isNew {
            given.insert(source)
            return nil
        }
        let base = wish.text
        var number = 2
        while true {
            let spelling = RestrictedID.spell(base, number: number)
            var buffer = ByteBuffer()
            buffer.append(utf8: spelling)
            if taken.insert(buffer.view).isNew {
                given.insert(source)
                return spelling
            }
            number += 1
        }
    }
}
