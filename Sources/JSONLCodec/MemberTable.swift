// SPDX-License-Identifier: Apache-2.0

// Finds out which known member a name is, in constant time and without decoding it.

/// The names that a format's objects can have, as an enumeration of their spellings.
@usableFromInline
package protocol MemberName: RawRepresentable<String>, CaseIterable, Sendable {}

/// A hash table from the spelling of a member name to its case.
///
/// It is built once a process and never freed; a look-up compares at most a few words, allocates
/// nothing and counts no references.
@safe
@usableFromInline
package struct MemberTable<Name: MemberName>: @unchecked Sendable {
    // Sound to send: the slots are written once, here, and never changed or freed.
    @usableFromInline
    struct Slot: Sendable {
        @usableFromInline let head: UInt64
        @usableFromInline let tail: UInt64
        @usableFromInline let spelling: StaticBytes
        @usableFromInline let name: Name?
        @usableFromInline let ordinal: Int

        @usableFromInline
        init(head: UInt64, tail: UInt64, spelling: StaticBytes, name: Name?, ordinal: Int) {
            self.head = head
            self.tail = tail
            self.spelling = spelling
            self.name = name
            self.ordinal = ordinal
        }
    }

    @usableFromInline let slots: UnsafePointer<Slot>
    @usableFromInline let mask: Int

    /// Creates the table of all names of an enumeration.
    ///
    /// - Parameters:
    ///   - type: The enumeration.
    ///   - acceptsSnakeCase: Whether `max_tokens` is to be found as `maxTokens`, as the
    ///     JSON form of protocol buffers allows.
    package init(_ type: Name.Type = Name.self, acceptsSnakeCase: Bool = false) {
        var spellings: [(String, Name, Int)] = []
        for (ordinal, name) in Name.allCases.enumerated() {
            spellings.append((name.rawValue, name, ordinal))
            let snake = Self.snakeCase(name.rawValue)
            if acceptsSnakeCase, snake != name.rawValue { spellings.append((snake, name, ordinal)) }
        }
        self.init(spellings)
    }

    /// Creates the table of an enumeration whose cases are spelled in a way of their own.
    ///
    /// - Parameter spelling: How a name is spelled; nil where it is none of the table's.
    package init(spelling: (Name) -> String?) {
        self.init(
            Name.allCases.enumerated().compactMap { ordinal, name in
                spelling(name).map { ($0, name, ordinal) }
            })
    }

    private init(_ spellings: [(String, Name, Int)]) {
        var size = 16
        while size < spellings.count * 3 { size *= 2 }
        var slots = [Slot](
            repeating: Slot(head: 0, tail: 0, spelling: .none, name: nil, ordinal: 0), count: size)
        for (spelling, name, ordinal) in spellings {
            let bytes = StaticBytes(spelling)
            let (head, tail) = Self.words(bytes.view)
            var index = Self.index(head, tail, bytes.view.count, size - 1)
            while slots[index].name != nil { index = (index + 1) & (size - 1) }
            slots[index] = Slot(
                head: head, tail: tail, spelling: bytes, name: name, ordinal: ordinal)
        }
        let base = UnsafeMutablePointer<Slot>.allocate(capacity: size)
        unsafe base.initialize(from: slots, count: size)
        unsafe self.slots = UnsafePointer(base)
        mask = size - 1
    }

    /// The known name with a spelling, and its place in the enumeration.
    ///
    /// - Complexity: O(1), amortised.
    @inlinable
    package func find(_ spelling: ByteView) -> (name: Name, ordinal: Int)? {
        guard spelling.count > 0, spelling.count <= 64 else { return nil }
        let (head, tail) = Self.words(spelling)
        var index = Self.index(head, tail, spelling.count, mask)
        while true {
            let slot = unsafe slots[index]
            guard let name = slot.name else { return nil }
            if slot.head == head, slot.tail == tail, slot.spelling.view == spelling {
                return (name, slot.ordinal)
            }
            index = (index + 1) & mask
        }
    }

    /// The first and the last eight bytes; shorter names are padded with zeros.
    @inlinable
    static func words(_ bytes: ByteView) -> (UInt64, UInt64) {
        guard bytes.count >= 8 else {
            var word: UInt64 = 0
            for index in 0..<bytes.count { word = word << 8 | UInt64(bytes[index]) }
            return (word, 0)
        }
        let raw = unsafe UnsafeRawPointer(bytes.base)
        return (
            unsafe raw.loadUnaligned(as: UInt64.self),
            unsafe raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        )
    }

    @inlinable
    static func index(_ head: UInt64, _ tail: UInt64, _ count: Int, _ mask: Int) -> Int {
        let mixed =
            (head ^ (tail << 23 | tail >> 41) ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 40) & mask
    }

    private static func snakeCase(_ name: String) -> String {
        var result = ""
        for character in name {
            if character.isUppercase { result += "_" }
            result += character.lowercased()
        }
        return result
    }
}

/// Bytes that are never freed, so that they can be shared without counting references.
@safe
@usableFromInline
package struct StaticBytes: @unchecked Sendable {
    // Sound to send: the bytes are written once, here, and never changed or freed.
    @usableFromInline package let view: ByteView

    /// Copies a text into memory that lives as long as the process.
    package init(_ text: String) {
        let bytes = Array(text.utf8)
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        for (index, byte) in bytes.enumerated() { unsafe base[index] = byte }
        view = unsafe ByteView(base: base, count: bytes.count)
    }

    static let none = StaticBytes("")
}
