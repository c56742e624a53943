// SPDX-License-Identifier: Apache-2.0

// Writes the members of an object or the elements of an array with their commas.

import JSONLCodec

/// The opening, the commas and the end of one object or array that is being written.
struct MemberList {
    private var isEmpty = true

    init() {}

    /// Begins the next member: the brace or comma, the name and the colon.
    @inline(__always)
    mutating func begin(_ name: StaticString, _ output: inout ByteBuffer) {
        output.append(isEmpty ? "{\"" : ",\"")
        isEmpty = false
        output.append(name)
        output.append("\":")
    }

    /// Begins the next member with a name of the source: the inside of a JSON string.
    mutating func beginPair(_ name: ByteView, _ output: inout ByteBuffer) {
        output.append(UInt8(ascii: isEmpty ? "{" : ","))
        isEmpty = false
        output.append(quoted: name)
        output.append(UInt8(ascii: ":"))
    }

    /// Begins the next element of an array: the bracket or comma.
    @inline(__always)
    mutating func beginElement(_ output: inout ByteBuffer) {
        output.append(UInt8(ascii: isEmpty ? "[" : ","))
        isEmpty = false
    }

    /// Ends the object.
    func endObject(_ output: inout ByteBuffer) {
        output.append(isEmpty ? "{}" : "}")
    }

    /// Ends the array.
    func endArray(_ output: inout ByteBuffer) {
        output.append(isEmpty ? "[]" : "]")
    }

    /// Whether nothing was begun yet.
    var hasNothing: Bool { isEmpty }
}

extension ByteBuffer {
    /// Appends a literal between quotes.
    mutating func append(quoted literal: StaticString) {
        append(UInt8(ascii: "\""))
        append(literal)
        append(UInt8(ascii: "\""))
    }

    /// Appends the inside of a JSON string between quotes.
    mutating func append(quoted interior: ByteView) {
        append(UInt8(ascii: "\""))
        append(copying: interior)
        append(UInt8(ascii: "\""))
    }
}
