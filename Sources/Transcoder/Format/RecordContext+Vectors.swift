// SPDX-License-Identifier: Apache-2.0

// What writers of embeddings share: inputs as one text, and vectors as arrays of numbers.

import JSONLCodec

extension RecordContext {
    /// Writes one input as a string; pieces are joined without a separator.
    func write(_ input: EmbeddingInput, of request: Request, to output: inout ByteBuffer) {
        output.append(UInt8(ascii: "\""))
        for text in request.embedding.texts[input.texts] {
            output.append(copying: bytes(text, for: output))
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Settles a length of vectors that two members can name: the first one holds, and the
    /// second is reported where it says something else.
    mutating func settle(
        dimensions: inout NodeID?, or second: NodeID?
    ) throws(RecordError) {
        guard let second else { return }
        guard let first = dimensions else {
            dimensions = second
            return
        }
        if try integer(first) != integer(second) { lose(.paramDropped, at: second) }
    }

    /// Writes a vector as an array of numbers: copied whole, unless it is base64.
    ///
    /// - Throws: `wrong_type` where the base64 holds no floats that JSON can spell.
    func write(floats vector: EmbeddingVector, to output: inout ByteBuffer) throws(RecordError) {
        guard vector.encoding == .base64 else { return write(vector.node, to: &output) }
        let bytes = try floats(ofBase64: vector)
        var list = MemberList()
        for index in stride(from: 0, to: bytes.count, by: 4) {
            list.beginElement(&output)
            let number = bytes.view.float(at: index)
            guard number.isFinite else {
                throw .wrongType(vector.node, "JSON has no numbers that are not finite")
            }
            // The shortest digits that give the same float.
            output.append(utf8: number.description)
        }
        list.endArray(&output)
    }

    /// Writes a vector that is base64 already, padded and in the standard alphabet: clients of
    /// OpenAI decode no other spelling.
    ///
    /// - Throws: `wrong_type` where it is no base64 of floats.
    func write(
        keptBase64 vector: EmbeddingVector, to output: inout ByteBuffer
    ) throws(RecordError) {
        let bytes = try floats(ofBase64: vector)
        output.append(UInt8(ascii: "\""))
        Self.append(base64Of: bytes.view, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// The bytes of a vector's 32-bit floats, of which there is at least one.
    private func floats(ofBase64 vector: EmbeddingVector) throws(RecordError) -> ByteBuffer {
        let data = try text(vector.node)
        var bytes = ByteBuffer(capacity: Int(data.count))
        guard isBase64(data), decode(base64: data, needsRepair: true, to: &bytes),
            bytes.count > 0, bytes.count % 4 == 0
        else { throw .wrongType(vector.node, "this is no base64 of 32-bit floats") }
        return bytes
    }

    /// Writes an array of numbers as base64 of the nearest 32-bit floats, the least byte first.
    ///
    /// - Throws: `wrong_type` where an element is no number, or none that a float can be.
    mutating func write(
        base64 vector: EmbeddingVector, to output: inout ByteBuffer
    ) throws(RecordError) {
        var bytes = ByteBuffer(capacity: 4096)
        for element in view.elements(vector.node) {
            try requireNumber(element)
            let spelling =
                view.kind(element) == .string ? view.interior(element) : view.source(element)
            guard let number = Float(spelling.text), number.isFinite else {
                throw .wrongType(element, "this number is beyond what a 32-bit float can be")
            }
            for place in 0..<4 {
                bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(8 * place)))
            }
        }
        output.append(UInt8(ascii: "\""))
        Self.append(base64Of: bytes.view, to: &output)
        output.append(UInt8(ascii: "\""))
    }
}

extension ByteView {
    /// The 32-bit float at an offset, the least byte first.
    fileprivate func float(at index: Int) -> Float {
        var bits: UInt32 = 0
        for place in 0..<4 { bits |= UInt32(self[index + place]) << UInt32(8 * place) }
        return Float(bitPattern: bits)
    }
}
