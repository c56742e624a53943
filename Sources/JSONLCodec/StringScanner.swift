// SPDX-License-Identifier: Apache-2.0

// The inside of JSON strings: finding the end, checking escapes and UTF-8 on the way.

import CJSONKernels

/// Scans the strings of one text; a namespace over a pointer and a length.
@safe
struct StringScanner {
    let base: UnsafePointer<UInt8>
    let count: Int

    /// Scans a string from its opening quote.
    ///
    /// - Parameters:
    ///   - start: The offset of the opening quote.
    ///   - hasEscapes: Set to whether the string holds a backslash.
    /// - Returns: The offset after the closing quote.
    /// - Throws: What breaks RFC 8259 section 7 or Unicode's table 3-7.
    /// - Complexity: O(*n*) in the length of the string; 16 bytes a step over plain ASCII.
    @inline(__always)
    func end(ofStringAt start: Int, hasEscapes: inout Bool) throws(JSONError) -> Int {
        // Most strings are short: the wide kernel is worth its call only from the first place on
        // that this step does not get over.
        let plain = endOfPlainBytes(from: start + 1)
        if plain < count, unsafe base[plain] == UInt8(ascii: "\"") { return plain + 1 }
        return try end(from: plain, hasEscapes: &hasEscapes)
    }

    /// Scans a string from its first byte, without a word on what is wrong.
    ///
    /// - Returns: The offset of the closing quote, or nil where there is a fault.
    @inline(__always)
    func end(ofInteriorAt start: Int) -> Int? {
        let plain = endOfPlainBytes(from: start)
        if plain < count, unsafe base[plain] == UInt8(ascii: "\"") { return plain }
        var hasEscapes = false
        if json_kernels_exist() {
            let length = unsafe json_string_end(base + plain, count - plain, &hasEscapes)
            return length == json_kernel_none ? nil : plain + length
        }
        return (try? endPortably(from: plain, hasEscapes: &hasEscapes)).map { $0 - 1 }
    }

    /// Scans the rest of a string.
    @inline(never)
    private func end(from start: Int, hasEscapes: inout Bool) throws(JSONError) -> Int {
        if json_kernels_exist() {
            let length = unsafe json_string_end(base + start, count - start, &hasEscapes)
            if length != json_kernel_none { return start + length + 1 }
            // There is a fault; the loop below finds out which, and where.
        }
        return try endPortably(from: start, hasEscapes: &hasEscapes)
    }

    /// Scans the rest of a string without the kernels; they must agree with it.
    func endPortably(from start: Int, hasEscapes: inout Bool) throws(JSONError) -> Int {
        var index = start
        while true {
            index = firstSpecial(from: index)
            guard index < count else { throw JSONError(.unterminatedString, at: count) }
            let byte = unsafe base[index]
            if byte == UInt8(ascii: "\"") { return index + 1 }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index = try endOfEscape(at: index)
            } else if byte >= 0x80 {
                index = try endOfNonASCII(from: index)
            } else {
                throw JSONError(.controlCharacter, at: index)
            }
        }
    }

    /// The offset of the first special byte among the next sixteen, or the offset behind them.
    @inline(__always)
    private func endOfPlainBytes(from start: Int) -> Int {
        guard start + 16 <= count else { return start }
        return unsafe start + ByteBlock(loading: base + start).countOfPlainASCII
    }

    /// The offset of the next quote, backslash, control character or non-ASCII byte.
    @inline(__always)
    private func firstSpecial(from start: Int) -> Int {
        var index = start
        // Sound: the load ends at or before `count`.
        while index + 16 <= count {
            let length = unsafe ByteBlock(loading: base + index).countOfPlainASCII
            index += length
            if length < 16 { return index }
        }
        while index < count {
            let byte = unsafe base[index]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"")
                || byte == UInt8(ascii: "\\")
            {
                return index
            }
            index += 1
        }
        return count
    }

    /// Checks one escape and returns the offset after it; a surrogate pair counts as one.
    private func endOfEscape(at start: Int) throws(JSONError) -> Int {
        guard start + 1 < count else { throw JSONError(.unterminatedString, at: count) }
        switch unsafe base[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            break
        default:
            throw JSONError(.invalidEscape, at: start)
        }
        guard let unit = codeUnit(at: start) else { throw JSONError(.invalidEscape, at: start) }
        guard unit & 0xF800 == 0xD800 else { return start + 6 }
        guard unit < 0xDC00, let low = codeUnit(at: start + 6), low & 0xFC00 == 0xDC00 else {
            throw JSONError(.loneSurrogate, at: start)
        }
        return start + 12
    }

    /// The value of a `\uXXXX` escape at an offset, or nil if there is none.
    func codeUnit(at start: Int) -> UInt16? {
        guard start + 6 <= count, unsafe base[start] == UInt8(ascii: "\\"),
            unsafe base[start + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for index in start + 2..<start + 6 {
            guard let digit = hexDigit(unsafe base[index]) else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// Checks a run of non-ASCII bytes and returns the offset after it.
    private func endOfNonASCII(from start: Int) throws(JSONError) -> Int {
        var index = start
        while index < count {
            let lead = unsafe base[index]
            if lead < 0x80 { return index }
            let length = try lengthOfSequence(lead: lead, at: index)
            index += length
        }
        return index
    }

    /// The length of the well-formed UTF-8 sequence at an offset.
    @inline(__always)
    private func lengthOfSequence(lead: UInt8, at index: Int) throws(JSONError) -> Int {
        guard lead >= 0xC2, lead <= 0xF4 else { throw JSONError(.invalidUTF8, at: index) }
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard index + length <= count else { throw JSONError(.invalidUTF8, at: index) }
        let second = unsafe base[index + 1]
        // The second byte alone tells overlong forms, surrogates and values over U+10FFFF.
        let lowest: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
        let highest: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
        guard second >= lowest, second <= highest else { throw JSONError(.invalidUTF8, at: index) }
        var offset = 2
        while offset < length {
            guard unsafe base[index + offset] & 0xC0 == 0x80 else {
                throw JSONError(.invalidUTF8, at: index)
            }
            offset += 1
        }
        return length
    }
}

/// The value of a hexadecimal digit in either case, or nil.
@inline(__always)
func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
