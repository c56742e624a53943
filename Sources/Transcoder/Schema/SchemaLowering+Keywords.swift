// SPDX-License-Identifier: Apache-2.0

// What becomes of each keyword of JSON Schema in the OpenAPI subset.

import JSONLCodec

extension SchemaLowering {
    /// Plans the members of one of the schemas that merge into one.
    ///
    /// - Returns: Whether they have an equivalent.
    mutating func collect(_ layer: NodeID, _ plan: inout LoweringPlan) -> Bool {
        guard view.kind(layer) == .object else { return false }
        for (key, value) in view.members(layer) {
            work += 1
            guard let (name, ordinal) = SchemaKeyword.jsonSchema.keyword(key, of: view) else {
                drop(value)
                continue
            }
            switch name {
            case .reference:
                guard inline(reference: value) else { return false }
            case .allOf:
                guard mergeAll(value) else { return false }
            case .anyOf, .oneOf:
                guard choose(value, isOneOf: name == .oneOf, &plan) else { return false }
            case .not, .prefixItems, .plainReference, .plainDefs:
                drop(value)
            default:
                guard plan.claim(ordinal) else { continue }
                guard collect(name, key, value, &plan) else { return false }
            }
        }
        return true
    }

    private mutating func collect(
        _ name: SchemaKeyword, _ key: NodeID, _ value: NodeID, _ plan: inout LoweringPlan
    ) -> Bool {
        switch name {
        case .type:
            return addType(value, &plan)
        case .properties:
            return addProperties(value, &plan)
        case .items:
            return addItems(value)
        case .enum:
            addValues(key, value, &plan)
        case .const:
            addConstant(value, &plan)
        case .nullable:
            if view.kind(value) == .true { makeNullable(&plan) }
        case .patternProperties:
            if view.kind(value) == .object, !view.isEmpty(value) { plan.patternProperties = value }
        case .additionalProperties:
            if view.kind(value) != .false, view.kind(value) != .null { lose(.paramDropped, value) }
        case .propertyOrdering:
            drop(value)
        case .schema, .identifier, .comment, .defs, .definitions:
            break
        default:
            if view.kind(value) != .null || name == .default { memory.tasks.append(.copy(key)) }
        }
        return true
    }

    /// Reports a keyword without equivalent, unless it asks for nothing.
    private mutating func drop(_ value: NodeID) {
        switch view.kind(value) {
        case .null: return
        case .object, .array: if view.isEmpty(value) { return }
        default: break
        }
        lose(.paramDropped, value)
    }

    private mutating func makeNullable(_ plan: inout LoweringPlan) {
        guard !plan.isNullable else { return }
        plan.isNullable = true
        memory.tasks.append(.literal("\"nullable\":true"))
    }

    // MARK: - Types and values

    private mutating func addType(_ value: NodeID, _ plan: inout LoweringPlan) -> Bool {
        guard view.kind(value) == .array else {
            if view.kind(value) == .null { return true }
            guard let type = SchemaType(value, of: view), type != .null else { return false }
            memory.tasks.append(.type(type))
            return true
        }
        var single: SchemaType?
        var hasNull = false
        for element in view.elements(value) {
            guard let type = SchemaType(element, of: view) else { return false }
            if type == .null {
                hasNull = true
            } else if let known = single, known != type {
                plan.hasTypeUnion = true
            } else {
                single = type
            }
        }
        if hasNull, single == nil { return false }
        if let single, !plan.hasTypeUnion { memory.tasks.append(.type(single)) }
        if hasNull { makeNullable(&plan) }
        return true
    }

    private mutating func addValues(_ key: NodeID, _ value: NodeID, _ plan: inout LoweringPlan) {
        guard view.kind(value) == .array, !plan.hasValues else { return drop(value) }
        for element in view.elements(value) where view.kind(element) != .string {
            return lose(.paramDropped, value)
        }
        guard !view.isEmpty(value) else { return }
        plan.hasValues = true
        memory.tasks.append(.copy(key))
    }

    private mutating func addConstant(_ value: NodeID, _ plan: inout LoweringPlan) {
        guard view.kind(value) == .string, !plan.hasValues else {
            return lose(.paramDropped, value)
        }
        plan.hasValues = true
        memory.tasks.append(.constant(value))
    }

    // MARK: - Schemas inside of schemas

    private mutating func addProperties(_ value: NodeID, _ plan: inout LoweringPlan) -> Bool {
        guard view.kind(value) == .object else {
            drop(value)
            return true
        }
        plan.properties = value
        memory.tasks.append(.open("\"properties\":{"))
        for (key, schema) in view.members(value) {
            work += 1
            guard view.kind(schema) == .object else { return false }
            memory.tasks.append(.name(key))
            memory.tasks.append(.schema(schema))
        }
        memory.tasks.append(.close("}"))
        return true
    }

    private mutating func addItems(_ value: NodeID) -> Bool {
        switch view.kind(value) {
        case .object:
            memory.tasks.append(.member("\"items\":"))
            memory.tasks.append(.schema(value))
        case .true, .false:
            return false
        default:
            // A list of schemas, one for each position.
            drop(value)
        }
        return true
    }

    /// `allOf`: one schema merges, several have no equivalent.
    private mutating func mergeAll(_ value: NodeID) -> Bool {
        guard view.kind(value) == .array, view.childCount(value) == 1 else {
            drop(value)
            return true
        }
        for schema in view.elements(value) { memory.layers.append(schema) }
        return true
    }

    /// `anyOf` and `oneOf`: null among them becomes `nullable`, one other schema merges.
    private mutating func choose(
        _ value: NodeID, isOneOf: Bool, _ plan: inout LoweringPlan
    ) -> Bool {
        guard view.kind(value) == .array, !view.isEmpty(value) else {
            drop(value)
            return true
        }
        var nullCount = 0
        var single: NodeID?
        var count = 0
        for schema in view.elements(value) {
            work += 1
            guard view.kind(schema) == .object else { return false }
            count += 1
            if isNull(schema) { nullCount += 1 } else { single = schema }
        }
        guard let single else { return false }
        let merges = nullCount > 0 && count == nullCount + 1
        guard merges || !plan.hasChoices else {
            lose(.paramDropped, value)
            return true
        }
        if isOneOf { lose(.paramApproximated, value) }
        if merges {
            memory.layers.append(single)
        } else {
            plan.hasChoices = true
            memory.tasks.append(.open("\"anyOf\":["))
            for schema in view.elements(value) where !isNull(schema) {
                memory.tasks.append(.element)
                memory.tasks.append(.schema(schema))
            }
            memory.tasks.append(.close("]"))
        }
        if nullCount > 0 { makeNullable(&plan) }
        return true
    }

    /// Whether a schema allows null and nothing else.
    private mutating func isNull(_ schema: NodeID) -> Bool {
        for (key, value) in view.members(schema) {
            work += 1
            if view.string(key, is: "type") { return SchemaType(value, of: view) == .null }
        }
        return false
    }
}
