// SPDX-License-Identifier: Apache-2.0

// The hub of embeddings: requests and results as readers find them and writers need them.

import JSONLCodec

/// One request for vectors, as places in the record; beside it in ``Request``: id and model.
struct EmbeddingRequest {
    /// What is to be embedded, one vector each.
    private(set) var inputs: [EmbeddingInput] = []
    /// The texts of all inputs.
    private(set) var texts: [Text] = []
    /// The member that holds the inputs.
    var inputsNode = NodeID.root
    /// The inputs are numbers of tokens, which only the source's own models know: their member.
    var tokens: NodeID?
    /// How many inputs those are.
    var tokenInputs = 0
    /// How long the vectors are to be, a whole number.
    var dimensions: NodeID?
    /// The member that asks for vectors as base64.
    var base64: NodeID?
    /// What the vectors are for.
    var task: EmbeddingTask?
    /// The member that says so.
    var taskNode: NodeID?

    init() {}

    /// How many vectors are asked for.
    var count: Int { tokens == nil ? inputs.count : tokenInputs }

    /// Makes the value ready for the next record and keeps its memory.
    mutating func reset() {
        inputs.empty()
        texts.empty()
        inputsNode = .root
        tokens = nil
        tokenInputs = 0
        dimensions = nil
        base64 = nil
        task = nil
        taskNode = nil
    }

    /// Opens an input; texts appended from now on belong to it.
    mutating func beginInput(at node: NodeID) {
        inputs.append(EmbeddingInput(texts: texts.count..<texts.count, node: node))
    }

    /// Adds a text to the open input.
    mutating func append(_ text: Text) {
        texts.append(text)
        let last = inputs.count - 1
        inputs[last].texts = inputs[last].texts.lowerBound..<texts.count
    }
}

/// One thing that is to be embedded.
struct EmbeddingInput {
    /// Its text, mostly in one piece: a range of ``EmbeddingRequest/texts``.
    var texts: Range<Int>
    /// The string, or the object that holds its pieces.
    let node: NodeID
}

/// What vectors are for, in the words of Gemini, of which Cohere has four.
enum EmbeddingTask: Sendable, CaseIterable {
    case document, query, classification, clustering
    case similarity, questionAnswering, factVerification, codeQuery
}

/// One vector of an answer.
struct EmbeddingVector {
    enum Encoding {
        /// An array of numbers.
        case floats
        /// A string: base64 of 32-bit floats, the least byte first.
        case base64
        /// Whole numbers or bits, which are no spelling of floats.
        case quantized
    }
    let node: NodeID
    let encoding: Encoding
    /// Which input it belongs to.
    var index: Int
}
