// SPDX-License-Identifier: Apache-2.0

// Fits embeddings to what the target can express: every rule that formats share, written once.

import JSONLCodec

/// What a model can and cannot carry in a dialect of embeddings.
struct EmbeddingTraits: Sendable {
    /// The most inputs of one record.
    var inputLimit: Int
    var dimensions: DimensionRule
    var tasks: TaskRule
    /// Inputs may be numbers of tokens.
    var takesTokens = false
    /// Vectors come as base64 where that is asked for.
    var takesBase64 = false
    /// The body names the model.
    var writesModel = false
}

/// Which lengths of vectors can be asked for.
enum DimensionRule: Sendable {
    case any
    case oneOf([Int])
    /// The model's own, which nobody can change.
    case fixed
}

/// Whether a target is told what vectors are for.
enum TaskRule: Sendable {
    case none
    /// All of them, and none.
    case any
    /// Cohere's four, one of which must be named: the member, for the report.
    case oneOfFour(StaticString)
}

/// The rules between the readers of embeddings and the writers (docs/RULINGS.md, section M).
enum EmbeddingRules {
    /// Fits a request to a target.
    ///
    /// - Throws: What the target cannot carry and must not be dropped.
    static func apply(
        _ target: EmbeddingTraits, to request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if target.writesModel, request.model == nil, context.modelName.count == 0 {
            throw .missing("model", in: request.body)
        }
        try checkInputs(target, request.embedding, context)
        try checkDimensions(target.dimensions, request.embedding, context)
        fitTask(target.tasks, &request.embedding, &context)
        if !target.takesBase64, let base64 = request.embedding.base64 {
            context.lose(.paramDropped, at: base64)
            request.embedding.base64 = nil
        }
    }

    private static func checkInputs(
        _ target: EmbeddingTraits, _ request: EmbeddingRequest, _ context: borrowing RecordContext
    ) throws(RecordError) {
        if let tokens = request.tokens {
            throw RecordError(
                .embeddingTokens, at: tokens, "numbers of tokens mean nothing to another model")
        }
        guard !request.inputs.isEmpty else {
            throw RecordError(.contentEmpty, at: request.inputsNode, "there is nothing to embed")
        }
        if request.inputs.count > target.inputLimit {
            throw RecordError(
                .embeddingInputs, at: request.inputs[target.inputLimit].node,
                target.inputLimit == 1
                    ? "the target takes one input a record" : "the target takes fewer inputs")
        }
        // To leave an input out would move the vectors of those behind it.
        for input in request.inputs where request.texts[input.texts].allSatisfy(\.isEmpty) {
            throw RecordError(.contentEmpty, at: input.node, "there is nothing to embed")
        }
    }

    /// A vector of another length is of no use to whoever keeps vectors of the first one.
    private static func checkDimensions(
        _ rule: DimensionRule, _ request: EmbeddingRequest, _ context: borrowing RecordContext
    ) throws(RecordError) {
        guard let node = request.dimensions else { return }
        switch rule {
        case .any:
            break
        case .oneOf(let lengths):
            guard lengths.contains(try context.integer(node)) else {
                throw RecordError(
                    .embeddingDimensions, at: node, "the target has no vectors of this length")
            }
        case .fixed:
            throw RecordError(
                .embeddingDimensions, at: node, "the target's vectors have one length only")
        }
    }

    private static func fitTask(
        _ rule: TaskRule, _ request: inout EmbeddingRequest, _ context: inout RecordContext
    ) {
        switch (rule, request.task) {
        case (.any, _), (.none, nil):
            break
        case (.none, .some):
            if let node = request.taskNode { context.lose(.paramDropped, at: node) }
            request.task = nil
        case (.oneOfFour(let member), nil):
            context.lose(.paramDefaulted, target: member)
            request.task = .document
        case (.oneOfFour, .some(let task)):
            let nearest = task.nearestOfFour
            if nearest != task, let node = request.taskNode {
                context.lose(.paramApproximated, at: node)
            }
            request.task = nearest
        }
    }

    // MARK: - Results

    /// Fits a response to a target: as many vectors as it takes, in the order of the inputs.
    ///
    /// - Throws: What the target cannot carry.
    static func apply(
        vectorLimit: Int, to response: inout Response, _ context: borrowing RecordContext
    ) throws(RecordError) {
        guard response.failure == nil else { return }
        guard !response.vectors.isEmpty else {
            throw RecordError(.contentEmpty, at: response.body, "the answer holds no vector")
        }
        for vector in response.vectors where vector.encoding == .quantized {
            throw RecordError(
                .embeddingEncoding, at: vector.node, "only vectors of floats can be converted")
        }
        for vector in response.vectors
        where vector.encoding == .floats && context.view.isEmpty(vector.node) {
            throw RecordError(.contentEmpty, at: vector.node, "the vector holds no number")
        }
        if response.vectors.count > vectorLimit {
            throw RecordError(
                .embeddingInputs, at: response.vectors[vectorLimit].node,
                vectorLimit == 1
                    ? "the target has one vector a record" : "the target takes fewer vectors")
        }
        guard !response.vectors.isInOrder else { return }
        response.vectors.sort { $0.index < $1.index }
        guard response.vectors.isInOrder else {
            throw .wrongType(response.body, "the indices of the vectors must count from 0")
        }
    }
}

extension EmbeddingTask {
    /// The nearest of Cohere's four: what is asked is a query, what is compared belongs together.
    fileprivate var nearestOfFour: EmbeddingTask {
        switch self {
        case .document, .query, .classification, .clustering: self
        case .similarity: .clustering
        case .questionAnswering, .factVerification, .codeQuery: .query
        }
    }
}

extension [EmbeddingVector] {
    /// Each vector stands in the place that its index names.
    fileprivate var isInOrder: Bool {
        for (position, vector) in enumerated() where vector.index != position { return false }
        return true
    }
}
