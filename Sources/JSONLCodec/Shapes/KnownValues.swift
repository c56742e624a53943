// SPDX-License-Identifier: Apache-2.0

// Objects and arrays that stand in many lines just so, and what they become in the output.

/// Values that were met before: found by their bytes, without checking them once more.
///
/// Batch files repeat their tool definitions in every line. A value that is there byte for byte
/// was checked when it was added, and its forms in the output are kept with it.
struct KnownValues: ~Copyable {
    /// The forms of a value in the output; from `translation` on, those that conversions make of
    /// it in ways of their own.
    enum Form {
        static var minified: Int { 0 }
        static var escaped: Int { 1 }
        static var translation: Int { 2 }
    }

    /// What a value becomes, and what of the input that takes over.
    private struct KnownForm {
        var range = 0..<0
        var counts = ByteBuffer.Counts()
    }

    /// What is looked at to find a value.
    struct Value: BitwiseCopyable {
        /// Where its bytes stand in the memory.
        let start: Int32
        let count: Int32
        /// The next one of its bucket, or -1.
        var next: Int32
        /// The most open containers around it with which it was checked.
        let depth: UInt16
        let hasBlanks: Bool
        /// Its last bytes, in which values that begin alike mostly differ or are out of step.
        let tail: UInt64
    }

    private var memory = ByteBuffer()
    private var values = TrivialArray<Value>()
    /// The forms of each value; those of no bytes are not known.
    private var forms: [[6 of KnownForm]] = []
    private var buckets = [Int32](repeating: -1, count: 256)
    /// There was no room for a value: all are forgotten when none is in use.
    private var isFull = false

    init() {}

    /// The bytes that may be kept.
    private static var byteLimit: Int { 2 << 20 }
    /// The most values that are compared with one.
    private static var bucketLimit: Int { 64 }
    /// The bytes of a value that decide on its bucket; no value has fewer.
    private static var headCount: Int { 32 }
    /// The sizes of values that are worth keeping.
    static var sizes: ClosedRange<Int> { 32...65_536 }

    /// Makes room, where there is none; positions found before are worth nothing any more.
    mutating func makeRoom() {
        if isFull { removeAll() }
    }

    /// Forgets everything.
    mutating func removeAll() {
        isFull = false
        memory.removeAll(keepingAtMost: Self.byteLimit / 4)
        values.removeAll()
        forms.removeAll(keepingCapacity: true)
        for index in buckets.indices { buckets[index] = -1 }
    }

    /// Finds the value that a text begins with.
    ///
    /// - Parameters:
    ///   - text: The rest of a line.
    ///   - depth: How many containers are open around it.
    /// - Returns: Its position, or nil.
    /// - Complexity: O(*n*) for those at the front of a bucket, where the last ones found are.
    mutating func find(_ text: ByteView, depth: Int) -> Int? {
        guard text.count >= Self.sizes.lowerBound else { return nil }
        let bucket = Self.bucket(text)
        var previous = -1
        var position = Int(buckets[bucket])
        while position >= 0 {
            let value = values[position]
            let count = Int(value.count)
            if count <= text.count, Int(value.depth) >= depth,
                text.slice(0, count).tail == value.tail,
                memory.view.slice(Int(value.start), Int(value.start) + count)
                    == text.slice(0, count)
            {
                if previous >= 0 {
                    values[previous].next = value.next
                    values[position].next = buckets[bucket]
                    buckets[bucket] = Int32(truncatingIfNeeded: position)
                }
                return position
            }
            previous = position
            position = Int(value.next)
        }
        return nil
    }

    /// Adds a value that was checked.
    ///
    /// - Returns: Its position, or -1 where there is no room.
    mutating func add(_ bytes: ByteView, hasBlanks: Bool, depth: Int) -> Int {
        guard memory.count + bytes.count <= Self.byteLimit else {
            isFull = true
            return -1
        }
        let bucket = Self.bucket(bytes)
        let start = memory.count
        memory.append(made: bytes)
        values.append(
            Value(
                start: Int32(truncatingIfNeeded: start),
                count: Int32(truncatingIfNeeded: bytes.count), next: buckets[bucket],
                depth: UInt16(truncatingIfNeeded: depth), hasBlanks: hasBlanks, tail: bytes.tail))
        forms.append([6 of KnownForm](repeating: KnownForm()))
        buckets[bucket] = Int32(truncatingIfNeeded: values.count - 1)
        cut(bucket)
        return values.count - 1
    }

    /// The length of a value, and whether there are blanks between its tokens.
    func facts(of value: Int) -> (count: Int, hasBlanks: Bool) {
        (Int(values[value].count), values[value].hasBlanks)
    }

    /// Whether a form of a value is known.
    func knows(_ form: Int, of value: Int) -> Bool { !forms[value][form].range.isEmpty }

    /// Writes a form of a value that is known.
    func write(_ form: Int, of value: Int, to output: inout ByteBuffer) {
        let known = forms[value][form]
        output.append(made: memory.view.slice(known.range.lowerBound, known.range.upperBound))
        output.add(known.counts)
    }

    /// Keeps a form of a value, as far as there is room.
    mutating func keep(
        _ bytes: ByteView, _ counts: ByteBuffer.Counts, as form: Int, of value: Int
    ) {
        guard memory.count + bytes.count <= Self.byteLimit + (64 << 10) else {
            isFull = true
            return
        }
        let start = memory.count
        memory.append(made: bytes)
        forms[value][form] = KnownForm(range: start..<memory.count, counts: counts)
    }

    private static func bucket(_ text: ByteView) -> Int {
        Int(truncatingIfNeeded: text.slice(0, headCount).hash & 255)
    }

    /// Drops what is at the end of a long bucket.
    private mutating func cut(_ bucket: Int) {
        var position = Int(buckets[bucket])
        for _ in 1..<Self.bucketLimit where position >= 0 { position = Int(values[position].next) }
        if position >= 0 { values[position].next = -1 }
    }
}

extension ByteView {
    /// The last eight bytes of at least as many.
    fileprivate var tail: UInt64 {
        // Sound: no value has fewer bytes.
        unsafe UnsafeRawPointer(base + count - 8).loadUnaligned(as: UInt64.self)
    }
}
