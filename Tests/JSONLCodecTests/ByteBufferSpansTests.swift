// SPDX-License-Identifier: Apache-2.0

// Escaping and unescaping of bytes that nobody has checked.

import JSONLCodec
import Testing

@Suite("Buffers and spans")
struct ByteBufferSpansTests {
    private func unescaped(_ text: String) throws(JSONError) -> String {
        var buffer = ByteBuffer()
        try buffer.append(unescaping: Array(text.utf8).span.bytes)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test("Text becomes the inside of a string and comes back")
    func comesBack() throws {
        let text = "a \"b\" \\ \n\r\t\u{8}\u{c}\u{1} é 🍅"
        var buffer = ByteBuffer()
        buffer.append(escaping: Array(text.utf8).span.bytes)
        let escaped = String(decoding: buffer.bytes, as: UTF8.self)
        #expect(escaped == #"a \"b\" \\ \n\r\t\b\f\u0001 é 🍅"#)
        #expect(try unescaped(escaped) == text)
    }

    @Test("Every escape of RFC 8259 is decoded, and bytes around it stay")
    func decodes() throws {
        #expect(try unescaped("") == "")
        #expect(try unescaped(#"x\/\u00e9\uD83C\udf45\""#) == "x/é🍅\"")
        var buffer = ByteBuffer()
        try buffer.append(unescaping: ([0xFF, 0x5C, 0x6E, 0x80] as [UInt8]).span.bytes)
        #expect(buffer.bytes == [0xFF, 0x0A, 0x80])
    }

    @Test(
        "What is no escape is refused where it stands, and nothing is appended",
        arguments: [
            (#"ab\"#, JSONError.Fault.invalidEscape, 2), (#"\n\x"#, .invalidEscape, 2),
            (#"\u12"#, .invalidEscape, 0), (#"\u12g4"#, .invalidEscape, 0),
            (#"é\ud800"#, .loneSurrogate, 2), (#"\ud800\u0041"#, .loneSurrogate, 0),
            (#"\udc00"#, .loneSurrogate, 0), (#"\ud800\ud800"#, .loneSurrogate, 0),
        ])
    func refuses(_ text: String, _ fault: JSONError.Fault, _ offset: Int) {
        var buffer = ByteBuffer()
        buffer.append(UInt8(ascii: "-"))
        #expect(throws: JSONError(fault, at: offset)) {
            try buffer.append(unescaping: Array(text.utf8).span.bytes)
        }
        #expect(buffer.bytes == Array("-".utf8))
    }
}
