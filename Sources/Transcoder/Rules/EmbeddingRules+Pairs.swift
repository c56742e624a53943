// SPDX-License-Identifier: Apache-2.0

// What is lost of embeddings between two dialects, for the table of pairs.

extension EmbeddingRules {
    /// What can be lost of requests, told from the traits that the rules go by.
    static func losses(
        from dialect: EmbeddingDialect, to targetDialect: EmbeddingDialect
    ) -> [PairLoss] {
        let source = dialect.requestWriter.traits(of: .current)
        let target = targetDialect.requestWriter.traits(of: .current)
        var losses = dialect.sayings.map {
            PairLoss(concept: $0.concept, code: $0.code, isRefused: $0.isRefused)
        }
        func refuse(_ concept: String, _ code: ErrorCode, if isRefused: Bool) {
            guard isRefused else { return }
            losses.append(PairLoss(concept: concept, code: code.rawValue, isRefused: true))
        }
        func lose(_ concept: String, _ code: LossCode, if isLost: Bool) {
            guard isLost else { return }
            losses.append(PairLoss(concept: concept, code: code.rawValue, isRefused: false))
        }
        refuse(
            "no model: --model names one", .missingField,
            if: target.writesModel && !source.writesModel)
        refuse(
            "inputs as numbers of tokens", .embeddingTokens,
            if: source.takesTokens && !target.takesTokens)
        refuse(
            target.inputLimit == 1
                ? "more than one input in a record"
                : "more than \(target.inputLimit) inputs in a record", .embeddingInputs,
            if: source.inputLimit > target.inputLimit)
        refuse(
            target.dimensions.words, .embeddingDimensions,
            if: !target.dimensions.takesAll(of: source.dimensions))
        switch (source.tasks, target.tasks) {
        case (.any, .none), (.oneOfFour, .none):
            lose("what the vectors are for", .paramDropped, if: true)
        case (.none, .oneOfFour):
            lose("no word of what the vectors are for: documents", .paramDefaulted, if: true)
        case (.any, .oneOfFour):
            lose("no word of what the vectors are for: documents", .paramDefaulted, if: true)
            lose("tasks of which the target has a nearest one", .paramApproximated, if: true)
        case (.none, .none), (_, .any), (.oneOfFour, .oneOfFour):
            break
        }
        lose("vectors as base64", .paramDropped, if: dialect.asksForBase64 && !target.takesBase64)
        return losses
    }
}

extension DimensionRule {
    /// What is refused of other lengths.
    fileprivate var words: String {
        switch self {
        case .any: ""
        case .oneOf(let lengths):
            "vectors of other lengths than "
                + lengths.map(String.init).joined(separator: ", ")
        case .fixed: "the length of vectors"
        }
    }

    /// Whether every length that another rule allows is allowed.
    fileprivate func takesAll(of other: DimensionRule) -> Bool {
        switch (self, other) {
        case (.any, _), (_, .fixed): true
        case (.oneOf(let own), .oneOf(let others)): others.allSatisfy(own.contains)
        case (.oneOf, .any), (.fixed, _): false
        }
    }
}
