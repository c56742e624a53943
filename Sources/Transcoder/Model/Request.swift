// SPDX-License-Identifier: Apache-2.0

// The hub of request conversions: one request as readers find it and writers need it.

import JSONLCodec

/// One request, as places in the record; no text is copied into it.
///
/// One value serves one record after the other, so that its arrays stop growing. Readers fill it
/// without knowing the target; ``RequestRules`` fits it to the target's ``Capabilities``; writers
/// only spell it out.
struct Request {
    var id = RecordID()
    /// What is asked for; embeddings have none of the members from ``messages`` on.
    var operation = Operation.chat
    var embedding = EmbeddingRequest()
    /// The model that the record itself names (OpenAI, Anthropic), a string.
    var model: NodeID?
    /// The whole body; losses without a member of their own are reported near it.
    var body = NodeID.root
    /// The member that holds the turns.
    var messages = NodeID.root

    var system: [TextPart] = []

    var turns: [Turn] = []
    var parts: [Part] = []
    var toolResultParts: [ToolResultPart] = []
    /// The tool calls of all turns, filled in by the rules.
    var calls: [CallLink] = []
    /// Tools that the rules had to give another name.
    var renamings: [ToolRenaming] = []
    /// The family of the body that was read.
    var sourceFamily = BodyFamily.chat

    var tools: [Tool] = []
    var toolChoice = ToolChoice.unspecified
    /// The member that holds the tool choice.
    var toolChoiceNode: NodeID?

    var settings = Settings()
    /// The stop sequences that are not empty, strings.
    var stops: [NodeID] = []
    /// The member that holds the stop sequences.
    var stopNode: NodeID?
    var responseFormat = ResponseFormat.text
    var reasoning = ReasoningSettings()
    var metadata: [MetadataPair] = []
    /// Body members that only the source's own dialect family knows.
    var extras: [ExtraMember] = []

    init() {}

    /// Makes the value ready for the next record and keeps its memory.
    mutating func reset() {
        id = RecordID()
        if operation == .embeddings { embedding.reset() }
        operation = .chat
        model = nil
        body = .root
        messages = .root
        system.empty()
        turns.empty()
        parts.empty()
        toolResultParts.empty()
        calls.empty()
        renamings.empty()
        tools.empty()
        toolChoice = .unspecified
        toolChoiceNode = nil
        settings = Settings()
        stops.empty()
        stopNode = nil
        responseFormat = .text
        reasoning = ReasoningSettings()
        metadata.empty()
        extras.empty()
    }

    /// Starts a message: it joins the open turn where the role is the same.
    ///
    /// Same-role turns merge for every target (ruling H5).
    mutating func beginMessage(_ role: Role, at node: NodeID) {
        if let last = turns.indices.last, turns[last].role == role {
            turns[last].lastNode = node
        } else {
            turns.append(Turn(role: role, parts: parts.count..<parts.count, node: node))
        }
    }

    /// Adds a part to the open turn.
    mutating func append(_ part: Part) {
        parts.append(part)
        let last = turns.count - 1
        turns[last].parts = turns[last].parts.lowerBound..<parts.count
    }
}

/// Who speaks in a turn: system texts stand apart, and tool results in the user's turn.
enum Role { case user, assistant }

/// All that one side says before the other speaks.
struct Turn {
    var role: Role
    /// Its content: a range of ``Request/parts``.
    var parts: Range<Int>
    /// The first message of the turn.
    var node: NodeID
    /// The last message of the turn.
    var lastNode: NodeID

    init(role: Role, parts: Range<Int>, node: NodeID) {
        self.role = role
        self.parts = parts
        self.node = node
        lastNode = node
    }
}

/// The name of a record, by which requests and results are joined.
struct RecordID {
    /// The id, or nil as long as none was found.
    var text: Text?
    /// The member that holds it.
    var node: NodeID?
    /// The id was a number in the source, or made up by us.
    var isStringified = false

    init() {}

    /// Appends the id of a record that has none: it is made of its physical line, from 1 on.
    static func append(
        idOfLine line: Int, as kind: StaticString = "record", to buffer: inout ByteBuffer
    ) {
        buffer.append(kind)
        buffer.append("-")
        buffer.append(decimal: line)
    }
}

/// A tool that the model may call.
struct Tool {
    var name: Text
    var nameNode: NodeID
    /// A string, or nil; never empty.
    var description: NodeID?
    /// The parameters, or nil where none are given.
    var schema: Schema?
    /// The member `strict` where it is true.
    var strict: NodeID?
    /// The definition was made up from a call: its schema is `{"type":"object"}`.
    var isSynthesized = false
    var node: NodeID

    init(name: Text, nameNode: NodeID, at node: NodeID) {
        self.name = name
        self.nameNode = nameNode
        self.node = node
    }
}

/// A schema, and in which of the two languages it is written.
struct Schema {
    enum Language {
        /// JSON Schema.
        case jsonSchema
        /// Gemini's subset of OpenAPI 3.0.
        case openAPI
    }
    var payload: JSONPayload
    var language: Language
    /// The member that holds it.
    var node: NodeID

    init(_ payload: JSONPayload, _ language: Language, at node: NodeID) {
        self.payload = payload
        self.language = language
        self.node = node
    }
}

/// Whether and which tools the model is to call.
enum ToolChoice {
    case unspecified, auto, any, none
    /// Gemini's VALIDATED: like auto, with arguments that fit the schema.
    case validated
    /// One tool by name: the string that holds it.
    case tool(NodeID)
    /// Some of the tools, by an array of names or of objects that name a function.
    case allowed(names: NodeID, isRequired: Bool)
}

/// What form the answer is to have.
enum ResponseFormat {
    case text
    /// Any JSON object; the member that asks for it, and what it says of a schema that is not
    /// there.
    case json(NodeID, labels: SchemaLabels = SchemaLabels())
    case schema(ResponseSchema)
}

/// What is said of a schema beside the schema itself.
struct SchemaLabels {
    /// A string, or nil.
    var name: NodeID?
    /// A string, or nil.
    var description: NodeID?
    /// The member `strict` where it is true.
    var strict: NodeID?
}

/// The schema that the answer is to follow.
struct ResponseSchema {
    var schema: Schema
    /// A string, or nil.
    var name: NodeID?
    /// A string, or nil.
    var description: NodeID?
    /// The member `strict` where the source has it.
    var strict: NodeID?
    /// The member that asks for the format.
    var node: NodeID

    init(_ schema: Schema, at node: NodeID) {
        self.schema = schema
        self.node = node
    }
}

/// One pair of the metadata or labels of a request: both strings.
struct MetadataPair {
    var key: NodeID
    var value: NodeID
}

/// The families of body dialects: members that none other knows are kept within one.
enum BodyFamily: Sendable {
    case converse, nova, prompt, messages, chat, responses, generateContent

    /// It is one of OpenAI's two.
    var isOpenAI: Bool { self == .chat || self == .responses }
}

/// A body member that other families cannot express.
struct ExtraMember {
    var key: NodeID
    var value: NodeID
    /// What is reported where it is dropped; nil where the target does the same without it.
    var code: LossCode?
    /// Who takes it.
    var family: BodyFamily
    /// OpenAI's other dialect takes it too.
    var isShared = false

    /// Whether bodies for a target have the member.
    func isKept(by target: Capabilities) -> Bool {
        target.keepsExtras
            && (target.family == family || (isShared && target.family.isOpenAI))
    }
}

extension Array {
    /// Removes all elements and keeps the memory; nothing is touched where there are none.
    mutating func empty() {
        if !isEmpty { removeAll(keepingCapacity: true) }
    }
}
