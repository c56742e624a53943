// SPDX-License-Identifier: Apache-2.0

// The growable run of bytes that output, made-up text and carried lines are written into.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Bytes that grow at the end and can be cut back.
///
/// Memory is kept when the buffer is emptied, so that a buffer used for one record after the
/// other stops allocating once it has met its largest one.
@safe
public struct ByteBuffer: ~Copyable, @unchecked Sendable {
    // Sound to send: the buffer is the only owner of its memory and cannot be copied.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int

    @usableFromInline var length = 0
    @usableFromInline var copied = 0
    @usableFromInline var rewritten = 0
    /// What of the output was taken from a line, while that is to be known.
    @usableFromInline var trace: CopyTrace?
    /// The memory of traces between two of them.
    private var idleTrace: CopyTrace?

    /// The number of bytes held.
    @inlinable public var count: Int { length }

    /// How many of the bytes appended so far were taken over unchanged from the input.
    public var copiedByteCount: Int { copied }

    /// How many bytes of the input were spelled anew: escaped, unescaped or freed of blanks.
    public var rewrittenByteCount: Int { rewritten }

    /// Creates an empty buffer.
    ///
    /// - Parameter capacity: The bytes it can hold before it grows.
    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 64)
        unsafe base = .allocate(self.capacity, insteadOf: nil)
    }

    deinit { unsafe free(base) }

    /// Calls a function with the bytes; they are valid during the call only.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try view.withSpan(body)
    }

    /// The bytes as an array; a copy.
    public var bytes: [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: base, count: count))
    }

    /// Empties the buffer and keeps its memory, unless that is more than `limit` bytes.
    public mutating func removeAll(keepingAtMost limit: Int = .max) {
        length = 0
        guard capacity > limit else { return }
        capacity = max(limit, 64)
        unsafe base = .allocate(capacity, insteadOf: base)
    }

    /// Cuts the buffer back to its first `length` bytes.
    @inlinable
    public mutating func truncate(to length: Int) {
        assert(length <= count)
        self.length = length
        trace?.truncate(to: length)
    }

    /// Makes room for that many further bytes.
    @inlinable
    public mutating func reserve(_ extra: Int) {
        if count + extra > capacity { grow(by: extra) }
    }

    @usableFromInline @inline(never)
    mutating func grow(by extra: Int) {
        capacity = max(capacity * 2, count + extra)
        unsafe base = .allocate(capacity, insteadOf: base)
    }

    /// Appends one byte.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base[count] = byte
        length += 1
    }

    /// Appends the bytes of a literal.
    @inlinable
    public mutating func append(_ literal: StaticString) {
        unsafe append(literal.utf8Start, literal.utf8CodeUnitCount)
    }

    /// Appends the UTF-8 of a string.
    ///
    /// The label keeps literals from being taken for strings, which would cost a decoding each.
    public mutating func append(utf8 string: String) {
        var string = string
        string.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe append(start, bytes.count)
        }
    }

    /// Appends the bytes of a span.
    public mutating func append(_ span: RawSpan) {
        ByteView.with(span) { append(made: $0) }
    }

    /// Appends what a function writes into the memory after the last byte.
    ///
    /// - Parameters:
    ///   - count: The bytes there is to be room for.
    ///   - fill: Writes into the memory and returns how many bytes it wrote.
    /// - Returns: What `fill` returned, brought inside 0 ... `count`.
    public mutating func append(
        upTo count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        reserve(count)
        let room = unsafe UnsafeMutableRawBufferPointer(start: base + length, count: count)
        let written = min(max(unsafe fill(room), 0), count)
        length += written
        return written
    }

    /// Appends a whole number in decimal.
    public mutating func append(decimal value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var length = 1
        var power: UInt = 10
        while rest >= power {
            length += 1
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { break }
            power = next
        }
        reserve(length)
        var position = count + length
        self.length = position
        repeat {
            position -= 1
            unsafe base[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }

    @inlinable
    mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
        reserve(length)
        unsafe copyBytes(from: start, to: base + count, length)
        self.length += length
    }
}

/// Copies a run of bytes; short ones, which most are, without a call.
///
/// Sound: every load and store lies inside the run. Where the length is no multiple of the step,
/// the last step overlaps the one before it.
@inlinable
func copyBytes(
    from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    switch count {
    case 33...:
        unsafe target.update(from: source, count: count)
    case 16...:
        unsafe copyEnds(from: source, to: target, count, SIMD16<UInt8>.self)
    case 8...:
        unsafe copyEnds(from: source, to: target, count, UInt64.self)
    case 4...:
        unsafe copyEnds(from: source, to: target, count, UInt32.self)
    default:
        var index = 0
        while index < count {
            unsafe target[index] = source[index]
            index += 1
        }
    }
}

/// Copies a run of one to two words as its first word and its last.
@inlinable @inline(__always)
func copyEnds<Word: BitwiseCopyable>(
    from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ count: Int,
    _ type: Word.Type
) {
    let rawSource = unsafe UnsafeRawPointer(source)
    let rawTarget = UnsafeMutableRawPointer(target)
    let last = count - MemoryLayout<Word>.size
    let head = unsafe rawSource.loadUnaligned(as: Word.self)
    let tail = unsafe rawSource.loadUnaligned(fromByteOffset: last, as: Word.self)
    unsafe rawTarget.storeBytes(of: head, as: Word.self)
    unsafe rawTarget.storeBytes(of: tail, toByteOffset: last, as: Word.self)
}

extension ByteBuffer {
    /// Appends a part of a text, in whole blocks where the text goes on behind it.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - lower: Where the part begins.
    ///   - upper: Where it ends.
    @inline(__always)
    mutating func append(padded text: ByteView, _ lower: Int, _ upper: Int) {
        let count = upper - lower
        // Sound: blocks are read inside of the text and written into memory that was reserved.
        guard count <= 256, upper + 64 <= text.count else {
            return unsafe append(text.base + lower, count)
        }
        reserve(count + 64)
        var index = 0
        repeat {
            let source = unsafe text.base + lower + index
            let target = unsafe base + length + index
            let first = unsafe ByteBlock(loading: source)
            let second = unsafe ByteBlock(loading: source + 16)
            let third = unsafe ByteBlock(loading: source + 32)
            let fourth = unsafe ByteBlock(loading: source + 48)
            unsafe first.store(to: target)
            unsafe second.store(to: target + 16)
            unsafe third.store(to: target + 32)
            unsafe fourth.store(to: target + 48)
            index += 64
        } while index < count
        length += count
    }

    /// The bytes as a view, valid until the buffer changes.
    @inlinable
    package var view: ByteView { unsafe ByteView(base: base, count: count) }

    /// Appends bytes of the input unchanged.
    @inlinable
    package mutating func append(copying bytes: ByteView) {
        unsafe append(bytes.base, bytes.count)
        copied &+= bytes.count
        trace?.note(bytes, .copy, length - bytes.count..<length)
    }

    /// Bytes of the input, by what became of them.
    package struct Counts: Sendable {
        /// Taken over unchanged.
        package var copied = 0
        /// Spelled anew.
        package var rewritten = 0
    }

    /// A place in the buffer, and what was counted up to there.
    package struct Mark {
        package let length: Int
        fileprivate let counts: Counts
    }

    /// The end of the buffer as it is now.
    package var mark: Mark {
        Mark(length: length, counts: Counts(copied: copied, rewritten: rewritten))
    }

    /// Takes back all that was appended since a mark, and what it counted.
    mutating func rewind(to mark: Mark) {
        truncate(to: mark.length)
        copied = mark.counts.copied
        rewritten = mark.counts.rewritten
    }

    /// What was counted since a mark.
    package func counts(since mark: Mark) -> Counts {
        Counts(copied: copied - mark.counts.copied, rewritten: rewritten - mark.counts.rewritten)
    }

    /// Counts bytes of the input that were counted in another buffer.
    mutating func add(_ counts: Counts) {
        copied &+= counts.copied
        rewritten &+= counts.rewritten
    }

    /// Starts to note which bytes are taken over from a line.
    package mutating func beginTrace(of line: ByteView) {
        trace = idleTrace ?? CopyTrace(of: line)
        idleTrace = nil
        trace?.restart(with: line)
    }

    /// Whether it is noted what is taken over from a line.
    package var isTraced: Bool { trace != nil }

    /// Forgets what was noted.
    package mutating func endTrace() {
        guard trace != nil else { return }
        idleTrace = trace
        trace = nil
    }

    /// Appends bytes that are not the input's.
    @inlinable
    package mutating func append(made bytes: ByteView) {
        unsafe append(bytes.base, bytes.count)
    }
}
