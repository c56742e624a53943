// SPDX-License-Identifier: Apache-2.0

// JSON for reports: commas in the right places, text escaped, nothing kept but the bytes.

import JSONLCodec

/// Writes one JSON value after the other into a buffer.
struct JSONWriter: ~Copyable {
    private(set) var bytes = ByteBuffer()

    /// What was written so far.
    var text: String { bytes.view.text }

    private var needsComma = false

    /// Writes an object.
    mutating func object(_ body: (inout JSONWriter) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    /// Writes an array.
    mutating func array(_ body: (inout JSONWriter) -> Void) {
        open("[")
        body(&self)
        close("]")
    }

    /// Writes the name of a member; its value comes next.
    mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        integer(value)
    }

    mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        separate()
        bytes.append(value ? "true" : "false")
    }

    mutating func member(_ name: String, decimal: Double) {
        self.name(name)
        separate()
        bytes.append(utf8: Numbers.decimal(decimal, places: 6))
    }

    mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }

    mutating func list(_ name: String, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        array(body)
    }

    mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var plain = ByteBuffer(capacity: text.utf8.count)
        plain.append(utf8: text)
        bytes.append(escaping: plain.view)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func integer(_ number: Int) {
        separate()
        bytes.append(decimal: number)
    }

    mutating func null() {
        separate()
        bytes.append("null")
    }

    /// Ends a line, after which a new value may begin.
    mutating func endLine() {
        bytes.append("\n")
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }
}
