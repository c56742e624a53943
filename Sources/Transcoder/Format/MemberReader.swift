// SPDX-License-Identifier: Apache-2.0

// Reads the members of an object by name: known or not, never twice, null as absent.

import JSONLCodec

/// The members of an object that a conversion reads by name.
///
/// A member whose value is null counts as absent (ruling H13), and a name that stands twice
/// fails the record (H4). A field in both spellings, `max_tokens` and `maxTokens`, stands twice.
struct MemberReader<Name: MemberName> {
    /// One member: `name` is nil where the format does not know it.
    struct Member {
        let name: Name?
        let key: NodeID
        let value: NodeID
    }

    private let view: JSONView
    private let table: MemberTable<Name>
    private let object: NodeID
    private var members: JSONMembers
    private var seenLow: UInt64 = 0
    private var seenHigh: UInt64 = 0
    private var unknownCount = 0

    /// Starts reading an object.
    ///
    /// - Parameters:
    ///   - object: The object.
    ///   - table: The names that the format knows.
    ///   - view: The record.
    /// - Throws: `wrong_type` where the value is no object.
    init(
        _ object: NodeID, _ table: MemberTable<Name>, _ view: JSONView
    ) throws(RecordError) {
        guard view.kind(object) == .object else {
            throw .wrongType(object, "an object is expected here")
        }
        self.view = view
        self.table = table
        self.object = object
        members = view.members(object)
    }

    /// The next member with a value, or nil at the end.
    ///
    /// - Throws: `json.duplicate_key` at the second of two members with one name.
    /// - Complexity: O(1) for known names.
    mutating func next() throws(RecordError) -> Member? {
        while let (key, value) = members.next() {
            let found = table.find(key, view)
            if let found {
                try note(found.ordinal, key)
            } else {
                unknownCount += 1
                if unknownCount > 1 { try checkUnknown(key) }
            }
            if view.kind(value) != .null {
                return Member(name: found?.name, key: key, value: value)
            }
        }
        return nil
    }

    @inline(__always)
    private mutating func note(_ ordinal: Int, _ key: NodeID) throws(RecordError) {
        let bit = UInt64(1) << UInt64(ordinal & 63)
        let isRepeated = ordinal < 64 ? seenLow & bit != 0 : seenHigh & bit != 0
        if isRepeated { throw .duplicate(key) }
        if ordinal < 64 { seenLow |= bit } else { seenHigh |= bit }
    }

    /// Compares an unknown name with the unknown names before it.
    private func checkUnknown(_ key: NodeID) throws(RecordError) {
        if unknownCount == 32 {
            // Many names nobody knows: check them all at once, in linear time.
            return try Self.requireDistinctKeys(object, view)
        }
        guard unknownCount < 32 else { return }
        for (earlier, _) in view.members(object) {
            if earlier == key { return }
            if view.isSameString(earlier, key) { throw .duplicate(key) }
        }
    }

    /// Checks that no name stands twice in an object.
    ///
    /// - Complexity: O(*n*); it allocates.
    static func requireDistinctKeys(
        _ object: NodeID, _ view: JSONView
    ) throws(RecordError) {
        var seen: Set<String> = []
        for (key, _) in view.members(object) {
            guard seen.insert(view.decoded(key)).inserted else { throw .duplicate(key) }
        }
    }
}

extension MemberTable {
    /// The known name that a member or a string has, however it is spelled.
    @inline(__always)
    func name(of string: NodeID, _ view: JSONView) -> Name? { find(string, view)?.name }

    fileprivate func find(_ string: NodeID, _ view: JSONView) -> (name: Name, ordinal: Int)? {
        guard view.hasEscapes(string) else { return find(view.interior(string)) }
        var plain = ByteBuffer()
        plain.append(unescaping: view.interior(string))
        return find(plain.view)
    }
}

extension JSONView {
    /// Whether two strings or names mean the same, however they are spelled.
    func isSameString(_ left: NodeID, _ right: NodeID) -> Bool {
        if !hasEscapes(left) && !hasEscapes(right) { return interior(left) == interior(right) }
        return decoded(left) == decoded(right)
    }

    /// Checks that no name stands twice in an object that is read pair by pair.
    ///
    /// - Complexity: O(*n*²) for up to 16 pairs, O(*n*) beyond.
    func requireDistinctKeys(_ object: NodeID) throws(RecordError) {
        var count = 0
        for (key, _) in members(object) {
            count += 1
            if count > 16 {
                return try MemberReader<AnyMember>.requireDistinctKeys(object, self)
            }
            for (earlier, _) in members(object) {
                if earlier == key { break }
                if isSameString(earlier, key) { throw .duplicate(key) }
            }
        }
    }
}

/// A vocabulary of its own for objects whose names carry no meaning for us.
private enum AnyMember: String, MemberName { case any }

extension RecordError {
    /// A member name stands twice in one object.
    static func duplicate(_ key: NodeID) -> RecordError {
        RecordError(.jsonDuplicateKey, at: key, "this member stands twice in the object")
    }
}
