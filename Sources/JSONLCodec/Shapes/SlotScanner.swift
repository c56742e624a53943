// SPDX-License-Identifier: Apache-2.0

// Finds the end of what a slot holds, and checks all of it.

import CJSONKernels

/// The scans of the kinds of slots; a namespace.
enum SlotScanner {
    /// Scans a slot.
    ///
    /// - Parameters:
    ///   - kind: What the slot must hold.
    ///   - text: The rest of a block of lines.
    ///   - start: The offset of the slot.
    /// - Returns: The range of the slot, or nil where something else stands there, or an object or
    ///   array.
    @inline(__always)
    static func scan(
        _ kind: SlotKind, _ text: ByteView, from start: Int
    ) -> SlotRange? {
        switch kind {
        case .string: string(text, from: start)
        case .count: count(text, from: start)
        case .identifier: identifier(text, from: start)
        case .number: number(text, from: start)
        case .fraction: fraction(text, from: start)
        case .name:
            start < text.count && text[start].beginsName ? identifier(text, from: start) : nil
        case .base64: base64(text, from: start)
        case .object, .array, .translated, .none, .end: nil
        }
    }

    @inline(__always)
    private static func string(_ text: ByteView, from start: Int) -> SlotRange? {
        let scanner = unsafe StringScanner(base: text.base, count: text.count)
        guard let end = scanner.end(ofInteriorAt: start), end > start else { return nil }
        return SlotRange(start: start, end: end)
    }

    @inline(__always)
    private static func count(_ text: ByteView, from start: Int) -> SlotRange? {
        var end = start
        while end < text.count, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
        guard end > start, end - start <= 15 else { return nil }
        guard end - start == 1 || text[start] != UInt8(ascii: "0") else { return nil }
        return SlotRange(start: start, end: end)
    }

    @inline(__always)
    private static func identifier(_ text: ByteView, from start: Int) -> SlotRange? {
        let count = text.slice(start, min(text.count, start + 65)).identifierCount
        guard count > 0, count <= 64 else { return nil }
        return SlotRange(start: start, end: start + count)
    }

    private static func number(_ text: ByteView, from start: Int) -> SlotRange? {
        guard start < text.count else { return nil }
        let (end, isNumber) = unsafe NumberScanner(base: text.base, count: text.count)
            .end(from: start)
        return isNumber ? SlotRange(start: start, end: end) : nil
    }

    private static func fraction(_ text: ByteView, from start: Int) -> SlotRange? {
        guard let slot = number(text, from: start), isFraction(text.slice(start, slot.end)) else {
            return nil
        }
        return slot
    }

    /// Whether a number is 0, or 0 and digits behind a point.
    static func isFraction(_ number: ByteView) -> Bool {
        guard number[0] == UInt8(ascii: "0") else { return false }
        if number.count == 1 { return true }
        guard number[1] == UInt8(ascii: ".") else { return false }
        for index in 2..<number.count where number[index] &- UInt8(ascii: "0") >= 10 {
            return false
        }
        return true
    }

    private static func base64(_ text: ByteView, from start: Int) -> SlotRange? {
        let count = text.slice(start, text.count).plainBase64Count
        guard count > 0, count % 4 == 0 else { return nil }
        return SlotRange(start: start, end: start + count)
    }
}
