// SPDX-License-Identifier: Apache-2.0

// Finding the end of a number.

/// Scans the numbers of one text; a namespace over a pointer and a length.
@safe
struct NumberScanner {
    private let base: UnsafePointer<UInt8>
    private let count: Int

    init(base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// Reads a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    ///
    /// - Parameter start: The offset of the first byte; there is one.
    /// - Returns: The offset after the number, or the one at which it turns out to be none.
    @inline(__always)
    func end(from start: Int) -> (Int, isNumber: Bool) {
        var end = start
        if unsafe base[end] == UInt8(ascii: "-") { end += 1 }
        let integerStart = end
        end = endOfDigits(from: end)
        let hasLeadingZero =
            unsafe end > integerStart + 1 && base[integerStart] == UInt8(ascii: "0")
        guard end > integerStart, !hasLeadingZero else { return (end, false) }
        if end < count, unsafe base[end] == UInt8(ascii: ".") {
            let fraction = end + 1
            end = endOfDigits(from: fraction)
            guard end > fraction else { return (end, false) }
        }
        if end < count, unsafe base[end] | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if exponent < count,
                unsafe base[exponent] == UInt8(ascii: "+") || base[exponent] == UInt8(ascii: "-")
            {
                exponent += 1
            }
            end = endOfDigits(from: exponent)
            guard end > exponent else { return (end, false) }
        }
        return (end, true)
    }

    @inline(__always)
    private func endOfDigits(from start: Int) -> Int {
        var end = start
        while end < count, unsafe base[end] &- UInt8(ascii: "0") < 10 { end += 1 }
        return end
    }
}
