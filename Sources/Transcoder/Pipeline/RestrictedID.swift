// SPDX-License-Identifier: Apache-2.0

// Ids in the letters that Anthropic's batches allow: `^[a-zA-Z0-9_-]{1,64}$`.

import JSONLCodec

/// The spelling of ids for providers that restrict them.
enum RestrictedID {
    /// The most letters of an id.
    static var lengthLimit: Int { 64 }

    /// Whether an id, as the inside of a JSON string, may stay as it is.
    static func isLegal(_ id: ByteView) -> Bool {
        guard id.count > 0, id.count <= lengthLimit else { return false }
        for index in 0..<id.count where !isLegal(id[index]) { return false }
        return true
    }

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// An id with `_` in place of every other Unicode scalar, cut to the limit.
    static func spell(_ id: String) -> String {
        var result = ""
        for scalar in id.unicodeScalars.prefix(lengthLimit) {
            let isLegal = scalar.isASCII && Self.isLegal(UInt8(truncatingIfNeeded: scalar.value))
            result.unicodeScalars.append(isLegal ? scalar : "_")
        }
        return result.isEmpty ? "_" : result
    }

    /// The `number`th spelling of an id that is taken: `_2`, `_3`, … within the limit.
    static func spell(_ id: String, number: Int) -> String {
        let suffix = "_\(number)"
        return String(id.prefix(lengthLimit - suffix.count)) + suffix
    }
}
