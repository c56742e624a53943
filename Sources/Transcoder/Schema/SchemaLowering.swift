// SPDX-License-Identifier: Apache-2.0

// JSON Schema to Gemini's OpenAPI subset: one pass over a stack of tasks, without recursion.

import JSONLCodec

/// Lowers one schema.
///
/// References, a single `allOf` and `anyOf` with null are merged into the schema that holds them;
/// of members that stand twice then, the one further out wins (ruling G1 and H9). A schema
/// that has no equivalent makes the whole lowering fail: recursion, unions of types, `true`, and
/// whatever grows beyond the limits when its references are put in place.
struct SchemaLowering {
    /// The most bytes that a lowered schema may have.
    private static let byteLimit = 1 << 20
    /// The most members that may be looked at: references can multiply them without end.
    private static let workLimit = 1 << 22
    /// The most schemas that may merge into one.
    private static let layerLimit = 64
    /// Sixteen levels stay free for the record around the schema.
    private static let depthLimit = Limits().depthLimit - 16

    let view: JSONView
    private let root: NodeID
    private let reportNode: NodeID?
    private let ordersProperties: Bool
    var memory: SchemaMemory
    private var depth = 0
    var work = 0
    private var hasInlined = false

    /// Creates a lowering.
    ///
    /// - Parameters:
    ///   - root: The schema; `#` refers to it.
    ///   - view: The text that it stands in.
    ///   - reportNode: Where losses are reported if not at their own members.
    ///   - ordersProperties: Objects name the order of their properties.
    ///   - memory: Arrays to work with.
    init(
        _ root: NodeID, of view: JSONView, reportNode: NodeID?, ordersProperties: Bool,
        memory: consuming SchemaMemory
    ) {
        self.view = view
        self.root = root
        self.reportNode = reportNode
        self.ordersProperties = ordersProperties
        self.memory = memory
        self.memory.reset()
    }

    /// Writes the schema.
    ///
    /// - Returns: Whether it could be lowered; if not, the output ends anywhere.
    mutating func run(to output: inout ByteBuffer) -> Bool {
        let start = output.count
        memory.tasks.append(.schema(root))
        while let task = memory.tasks.popLast() {
            guard perform(task, &output), output.count - start <= Self.byteLimit,
                work <= Self.workLimit, depth <= Self.depthLimit
            else { return false }
        }
        return true
    }

    private mutating func perform(_ task: SchemaTask, _ output: inout ByteBuffer) -> Bool {
        switch task {
        case .schema(let node):
            return lower(node, &output)
        case .name(let key):
            output.separate()
            output.append(quoted: view.interior(key))
            output.append(UInt8(ascii: ":"))
        case .member(let name):
            output.separate()
            output.append(name)
        case .copy(let key):
            output.separate()
            output.append(quoted: view.interior(key))
            output.append(UInt8(ascii: ":"))
            output.append(minified: NodeID(key.position + 1), of: view)
        case .open(let text):
            output.separate()
            output.append(text)
            depth += 1
        case .close(let text):
            output.append(text)
            depth -= 1
        case .type(let type):
            output.separate()
            output.append("\"type\":")
            output.append(quoted: type.upperCase)
        case .constant(let node):
            output.separate()
            output.append("\"enum\":[")
            output.append(minified: node, of: view)
            output.append("]")
        case .ordering(let properties):
            output.separate()
            output.append("\"propertyOrdering\":[")
            for (key, _) in view.members(properties) {
                output.separate()
                output.append(quoted: view.interior(key))
            }
            output.append("]")
        case .literal(let text):
            output.separate()
            output.append(text)
        case .element:
            output.separate()
        case .leave(let count):
            memory.active.removeLast(count)
        }
        return true
    }

    /// Begins a schema and plans its members.
    private mutating func lower(_ node: NodeID, _ output: inout ByteBuffer) -> Bool {
        memory.layers.removeAll(keepingCapacity: true)
        memory.layers.append(node)
        var plan = LoweringPlan()
        let firstTask = memory.tasks.count
        var index = 0
        while index < memory.layers.count {
            guard index < Self.layerLimit, collect(memory.layers[index], &plan) else {
                return false
            }
            index += 1
        }
        guard settle(plan) else { return false }
        if ordersProperties, let properties = plan.properties, view.childCount(properties) >= 2 {
            memory.tasks.append(.ordering(properties))
        }
        memory.tasks.append(.leave(memory.layers.count))
        memory.tasks.append(.close("}"))
        memory.reverseTasks(from: firstTask)
        memory.active.append(contentsOf: memory.layers)
        output.append("{")
        depth += 1
        return true
    }

    /// Decides what only the sum of all layers can tell.
    private mutating func settle(_ plan: LoweringPlan) -> Bool {
        if plan.hasTypeUnion, !plan.hasChoices { return false }
        if let patterns = plan.patternProperties {
            guard let properties = plan.properties, !view.isEmpty(properties) else { return false }
            lose(.paramDropped, patterns)
        }
        return true
    }

    // MARK: - Losses and references

    mutating func lose(_ code: LossCode, _ node: NodeID) {
        let place = reportNode ?? node
        if hasInlined || reportNode != nil {
            // The same member can be met again through another reference.
            work += memory.losses.count >> 3
            for loss in memory.losses where loss.code == code {
                if case .node(let known) = loss.place, known == place { return }
            }
        }
        memory.losses.append(Loss(code: code, place: .node(place)))
    }

    /// Merges what a reference names into the schema at hand.
    ///
    /// - Returns: Whether it names a schema of this text that is not being written already.
    mutating func inline(reference: NodeID) -> Bool {
        guard let target = JSONPointer.resolve(reference, from: root, of: view) else {
            return false
        }
        work += memory.active.count >> 3
        guard !memory.layers.contains(target), !memory.active.contains(target) else {
            return false
        }
        hasInlined = true
        memory.layers.append(target)
        return true
    }
}

/// What is known so far about the schema that is being put together.
struct LoweringPlan {
    /// The keywords that are settled, by their place in the vocabulary.
    private var seen: UInt64 = 0
    var properties: NodeID?
    var patternProperties: NodeID?
    /// Several types that are not null are listed.
    var hasTypeUnion = false
    /// `anyOf` is planned.
    var hasChoices = false
    /// `enum` is planned, or was given up.
    var hasValues = false
    var isNullable = false

    init() {}

    /// Notes a keyword; false where a layer further out has it already.
    mutating func claim(_ ordinal: Int) -> Bool {
        let bit = UInt64(1) << UInt64(ordinal)
        defer { seen |= bit }
        return seen & bit == 0
    }
}
