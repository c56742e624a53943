// SPDX-License-Identifier: Apache-2.0

// Reading the few numbers whose value matters; all others are copied as they are spelled.

/// A decimal number as a significand and a power of ten: exact for what fits into 18 digits.
@usableFromInline
package struct JSONNumber: Sendable {
    /// The digits without trailing zeros, with their sign.
    package let significand: Int
    /// The power of ten that the digits are multiplied with.
    package let exponent: Int

    /// Reads a number's spelling.
    ///
    /// It fails where more than 18 digits matter or the exponent is beyond 9,999.
    ///
    /// - Parameter lexeme: A number that follows RFC 8259.
    /// - Complexity: O(*n*).
    package init?(lexeme: ByteView) {
        var significand = 0
        var exponent = 0
        var zeros = 0
        var index = 0
        var isFraction = false
        let isNegative = lexeme.count > 0 && lexeme[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        while index < lexeme.count {
            let byte = lexeme[index]
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else if byte &- UInt8(ascii: "0") < 10 {
                if isFraction { exponent -= 1 }
                if byte == UInt8(ascii: "0") {
                    zeros += 1
                } else {
                    // Zeros count only when another digit follows them.
                    while zeros >= 0 {
                        guard significand < 100_000_000_000_000_000 else { return nil }
                        significand *= 10
                        zeros -= 1
                    }
                    zeros = 0
                    significand += Int(byte - UInt8(ascii: "0"))
                }
            } else {
                break
            }
            if significand == 0 { zeros = 0 }
            index += 1
        }
        if index < lexeme.count {
            guard let power = Self.power(lexeme.slice(index + 1, lexeme.count)) else { return nil }
            exponent += power
        }
        self.significand = isNegative ? -significand : significand
        self.exponent = significand == 0 ? 0 : exponent + zeros
    }

    private static func power(_ text: ByteView) -> Int? {
        var value = 0
        var index = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { index = 1 }
        while index < text.count {
            value = value * 10 + Int(text[index] - UInt8(ascii: "0"))
            guard value < 10_000 else { return nil }
            index += 1
        }
        return isNegative ? -value : value
    }

    /// The value as a whole number, or nil if it is none or out of range.
    package var integer: Int? {
        guard exponent >= 0 else { return nil }
        var value = significand
        for _ in 0..<min(exponent, 20) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return exponent > 20 && value != 0 ? nil : value
    }

    /// Whether the value is greater than a small whole number.
    package func isGreater(than limit: Int) -> Bool {
        if exponent >= 0 { return integer.map { $0 > limit } ?? (significand > 0) }
        guard exponent > -19 else { return significand > 0 ? limit < 0 : limit < 0 }
        var scaled = limit
        for _ in 0..<(-exponent) {
            let (product, overflow) = scaled.multipliedReportingOverflow(by: 10)
            if overflow { return false }
            scaled = product
        }
        return significand > scaled
    }
}

extension JSONView {
    /// Whether a number is a count: digits only, and no more than fifteen.
    package func isCount(_ id: NodeID) -> Bool {
        let node = self[id]
        guard node.kind == .number, node.end - node.start <= 15 else {
            note(.content, of: id)
            return false
        }
        let digits = copyableSource(id)
        for index in 0..<digits.count where digits[index] &- UInt8(ascii: "0") >= 10 {
            note(.content, of: id)
            return false
        }
        note(.count, of: id)
        return true
    }

    /// Whether a number is a plain fraction: 0, or 0 and digits behind a point.
    package func isFraction(_ id: NodeID) -> Bool {
        guard kind(id) == .number, SlotScanner.isFraction(copyableSource(id)) else {
            note(.content, of: id)
            return false
        }
        note(.fraction, of: id)
        return true
    }

    /// The value of a number of which ``isCount(_:)`` holds.
    package func count(_ id: NodeID) -> Int {
        copyableSource(id).decimal
    }

    /// The value of a number, or nil for other values and numbers of too many digits.
    package func number(_ id: NodeID) -> JSONNumber? {
        kind(id) == .number ? JSONNumber(lexeme: source(id)) : nil
    }

    /// The value of an integral number, also of one spelled `5.0`, `5e2` or, as proto3's JSON
    /// does, `"5"`.
    package func integer(_ id: NodeID) -> Int? {
        if kind(id) == .number { return JSONNumber(lexeme: source(id))?.integer }
        guard kind(id) == .string else { return nil }
        let digits = interior(id)
        guard digits.count > 0, digits.count < 20 else { return nil }
        let body = digits[0] == UInt8(ascii: "-") ? digits.slice(1, digits.count) : digits
        guard body.count > 0 else { return nil }
        for index in 0..<body.count where body[index] &- UInt8(ascii: "0") >= 10 { return nil }
        return JSONNumber(lexeme: digits)?.integer
    }
}

extension ByteView {
    /// The value of up to 18 digits.
    var decimal: Int {
        var value = 0
        for index in 0..<count { value = value &* 10 &+ Int(self[index] &- UInt8(ascii: "0")) }
        return value
    }
}
