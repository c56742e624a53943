// SPDX-License-Identifier: Apache-2.0

// A set of ids that keeps where each was met; one copy of the bytes, no object per id.

import JSONLCodec

/// Ids with what is known about them: 32 bytes each and the id itself.
struct IDTable: ~Copyable, Sendable {
    /// What is known about an id.
    struct Entry: Sendable {
        fileprivate let hash: UInt64
        fileprivate let start: Int
        fileprivate let count: Int
        /// Whatever the owner of the table wants to know: a line, an index.
        var value: Int
    }

    private var bytes = ByteBuffer()
    private(set) var entries: [Entry] = []
    private var slots: [UInt32] = Array(repeating: .max, count: 64)

    init() {}

    /// The position of an id's entry, or nil.
    ///
    /// - Complexity: O(1), amortised; O(*n*) in the length of the id.
    func find(_ id: ByteView) -> Int? {
        let hash = id.hash
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != .max {
            let position = Int(slots[slot])
            if entries[position].hash == hash, self.id(at: position) == id { return position }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The id of an entry; valid until the table changes.
    func id(at position: Int) -> ByteView {
        let entry = entries[position]
        return bytes.view.slice(entry.start, entry.start + entry.count)
    }

    /// Adds an id that is not in the table.
    @discardableResult
    mutating func insert(_ id: ByteView, value: Int) -> Int {
        if entries.count * 2 >= slots.count { grow() }
        let entry = Entry(hash: id.hash, start: bytes.count, count: id.count, value: value)
        bytes.append(made: id)
        entries.append(entry)
        place(entries.count - 1)
        return entries.count - 1
    }

    private mutating func place(_ position: Int) {
        var slot = Int(truncatingIfNeeded: entries[position].hash) & (slots.count - 1)
        while slots[slot] != .max { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(truncatingIfNeeded: position)
    }

    private mutating func grow() {
        slots = Array(repeating: .max, count: slots.count * 2)
        for position in entries.indices { place(position) }
    }
}

/// Gives every id a spelling in the letters that Anthropic allows, none of them twice.
///
/// Ids are given in the order of the lines; a legal id that an earlier rewriting took gets a
/// suffix too, and one source id always gets the same spelling (ruling H12 and I4).
struct IDSpeller: ~Copyable, Sendable {
    /// Source ids; the value is the position of the spelling in `taken`.
    private var given = IDTable()
    private var taken = IDTable()

    init() {}

    /// The spelling that a source id was given, or nil.
    func spelling(of source: ByteView) -> ByteView? {
        given.find(source).map { taken.id(at: given.entries[$0].value) }
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
        guard taken.find(wish) != nil else {
            given.insert(source, value: taken.insert(wish, value: 0))
            return nil
        }
        let base = wish.text
        var number = 2
        while true {
            let spelling = RestrictedID.spell(base, number: number)
            var buffer = ByteBuffer()
            buffer.append(utf8: spelling)
            if taken.find(buffer.view) == nil {
                given.insert(source, value: taken.insert(buffer.view, value: 0))
                return spelling
            }
            number += 1
        }
    }
}
