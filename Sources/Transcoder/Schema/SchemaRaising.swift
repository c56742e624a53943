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
            output.append(utf8: keyword.rawValue)
        } else {
            output.append(copying: view.interior(key))
        }
        output.append("\":")
        // The JSON form of protocol buffers puts 64-bit integers in quotes.
        if keyword?.isNumeric == true, view.kind(value) == .string, view.integer(value) != nil {
            output.append(copying: view.interior(value))
        } else {
            output.append(minified: value, of: view)
        }
    }

    /// Begins a schema and plans its members.
    private mutating func raise(_ node: NodeID, _ output: inout ByteBuffer) {
        guard view.kind(node) == .object else { return output.append(minified: node, of: view) }
        var isNullable = false
        var hasType = false
        for (key, value) in view.members(node) {
            switch SchemaKeyword.openAPI.keyword(key, of: view)?.name {
            case .nullable: isNullable = view.kind(value) == .true && node != root
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
        case .properties where view.kind(value) == .object:
            memory.tasks.append(.open("\"properties\":{"))
            for (name, schema) in view.members(value) {
                memory.tasks.append(.name(name))
                memory.tasks.append(.schema(schema))
            }
            memory.tasks.append(.close("}"))
        case .items where view.kind(value) == .object:
            memory.tasks.append(.member("\"items\":"))
            memory.tasks.append(.schema(value))
        case .additionalProperties where view.kind(value) == .object:
            memory.tasks.append(.member("\"additionalProperties\":"))
            memory.tasks.append(.schema(value))
        case .anyOf where view.kind(value) == .array:
            memory.tasks.append(.open("\"anyOf\":["))
            for schema in view.elements(value) {
                memory.tasks.append(.element)
                memory.tasks.append(.schema(schema))
            }
            if isNullable, !hasType { memory.tasks.append(.literal("{\"type\":\"null\"}")) }
            memory.tasks.append(.close("]"))
        default:
            memory.tasks.append(.copy(key))
        }
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
