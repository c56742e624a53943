// SPDX-License-Identifier: Apache-2.0

// The words of the two schema languages: keywords and the names of types.

import JSONLCodec

/// The keywords of JSON Schema and of Gemini's OpenAPI subset that conversions know.
enum SchemaKeyword: String, MemberName {
    case type, title, description, format, `enum`, const, nullable
    case minimum, maximum, minItems, maxItems, minLength, maxLength, pattern
    case minProperties, maxProperties, required, `default`, example
    case properties, items, prefixItems, anyOf, oneOf, allOf, not, propertyOrdering
    case additionalProperties, patternProperties, definitions
    case reference = "$ref"
    case schema = "$schema"
    case identifier = "$id"
    case comment = "$comment"
    case defs = "$defs"
    // Gemini's names for `$ref` and `$defs`: fields of protocol buffers have no dollar.
    case plainReference = "ref"
    case plainDefs = "defs"

    /// The keywords as JSON Schema spells them.
    static let jsonSchema = MemberTable<SchemaKeyword>()
    /// The keywords as the JSON form of Gemini's protocol buffers spells them.
    static let openAPI = MemberTable<SchemaKeyword>(acceptsSnakeCase: true)
}

extension MemberTable<SchemaKeyword> {
    /// The keyword that a member name spells, or nil.
    func keyword(_ key: NodeID, of view: JSONView) -> (name: SchemaKeyword, ordinal: Int)? {
        guard view.hasEscapes(key) else { return find(view.interior(key)) }
        var plain = ByteBuffer()
        plain.append(unescaping: view.interior(key))
        return find(plain.view)
    }
}

/// The types that both languages name, in lower case by JSON Schema and in upper case by Gemini.
enum SchemaType: CaseIterable {
    case object, string, number, integer, boolean, array, null

    /// The name in JSON Schema.
    var lowerCase: StaticString {
        switch self {
        case .object: "object"
        case .string: "string"
        case .number: "number"
        case .integer: "integer"
        case .boolean: "boolean"
        case .array: "array"
        case .null: "null"
        }
    }

    /// The name in the OpenAPI subset.
    var upperCase: StaticString {
        switch self {
        case .object: "OBJECT"
        case .string: "STRING"
        case .number: "NUMBER"
        case .integer: "INTEGER"
        case .boolean: "BOOLEAN"
        case .array: "ARRAY"
        case .null: "NULL"
        }
    }

    /// The type that a string names in either case.
    init?(_ node: NodeID, of view: JSONView) {
        guard view.kind(node) == .string else { return nil }
        let word = view.interior(node)
        for type in Self.allCases where word == type.lowerCase || word == type.upperCase {
            self = type
            return
        }
        let folded = view.decoded(node).lowercased()
        guard let type = Self.allCases.first(where: { "\($0.lowerCase)" == folded }) else {
            return nil
        }
        self = type
    }
}
