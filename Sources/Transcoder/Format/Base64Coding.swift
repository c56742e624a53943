// SPDX-License-Identifier: Apache-2.0

// Base64 to text and back, for the documents that one provider wants in the one form and
// another in the other. Payloads that stay base64 never come here.

import JSONLCodec

extension RecordContext {
    /// The UTF-8 text that base64 stands for, as the inside of a JSON string.
    ///
    /// - Returns: nil where it is no base64, or the bytes are no UTF-8.
    mutating func decode(base64 data: Text, needsRepair: Bool) -> Text? {
        var plain = ByteBuffer(capacity: Int(data.count))
        guard decode(base64: data, needsRepair: needsRepair, to: &plain),
            String(validating: plain.bytes, as: UTF8.self) != nil
        else { return nil }
        return makeText { $0.append(escaping: plain.view) }
    }

    /// Appends the bytes that base64 stands for; false where it is none.
    func decode(base64 data: Text, needsRepair: Bool, to plain: inout ByteBuffer) -> Bool {
        var encoded = ByteBuffer(capacity: Int(data.count))
        write(base64: data, needsRepair: needsRepair, to: &encoded)
        var group: UInt32 = 0
        var digits = 0
        var index = 0
        while index < encoded.count, encoded.view[index] != UInt8(ascii: "=") {
            guard let digit = Self.digit(encoded.view[index]) else { return false }
            group = group << 6 | digit
            digits += 1
            if digits == 4 {
                for shift in [16, 8, 0] as [UInt32] {
                    plain.append(UInt8(truncatingIfNeeded: group >> shift))
                }
                digits = 0
                group = 0
            }
            index += 1
        }
        if digits == 1 { return false }
        if digits >= 2 { plain.append(UInt8(truncatingIfNeeded: group >> (digits == 2 ? 4 : 10))) }
        if digits == 3 { plain.append(UInt8(truncatingIfNeeded: group >> 2)) }
        return true
    }

    /// The base64 of a text.
    mutating func encode(base64 text: Text) -> Text {
        var plain = ByteBuffer(capacity: Int(text.count))
        plain.append(unescaping: bytes(text))
        let start = scratch.count
        Self.append(base64Of: plain.view, to: &scratch)
        return Text(
            start: start, count: scratch.count - start, isScratch: true, hasEscapes: false)
    }

    /// Appends the base64 of bytes.
    static func append(base64Of bytes: ByteView, to output: inout ByteBuffer) {
        var index = 0
        while index < bytes.count {
            let available = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < available ? UInt32(bytes[index + offset]) : 0)
            }
            for place in 0..<4 {
                let shift = UInt32(18 - 6 * place)
                output.append(place <= available ? letter(group >> shift & 63) : UInt8(ascii: "="))
            }
            index += 3
        }
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func letter(_ digit: UInt32) -> UInt8 {
        let alphabet = ByteView("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return alphabet[Int(digit)]
    }
}
