// SPDX-License-Identifier: Apache-2.0

// Text as the converter holds it: a place in the record or in the scratch memory, never a String.

import JSONLCodec

/// The inside of a JSON string: escaped as it is in the source, ready to stand between quotes.
struct Text {
    /// The offset of the first byte.
    var start: UInt32
    /// The number of bytes.
    var count: UInt32
    /// The bytes stand in the record's scratch memory, not in the line.
    var isScratch: Bool
    /// The bytes hold an escape.
    var hasEscapes: Bool

    init(start: Int, count: Int, isScratch: Bool, hasEscapes: Bool) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
        self.isScratch = isScratch
        self.hasEscapes = hasEscapes
    }

    /// There is no byte in it.
    var isEmpty: Bool { count == 0 }
}

/// A JSON value that is carried over without being understood.
enum JSONPayload {
    /// A value of the record.
    case value(NodeID)
    /// A string of the record that holds JSON text, as OpenAI's tool arguments do.
    case string(NodeID)
    /// Nothing was given.
    case absent
}
