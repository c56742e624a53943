// SPDX-License-Identifier: Apache-2.0

// What readers and writers share while one record is converted.

import JSONLCodec

/// The record at hand, scratch memory for text that is made up for it, and what it has lost.
///
/// Readers and writers are stateless; all that they need beside the hub value is here.
struct RecordContext: ~Copyable, @unchecked Sendable {
    // Sound to send: between records `view` refers to nothing that is read.
    /// The indexed line.
    var view: JSONView
    /// Text that stands nowhere in the line: made-up ids, rewritten names; emptied per record.
    var scratch = ByteBuffer()
    /// What the record has lost so far.
    var losses: [Loss] = []
    /// JSON that was found inside a string.
    var embedded = EmbeddedJSON()
    /// What schema conversions work with.
    var schemaMemory = SchemaMemory()
    /// The source is Vertex AI, whose lines repeat columns that say nothing about the record.
    var readsVertexColumns = false
    /// How the user wants records converted.
    let options: ConversionOptions
    /// The physical number of the line.
    var lineNumber = 1
    /// The id of the client's request on the same line of the request file, or of the one that the
    /// result repeats, where it names none; in scratch memory.
    var positionalID: Text?
    /// What the request means that the result repeats, where several of the client's mean the same.
    var sharedEcho: UInt64?
    /// Where in the output the id of the record was written.
    var writtenID = 0..<0
    /// Integers may stand in quotes, as the JSON form of protocol buffers allows.
    var acceptsQuotedNumbers = true
    /// The id of the source, before it was spelled in the letters of the target.
    var sourceID: Text?
    /// The client's own request body, for the echo in Bedrock results; empty for none.
    var echo = ByteBuffer()
    /// The request that the result itself repeats.
    var echoNode: NodeID?
    /// Nothing is learned from the record.
    ///
    /// What became of it depends on more than its shape: on where its line stands, or on what is
    /// inside of values that were only copied.
    var isUnique = false
    /// JSON of the source was copied into the record, whose members nobody has looked at.
    var holdsCopiedJSON = false
    /// The target takes no empty objects: those that say nothing are left out.
    var leavesOutEmptyObjects = false
    /// What is asked of texts is noted, so that something can be learned from the record.
    var isLearning = false
    /// What was asked of texts of the line.
    ///
    /// Asking changes no context, so the list is an object of its own.
    let asked = InquiryList()
    /// The family of the model that the batch is for.
    let family: ModelFamily
    /// The same model, for embeddings.
    let embeddingModel: EmbeddingModel
    /// The model that the batch is for, as the inside of a JSON string; empty for none.
    private(set) var modelName = ByteBuffer(capacity: 64)

    /// Creates a context without a record.
    init(options: ConversionOptions) {
        self.options = options
        family = ModelFamily(model: options.model)
        embeddingModel = EmbeddingModel(id: options.model)
        view = .none
        if let model = options.model {
            var plain = ByteBuffer(capacity: 64)
            plain.append(utf8: model)
            modelName.append(escaping: plain.view)
        }
        losses.reserveCapacity(16)
    }

    /// Starts a record.
    mutating func begin(_ view: JSONView, line: Int) {
        self.view = view
        lineNumber = line
        scratch.removeAll(keepingAtMost: 1 << 20)
        losses.removeAll(keepingCapacity: true)
        asked.inquiries.empty()
        positionalID = nil
        sharedEcho = nil
        isUnique = false
        holdsCopiedJSON = false
        leavesOutEmptyObjects = false
        writtenID = 0..<0
        sourceID = nil
        echo.removeAll(keepingAtMost: 1 << 20)
        echoNode = nil
    }

    // MARK: - Losses

    /// Notes a loss at a member of the source.
    mutating func lose(_ code: LossCode, at node: NodeID) {
        losses.append(Loss(code: code, place: .node(node)))
    }

    /// Notes a loss at a member of the target, or one that belongs to no member.
    mutating func lose(_ code: LossCode, target path: StaticString) {
        losses.append(Loss(code: code, place: .path(path)))
    }

    /// Notes that the reason for an answer's end is only nearly said.
    mutating func approximateFinish(of choice: Choice) {
        let place: LossPlace =
            choice.finishNode.map { .node($0) }
            ?? .member(of: choice.finishOwner, choice.finishName)
        losses.append(Loss(code: .finishApproximated, place: place))
    }

    /// Notes that a member is dropped, unless its value is neutral: null, `{}` or `[]` (H13).
    mutating func drop(_ node: NodeID, code: LossCode = .paramDropped) {
        if !isNeutral(node) { lose(code, at: node) }
    }

    /// Whether a value asks for nothing: null, an empty object or an empty list.
    func isNeutral(_ node: NodeID) -> Bool {
        switch view.kind(node) {
        case .null: true
        case .object, .array: view.isEmpty(node)
        default: false
        }
    }

    /// Whether a schema is `{}`: it says as much as none, where the provider demands a type.
    func isEmpty(_ schema: Schema) -> Bool {
        switch schema.payload {
        case .value(let node): isNeutral(node)
        case .string(let node): string(node, is: "{}")
        case .absent: true
        }
    }

    // MARK: - Reading

    /// The inside of a string.
    ///
    /// - Throws: `wrong_type` for any other value.
    func text(_ node: NodeID) throws(RecordError) -> Text {
        guard view.kind(node) == .string else {
            throw .wrongType(node, "a string is expected here")
        }
        return Text(
            start: view.start(node) + 1, count: view.end(node) - view.start(node) - 2,
            isScratch: false, hasEscapes: view.isSpelledWithEscapes(node))
    }

    /// The id of a record: a string, or a number, which is taken by its spelling.
    ///
    /// An empty string is no id.
    ///
    /// - Throws: `wrong_type` for any other value.
    func recordID(_ node: NodeID) throws(RecordError) -> RecordID {
        var id = RecordID()
        id.node = node
        if view.kind(node) == .number {
            let start = view.start(node)
            id.text = Text(
                start: start, count: view.end(node) - start, isScratch: false, hasEscapes: false)
            id.isStringified = true
        } else {
            let text = try text(node)
            if !text.isEmpty { id.text = text }
        }
        return id
    }

    /// Checks that a value is an object.
    func requireObject(_ node: NodeID) throws(RecordError) {
        guard view.kind(node) == .object else {
            throw .wrongType(node, "an object is expected here")
        }
    }

    /// Checks that a value is an array.
    func requireArray(_ node: NodeID) throws(RecordError) {
        guard view.kind(node) == .array else {
            throw .wrongType(node, "an array is expected here")
        }
    }

    /// Checks that a value is a string.
    func requireString(_ node: NodeID) throws(RecordError) {
        guard view.kind(node) == .string else {
            throw .wrongType(node, "a string is expected here")
        }
    }

    /// Checks that a value is a number (or, as proto3's JSON allows, an integer in quotes).
    func requireNumber(_ node: NodeID) throws(RecordError) {
        guard view.kind(node) == .number || (acceptsQuotedNumbers && view.integer(node) != nil)
        else {
            throw .wrongType(node, "a number is expected here")
        }
    }

    /// Checks that a value is a whole number, however it is spelled.
    func requireInteger(_ node: NodeID) throws(RecordError) {
        if view.kind(node) != .number || !view.isCount(node) { _ = try integer(node) }
    }

    /// A boolean.
    ///
    /// - Throws: `wrong_type` for any other value.
    func bool(_ node: NodeID) throws(RecordError) -> Bool {
        switch view.kind(node) {
        case .true: return true
        case .false: return false
        default: throw .wrongType(node, "true or false is expected here")
        }
    }

    /// A whole number, however it is spelled.
    ///
    /// - Throws: `wrong_type` for any other value.
    func integer(_ node: NodeID) throws(RecordError) -> Int {
        guard view.kind(node) == .number || acceptsQuotedNumbers, let value = view.integer(node)
        else {
            throw .wrongType(node, "a whole number is expected here")
        }
        return value
    }

    /// Whether a string means a literal, however it is spelled.
    func string(_ node: NodeID, is literal: StaticString) -> Bool {
        view.string(node, is: literal)
    }

    // MARK: - Made-up text

    /// Makes a text out of plain UTF-8; the writer appends to the scratch memory given to it.
    mutating func makeText(_ write: (inout ByteBuffer) -> Void) -> Text {
        let start = scratch.count
        write(&scratch)
        return Text(start: start, count: scratch.count - start, isScratch: true, hasEscapes: true)
    }

    /// Makes a text out of a string.
    mutating func makeText(_ string: String) -> Text {
        var plain = ByteBuffer()
        plain.append(utf8: string)
        return makeText { $0.append(escaping: plain.view) }
    }
}

/// The questions that were asked of the texts of one record.
final class InquiryList {
    var inquiries: [TextInquiry] = []
}
