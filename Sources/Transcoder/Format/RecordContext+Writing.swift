// SPDX-License-Identifier: Apache-2.0

// What writers share: texts, numbers, opaque values, ids, and JSON that changes its level.

import JSONLCodec

extension RecordContext {
    // MARK: - Scalars

    /// Writes a text as a string.
    @inline(__always)
    func write(_ text: Text, to output: inout ByteBuffer) {
        output.append(quoted: bytes(text, for: output))
    }

    /// Writes a value as it is spelled, without blanks between its tokens.
    @inline(__always)
    func write(_ node: NodeID, to output: inout ByteBuffer) {
        output.append(minified: node, of: view)
    }

    /// Writes a whole number in plain digits, however the source spells it (`5.0`, `5e2`, `"5"`).
    ///
    /// - Throws: `wrong_type` where it is none.
    func write(integer node: NodeID, to output: inout ByteBuffer) throws(RecordError) {
        if view.kind(node) == .number, view.isCount(node) {
            output.append(copying: view.source(node, for: output))
        } else {
            output.append(decimal: try integer(node))
        }
    }

    /// Writes a number: its spelling, without the quotes that proto3's JSON allows.
    func write(number node: NodeID, to output: inout ByteBuffer) throws(RecordError) {
        try requireNumber(node)
        output.append(
            copying: view.kind(node) == .string
                ? view.interior(node, for: output) : view.source(node, for: output))
    }

    /// Writes the temperature, or the limit that it was over.
    func write(
        temperature node: NodeID, of request: Request, to output: inout ByteBuffer
    ) throws(RecordError) {
        if request.settings.isTemperatureClamped { return output.append("1") }
        try write(number: node, to: &output)
    }

    /// Writes the model: the one that the batch is for, or else the record's own.
    func writeModel(of request: Request, to output: inout ByteBuffer) throws(RecordError) {
        if modelName.count > 0 {
            output.append(quoted: modelName.view)
        } else if let model = request.model {
            write(model, to: &output)
        } else {
            throw .missing("model", in: request.body)
        }
    }

    /// Writes the members that the source's dialect family shares with the target's.
    func write(
        extrasOf request: Request, in members: inout MemberList, to output: inout ByteBuffer
    ) {
        for extra in request.extras {
            members.beginPair(view.interior(extra.key, for: output), &output)
            write(extra.value, to: &output)
        }
    }

    /// Writes the pairs of the metadata as an object.
    func write(metadataOf request: Request, to output: inout ByteBuffer) {
        var pairs = MemberList()
        for pair in request.metadata {
            pairs.beginPair(view.interior(pair.key, for: output), &output)
            write(pair.value, to: &output)
        }
        pairs.endObject(&output)
    }

    /// Writes a list of strings.
    func write(strings nodes: [NodeID], to output: inout ByteBuffer) {
        var list = MemberList()
        for node in nodes {
            list.beginElement(&output)
            write(node, to: &output)
        }
        list.endArray(&output)
    }

    /// Leaves out what was written last, where it says nothing and the target takes no such thing.
    ///
    /// - Parameters:
    ///   - nothing: The bytes that say nothing: an empty object and its name.
    ///   - start: Where they begin.
    ///   - output: What was written.
    /// - Returns: Whether they stood there.
    @discardableResult
    func takeBack(
        _ nothing: StaticString, from start: Int, _ output: inout ByteBuffer
    ) -> Bool {
        guard leavesOutEmptyObjects, output.view.slice(start, output.count) == nothing else {
            return false
        }
        output.truncate(to: start)
        return true
    }

    // MARK: - Ids

    /// Writes the id of the record, and notes where, so that ids can be told apart later.
    mutating func write(id: RecordID, to output: inout ByteBuffer) {
        output.append(UInt8(ascii: "\""))
        let start = output.count
        if let text = id.text { output.append(copying: bytes(text, for: output)) }
        writtenID = start..<output.count
        output.append(UInt8(ascii: "\""))
    }

    // MARK: - JSON in strings

    /// Writes tool arguments as an object (ruling B "tool call").
    ///
    /// Nothing and blank strings become `{}`; a string that holds no object is kept whole in
    /// `{"_raw_arguments": …}` and reported.
    mutating func write(
        argumentsObject payload: JSONPayload, to output: inout ByteBuffer
    ) throws(RecordError) {
        switch payload {
        case .absent:
            output.append("{}")
        case .value(let node):
            try requireObject(node)
            write(node, to: &output)
        case .string(let node):
            // Of a string that holds an object, nothing else matters.
            let interior = view.interior(node, for: output)
            if let object = embedded.index(interior), object.kind(.root) == .object {
                return output.append(minified: object, embeddedIn: interior)
            }
            if view.interior(node).isBlankText { return output.append("{}") }
            lose(.toolArgumentsInvalid, at: node)
            output.append("{\"_raw_arguments\":")
            write(node, to: &output)
            output.append("}")
        }
    }

    /// Writes a value as JSON text inside a string; strings that hold JSON stay as they are.
    func write(jsonString payload: JSONPayload, to output: inout ByteBuffer) {
        switch payload {
        case .absent:
            output.append("\"{}\"")
        case .value(let node):
            output.append(UInt8(ascii: "\""))
            output.append(escapingMinified: node, of: view)
            output.append(UInt8(ascii: "\""))
        case .string(let node):
            write(node, to: &output)
        }
    }

    /// The value of a payload: its view and its place there.
    ///
    /// JSON in a string is decoded first, and the view is valid until the next such call.
    ///
    /// - Returns: nil where nothing was given.
    /// - Throws: `wrong_type` where a string holds no JSON text.
    mutating func value(
        of payload: JSONPayload
    ) throws(RecordError) -> (view: JSONView, root: NodeID)? {
        switch payload {
        case .absent:
            return nil
        case .value(let node):
            return (view, node)
        case .string(let node):
            guard let embedded = embedded.index(view.interior(node)) else {
                throw .wrongType(node, "the string must hold JSON text")
            }
            return (embedded, .root)
        }
    }
}

extension ByteView {
    /// Whether there are only ASCII digits, and at least one.
    var isDigits: Bool {
        for index in 0..<count where self[index] &- UInt8(ascii: "0") >= 10 { return false }
        return count > 0
    }

    /// Whether the inside of a string holds nothing but blanks, spelled in any way.
    var isBlankText: Bool {
        guard count < 64 else { return false }
        var plain = ByteBuffer(capacity: 64)
        plain.append(unescaping: self)
        for index in 0..<plain.count where plain.view[index] > 0x20 { return false }
        return true
    }
}
