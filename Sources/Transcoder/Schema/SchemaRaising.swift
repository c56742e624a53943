// SPDX-License-Identifier: Apache-2.0

// Gemini's OpenAPI subset to JSON Schema: one pass over a stack of tasks, without recursion.

import JSONLCodec

/// Raises one schema.
///
/// Types become lower case, `nullable` a union with null, numbers in quotes numbers;
/// `propertyOrdering` goes without a word, `example` with one (ruling G1, H9 and I10).
/// Keywords that are none of the subset's are copied.
struct SchemaRaising {
    private let view: JSONView
    private let root: NodeID
    private let reportNode: NodeID?
    var memory: SchemaMemory

    /// Creates a raising of a schema.
    init(
        _ root: NodeID, of view: JSONView, reportNode: NodeID?, memory: consuming SchemaMemory
    ) {
        self.view = view
        self.root = root
        self.reportNode = reportNode
        self.memory = memory
        self.memory.reset()
    }

    /// Writes the schema.
    mutating func run(to output: inout ByteBuffer) {
        memory.tasks.append(.schema(root))
        while let task = memory.tasks.popLast() { perform(task, &output) }
    }

    private mutating func perform(_ task: SchemaTask, _ output: inout ByteBuffer) {
        switch task {
        case .schema(let node):
            raise(node, &output)
        case .name(let key):
            output.separate()
            output.append(quoted: view.interior(key))
            output.append(UInt8(ascii: ":"))
        case .copy(let key):
            copy(key, &output)
        case .type(let type):
            output.separate()
            output.append("\"type\":")
            output.append(quoted: type.lowerCase)
        case .member(let text), .literal(let text), .open(let text):
            output.separate()
            output.append(text)
        case .close(let text):
            output.append(text)
        case .element:
            output.separate()
        case .constant, .ordering, .leave:
            break
        }
    }

    /// Copies a member under the name that JSON Schema has for it.
    private func copy(_ key: NodeID, _ output: inout ByteBuffer) {
        let value = NodeID(key.position + 1)
        let keyword = SchemaKeyword.openAPI.keyword(key, of: view)?.name
        output.separate()
        output.append(UInt8(ascii: "\""))
        if let keyword {
            output.append(utf8: keyword.raised.rawValue)
        } else {
            output.append(copying: view.interior(key))
        }
        output.append("\":")
        // The JSON form of protocol buffers puts 64-bit integers in quotes.
        if keyword?.isNumeric == true, view.kind(value) == .string, view.integer(value) != nil {
            output.append(copying: view.interior(value))
        } else if keyword?.raised == .reference, let rest = nameInDefs(value) {
            output.append("\"#/$defs/")
            output.append(copying: rest)
            output.append(UInt8(ascii: "\""))
        } else {
            output.append(minified: value, of: view)
        }
    }

    /// What follows `#/defs/` in a reference, as it is spelled.
    private func nameInDefs(_ reference: NodeID) -> ByteView? {
        guard view.kind(reference) == .string else { return nil }
        let text = view.interior(reference)
        for prefix in ["#/defs/", "#\\/defs\\/"] as [StaticString] {
            let length = prefix.utf8CodeUnitCount
            if text.count > length, text.slice(0, length) == prefix {
                return text.slice(length, text.count)
            }
        }
        return nil
    }

    /// The JSON form of protocol buffers has booleans in quotes as well.
    private func isTrue(_ node: NodeID) -> Bool {
        view.kind(node) == .true || view.kind(node) == .string && view.string(node, is: "true")
    }

    /// Begins a schema and plans its members.
    private mutating func raise(_ node: NodeID, _ output: inout ByteBuffer) {
        guard view.kind(node) == .object else { return output.append(minified: node, of: view) }
        var isNullable = false
        var hasType = false
        for (key, value) in view.members(node) {
            switch SchemaKeyword.openAPI.keyword(key, of: view)?.name {
            case .nullable: isNullable = isTrue(value) && node != root
            case .type: hasType = view.kind(value) == .array || SchemaType(value, of: view) != nil
            default: break
            }
        }
        output.append("{")
        let firstTask = memory.tasks.count
        for (key, value) in view.members(node) {
            let keyword = SchemaKeyword.openAPI.keyword(key, of: view)?.name
            guard view.kind(value) != .null || keyword == .default else { continue }
            plan(keyword, key, value, isNullable: isNullable, hasType: hasType)
        }
        memory.tasks.append(.close("}"))
        memory.reverseTasks(from: firstTask)
    }

    private mutating func plan(
        _ keyword: SchemaKeyword?, _ key: NodeID, _ value: NodeID, isNullable: Bool, hasType: Bool
    ) {
        switch keyword {
        case .nullable, .propertyOrdering:
            break
        case .example:
            memory.losses.append(Loss(code: .paramDropped, place: .node(reportNode ?? value)))
        case .type:
            addType(key, value, isNullable: isNullable)
        case .items where view.kind(value) == .object:
            addSchema("\"items\":", value)
        case .additionalProperties where view.kind(value) == .object:
            addSchema("\"additionalProperties\":", value)
        case .not where view.kind(value) == .object:
            addSchema("\"not\":", value)
        case .anyOf where view.kind(value) == .array:
            addList("\"anyOf\":[", value, endsWithNull: isNullable && !hasType)
        case .oneOf where view.kind(value) == .array:
            addList("\"oneOf\":[", value, endsWithNull: isNullable && !hasType)
        case .allOf where view.kind(value) == .array:
            addList("\"allOf\":[", value)
        case .prefixItems where view.kind(value) == .array:
            addList("\"prefixItems\":[", value)
        case .properties where view.kind(value) == .object:
            addNamed("\"properties\":{", value)
        case .patternProperties where view.kind(value) == .object:
            addNamed("\"patternProperties\":{", value)
        case .definitions where view.kind(value) == .object:
            addNamed("\"definitions\":{", value)
        case .defs where view.kind(value) == .object,
            .plainDefs where view.kind(value) == .object:
            addNamed("\"$defs\":{", value)
        default:
            memory.tasks.append(.copy(key))
        }
    }

    private mutating func addSchema(_ name: StaticString, _ schema: NodeID) {
        memory.tasks.append(.member(name))
        memory.tasks.append(.schema(schema))
    }

    private mutating func addList(
        _ opening: StaticString, _ schemas: NodeID, endsWithNull: Bool = false
    ) {
        memory.tasks.append(.open(opening))
        for schema in view.elements(schemas) {
            memory.tasks.append(.element)
            memory.tasks.append(.schema(schema))
        }
        if endsWithNull { memory.tasks.append(.literal("{\"type\":\"null\"}")) }
        memory.tasks.append(.close("]"))
    }

    private mutating func addNamed(_ opening: StaticString, _ schemas: NodeID) {
        memory.tasks.append(.open(opening))
        for (name, schema) in view.members(schemas) {
            memory.tasks.append(.name(name))
            memory.tasks.append(.schema(schema))
        }
        memory.tasks.append(.close("}"))
    }

    private mutating func addType(_ key: NodeID, _ value: NodeID, isNullable: Bool) {
        if view.string(value, is: "TYPE_UNSPECIFIED") { return }
        guard view.kind(value) == .array || SchemaType(value, of: view) != nil else {
            return memory.tasks.append(.copy(key))
        }
        guard isNullable || view.kind(value) == .array else {
            if let type = SchemaType(value, of: view) { memory.tasks.append(.type(type)) }
            return
        }
        memory.tasks.append(.open("\"type\":["))
        var hasNull = false
        if let type = SchemaType(value, of: view) { memory.tasks.append(.literal(type.quoted)) }
        for element in view.elements(value) {
            guard let type = SchemaType(element, of: view) else { continue }
            hasNull = hasNull || type == .null
            memory.tasks.append(.literal(type.quoted))
        }
        if isNullable, !hasNull { memory.tasks.append(.literal("\"null\"")) }
        memory.tasks.append(.close("]"))
    }
}

extension SchemaKeyword {
    /// The keyword of JSON Schema that says the same.
    fileprivate var raised: SchemaKeyword {
        switch self {
        case .plainReference: .reference
        case .plainDefs: .defs
        default: self
        }
    }

    /// The value is a number, which the JSON form of protocol buffers may put in quotes.
    fileprivate var isNumeric: Bool {
        switch self {
        case .minimum, .maximum, .minItems, .maxItems, .minLength, .maxLength, .minProperties,
            .maxProperties:
            true
        default: false
        }
    }
}

extension SchemaType {
    /// The name in JSON Schema, between quotes.
    fileprivate var quoted: StaticString {
        switch self {
        case .object: "\"object\""
        case .string: "\"string\""
        case .number: "\"number\""
        case .integer: "\"integer\""
        case .boolean: "\"boolean\""
        case .array: "\"array\""
        case .null: "\"null\""
        }
    }
}
