// SPDX-License-Identifier: Apache-2.0

// Writes a schema in the language of the target, whatever language the source has it in.

import JSONLCodec

/// Writes schemas as JSON Schema or as Gemini's OpenAPI subset.
enum SchemaWriter {
    /// The ways of translating a schema: each depends on nothing but the schema's bytes.
    private enum Translation {
        static var raised: Int { 0 }
        static var lowered: Int { 1 }
        static var loweredInOrder: Int { 2 }
    }

    /// What became of a schema that was to be lowered.
    enum Outcome {
        case written
        /// It says nothing, so nothing was written.
        case omitted
        /// It cannot be lowered; nothing was written, and the loss is reported.
        case refused
    }

    /// Writes a schema as JSON Schema.
    ///
    /// - Throws: `wrong_type` where it is neither an object nor a boolean.
    /// - Complexity: O(*n*).
    static func writeJSONSchema(
        _ schema: Schema, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        guard let (view, root) = try context.value(of: schema.payload) else {
            return output.append("{}")
        }
        try requireSchema(root, of: view, schema)
        switch schema.language {
        case .jsonSchema: output.append(minified: root, of: view)
        case .openAPI: raise(root, of: view, schema, to: &output, &context)
        }
    }

    /// Writes a schema as JSON Schema inside a JSON string, quotes included.
    static func writeJSONSchemaString(
        _ schema: Schema, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        guard case .openAPI = schema.language else {
            if case .value(let node) = schema.payload {
                try requireSchema(node, of: context.view, schema)
            }
            return context.write(jsonString: schema.payload, to: &output)
        }
        var plain = ByteBuffer(capacity: 1024)
        try writeJSONSchema(schema, to: &plain, &context)
        output.append(UInt8(ascii: "\""))
        output.append(escaping: plain.view)
        output.append(UInt8(ascii: "\""))
    }

    /// Writes a schema in the OpenAPI subset.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - ordersProperties: Objects name the order of their properties.
    ///   - output: Where it goes.
    ///   - context: The record.
    /// - Returns: What became of it; unless it is `written`, the output is as it was.
    /// - Throws: `wrong_type` where it is neither an object nor a boolean.
    static func writeOpenAPI(
        _ schema: Schema, ordersProperties: Bool, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) -> Outcome {
        guard let (view, root) = try context.value(of: schema.payload) else { return .omitted }
        try requireSchema(root, of: view, schema)
        let mark = output.mark
        let start = mark.length
        let lossCount = context.losses.count
        let isWhole = context.isUntouched(schema)
        guard case .jsonSchema = schema.language else {
            guard !view.isEmpty(root) else { return .omitted }
            output.append(minified: root, of: view)
            return .written
        }
        var memory = SchemaMemory()
        swap(&memory, &context.schemaMemory)
        var lowering = SchemaLowering(
            root, of: view, reportNode: reportNode(schema), ordersProperties: ordersProperties,
            memory: memory)
        // The local copy is given up, so that the arrays are not shared while they change.
        memory = SchemaMemory()
        let isLowered = lowering.run(to: &output)
        if isLowered { context.losses.append(contentsOf: lowering.memory.losses) }
        context.schemaMemory = lowering.memory
        guard isLowered else {
            output.truncate(to: start)
            context.lose(.paramApproximated, at: schema.node)
            return .refused
        }
        if output.count == start + 2 {
            output.truncate(to: start)
            return .omitted
        }
        if isWhole, context.losses.count == lossCount {
            let way = ordersProperties ? Translation.loweredInOrder : Translation.lowered
            output.noteTranslation(way, of: root, in: view, from: mark)
        }
        return .written
    }

    private static func raise(
        _ root: NodeID, of view: JSONView, _ schema: Schema, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        let mark = output.mark
        let isWhole = context.isUntouched(schema)
        var memory = SchemaMemory()
        swap(&memory, &context.schemaMemory)
        var raising = SchemaRaising(
            root, of: view, reportNode: reportNode(schema), memory: memory)
        memory = SchemaMemory()
        raising.run(to: &output)
        if isWhole, raising.memory.losses.isEmpty {
            output.noteTranslation(Translation.raised, of: root, in: view, from: mark)
        }
        context.losses.append(contentsOf: raising.memory.losses)
        context.schemaMemory = raising.memory
    }

    /// Losses in a schema that was JSON in a string stand at the string.
    private static func reportNode(_ schema: Schema) -> NodeID? {
        guard case .string = schema.payload else { return nil }
        return schema.node
    }

    private static func requireSchema(
        _ root: NodeID, of view: JSONView, _ schema: Schema
    ) throws(RecordError) {
        switch view.kind(root) {
        case .object, .true, .false: return
        default: throw .wrongType(schema.node, "a schema must be an object")
        }
    }
}

extension RecordContext {
    /// Whether something is to be learned from the record, and nobody has looked into a schema
    /// that stands in it as an object.
    fileprivate func isUntouched(_ schema: Schema) -> Bool {
        guard isLearning, case .value(let node) = schema.payload else { return false }
        return view.kind(node) == .object && view.isUntouched(node)
    }
}
