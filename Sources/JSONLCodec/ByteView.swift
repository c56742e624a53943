// SPDX-License-Identifier: Apache-2.0

// A borrowed run of bytes: the one pointer type that the rest of the code base passes around.

import CJSONKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A run of bytes that somebody else owns.
///
/// It is handed out for the length of a call or until its owner changes, and never stored beyond
/// that; it stays inside the package, so no user of the library can hold one. Within these bounds
/// reading is sound, because every accessor checks its index against `count` in debug builds and
/// takes its offsets from an index that was built over the same bytes.
@safe
@usableFromInline
package struct ByteView {
    @usableFromInline let base: UnsafePointer<UInt8>
    /// The number of bytes.
    @usableFromInline package let count: Int

    @inlinable
    init(base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// The bytes of a literal, which live as long as the process.
    package init(_ literal: StaticString) {
        unsafe self.init(base: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// The byte at an index.
    @inlinable
    package subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return unsafe base[index]
    }

    /// The bytes from `lower` up to `upper`.
    @inlinable
    package func slice(_ lower: Int, _ upper: Int) -> ByteView {
        assert(lower >= 0 && lower <= upper && upper <= count)
        return unsafe ByteView(base: base + lower, count: upper - lower)
    }

    /// Whether both hold the same bytes.
    @inlinable
    package static func == (left: ByteView, right: ByteView) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe equalBytes(left.base, right.base, left.count)
    }

    /// Whether the bytes differ.
    @inlinable
    package static func != (left: ByteView, right: ByteView) -> Bool { !(left == right) }

    /// Whether the bytes are those of an ASCII literal.
    @inlinable
    package static func == (left: ByteView, right: StaticString) -> Bool {
        guard left.count == right.utf8CodeUnitCount else { return false }
        return unsafe equalBytes(left.base, right.utf8Start, left.count)
    }

    /// Whether the bytes begin with those of an ASCII literal.
    @inlinable
    package func starts(with prefix: StaticString) -> Bool {
        let length = prefix.utf8CodeUnitCount
        guard count >= length else { return false }
        return unsafe equalBytes(base, prefix.utf8Start, length)
    }

    /// Whether the bytes end with those of an ASCII literal.
    package func ends(with suffix: StaticString) -> Bool {
        let length = suffix.utf8CodeUnitCount
        return count >= length && slice(count - length, count) == suffix
    }

    /// The offset of the first such byte, or nil.
    package func firstIndex(of byte: UInt8) -> Int? {
        guard count > 0, let hit = unsafe memchr(base, Int32(byte), count) else { return nil }
        return unsafe UnsafeRawPointer(hit) - UnsafeRawPointer(base)
    }

    /// The offset of the last such byte, or nil.
    package func lastIndex(of byte: UInt8) -> Int? {
        var index = count
        while index > 0 {
            index -= 1
            if unsafe base[index] == byte { return index }
        }
        return nil
    }

    /// The offset of the last line feed, or nil; much faster than looking for any other byte.
    package var lastLineFeed: Int? {
        let offset = unsafe json_last_line_feed(base, count)
        return offset == json_kernel_none ? nil : offset
    }

    /// The bytes without the blanks of JSON at both ends.
    var trimmed: ByteView {
        var lower = 0
        var upper = count
        while lower < upper, self[lower].isJSONBlank { lower += 1 }
        while lower < upper, self[upper - 1].isJSONBlank { upper -= 1 }
        return slice(lower, upper)
    }

    /// How many bytes stand before the first that is no part of a plain string, or `-` or `_`:
    /// all of them where it is base64 in the standard alphabet.
    var plainBase64Count: Int {
        if json_kernels_exist() { return unsafe json_base64_end(base, count) }
        var index = 0
        while index < count {
            let byte = self[index]
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""),
                byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "-"), byte != UInt8(ascii: "_")
            else { break }
            index += 1
        }
        return index
    }

    /// The number of line feeds.
    package var lineFeedCount: Int {
        if json_kernels_exist() { return unsafe json_line_feeds(base, count) }
        var total = 0
        var rest = self
        while let hit = rest.firstIndex(of: UInt8(ascii: "\n")) {
            total += 1
            rest = rest.slice(hit + 1, rest.count)
        }
        return total
    }

    /// The bytes as text, for messages only; broken UTF-8 is repaired.
    package var text: String {
        unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    /// A hash of the bytes for tables that live as long as the process.
    package var hash: UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(count)
        var index = 0
        while index + 8 <= count {
            let word = unsafe UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
            hash = mix(hash ^ word)
            index += 8
        }
        var tail: UInt64 = 0
        while index < count {
            tail = tail << 8 | UInt64(self[index])
            index += 1
        }
        return mix(hash ^ tail)
    }

    private func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }

    /// Calls a function with the bytes of a span.
    package static func with<Result, Failure: Error>(
        _ span: RawSpan, _ body: (ByteView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The view lives only while `body` runs, and the span outlives that call.
        try unsafe span.withUnsafeBytes { (bytes) throws(Failure) -> Result in
            guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else {
                return try body(ByteView.empty)
            }
            return try body(unsafe ByteView(base: start, count: bytes.count))
        }
    }

    /// Calls a function with the view as a span.
    package func withSpan<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeRawBufferPointer(start: base, count: count)
        return try body(unsafe buffer.bytes)
    }

    /// No bytes.
    package static var empty: ByteView {
        ByteView("")
    }
}

extension UInt8 {
    fileprivate var isJSONBlank: Bool {
        self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D
    }
}

/// Compares two runs of equal length; short ones without a call.
@inlinable @inline(__always)
func equalBytes(
    _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
) -> Bool {
    if count > 16 { return unsafe equalLongBytes(left, right, count) }
    if count >= 8 { return unsafe equalEnds(left, right, count, UInt64.self) }
    if count >= 4 { return unsafe equalEnds(left, right, count, UInt32.self) }
    var index = 0
    while index < count {
        guard unsafe left[index] == right[index] else { return false }
        index += 1
    }
    return true
}

/// Compares two runs of one to two words by their first word and their last.
@inlinable @inline(__always)
func equalEnds<Word: BitwiseCopyable & Equatable>(
    _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int, _ type: Word.Type
) -> Bool {
    let leftRaw = unsafe UnsafeRawPointer(left)
    let rightRaw = unsafe UnsafeRawPointer(right)
    let last = count - MemoryLayout<Word>.size
    return unsafe leftRaw.loadUnaligned(as: Word.self) == rightRaw.loadUnaligned(as: Word.self)
        && leftRaw.loadUnaligned(fromByteOffset: last, as: Word.self)
            == rightRaw.loadUnaligned(fromByteOffset: last, as: Word.self)
}

/// Compares two runs of more than sixteen bytes: the system's library knows the widest way.
@usableFromInline
func equalLongBytes(
    _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
) -> Bool {
    unsafe memcmp(left, right, count) == 0
}
