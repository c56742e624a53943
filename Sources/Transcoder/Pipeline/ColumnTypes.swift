// SPDX-License-Identifier: Apache-2.0

// Services that read lines into a table want one type for a member over the whole file.

import JSONLCodec

/// The types of the members of all records so far, by their paths; elements of a list count as one
/// member of it.
struct ColumnTypes: ~Copyable {
    /// What stood at a path first.
    private struct Use {
        let kind: JSONKind
        let place: SourcePlace
    }

    /// A member that has another type than before.
    struct Fault {
        /// Its path, and what it is and was, in words.
        let words: String
        /// The record that it was in first.
        let firstUse: SourcePlace
    }

    private var uses: [UInt64: Use] = [:]
    private var indexer = JSONIndexer()

    /// Adds the members of a record, unless one of them has another type than before.
    ///
    /// - Parameters:
    ///   - record: The record as it was written.
    ///   - place: Where it came from.
    /// - Returns: What is wrong with it; nil where it was added.
    /// - Complexity: O(*n*).
    mutating func add(_ record: ByteView, from place: SourcePlace) -> Fault? {
        // What was written is JSON, of no more levels than were read.
        guard let view = try? indexer.index(record) else { return nil }
        var added: [UInt64] = []
        var open: [(end: UInt32, hash: UInt64)] = []
        var nameHash: UInt64 = 0
        var position: UInt32 = 0
        while position < view.nodeCount {
            let node = NodeID(position)
            position += 1
            while let end = open.last?.end, node.position >= end { open.removeLast() }
            let kind = view.kind(node)
            guard kind != .key else {
                nameHash = view.interior(node).hash
                continue
            }
            let isMember = node.position > 0 && view.kind(NodeID(node.position - 1)) == .key
            let hash = Self.combine(open.last?.hash ?? 0, isMember ? nameHash : 1)
            if let use = uses[hash] {
                if let words = Self.difference(kind, use.kind) {
                    for hash in added { uses[hash] = nil }
                    var path = ByteBuffer(capacity: 64)
                    path.append(pathTo: node, of: view)
                    return Fault(words: "\(path.view.text) is \(words)", firstUse: use.place)
                }
            } else if kind != .null {
                uses[hash] = Use(kind: kind, place: place)
                added.append(hash)
            }
            if kind == .object || kind == .array {
                open.append((view.next(after: node).position, hash))
            }
        }
        return nil
    }

    private static func combine(_ path: UInt64, _ name: UInt64) -> UInt64 {
        (path &* 0x9E37_79B9_7F4A_7C15) ^ (name &+ (path >> 29))
    }

    private static func difference(_ kind: JSONKind, _ first: JSONKind) -> String? {
        guard kind != .null, name(of: kind) != name(of: first) else { return nil }
        return "\(name(of: kind)) and was \(name(of: first)) before"
    }

    private static func name(of kind: JSONKind) -> String {
        switch kind {
        case .true, .false: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        case .key, .null: "nothing"
        }
    }
}
