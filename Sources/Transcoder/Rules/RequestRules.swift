// SPDX-License-Identifier: Apache-2.0

// Fits a request to what the target can express: every rule that formats share, written once.

import JSONLCodec

/// The rules between the reader of the source and the writer of the target.
///
/// They read nothing of the target but its ``Capabilities``. What they take away they report, at
/// the member of the source (docs/RULINGS.md).
enum RequestRules {
    /// Fits a request to a target.
    ///
    /// - Throws: What the target cannot carry and must not be dropped.
    static func apply(
        _ target: Capabilities, to request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        if target.writesModel, request.model == nil, context.modelName.count == 0 {
            throw .missing("model", in: request.body)
        }
        fitSystem(&request)
        if target.takesOnlyPrompts { try requirePrompt(request) }
        try linkToolResults(&request, context)
        settleToolCallIDs(target, &request, &context)
        try fitTurns(target, &request, &context)
        try fitMedia(target, &request, &context)
        fitTools(target, &request, &context)
        try fitSettings(target, &request, &context)
        try fitReasoning(target, &request, &context)
        fitResponseFormat(target, &request, &context)
        fitMetadata(target.metadata, &request, &context)
        fitExtras(target, &request, &context)
    }

    /// Leaves out empty system texts (H7, I-A5): no provider takes them, and they say nothing.
    private static func fitSystem(_ request: inout Request) {
        if request.system.contains(where: { $0.text.isEmpty }) {
            request.system.removeAll { $0.text.isEmpty }
        }
    }

    /// Drops the body members that only another family knows.
    private static func fitExtras(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) {
        guard !request.extras.isEmpty else { return }
        for extra in request.extras where !extra.isKept(by: target) {
            if let code = extra.code { context.drop(extra.value, code: code) }
        }
        request.extras.removeAll { !$0.isKept(by: target) }
    }

    private static func fitResponseFormat(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) {
        switch request.responseFormat {
        case .text:
            break
        case .json(let node, let labels):
            guard target.hasJSONMode else {
                context.lose(.paramDropped, at: node)
                request.responseFormat = .text
                return
            }
            report(labels, target, &context)
            if target.family.isOpenAI, !mentionsJSON(request, context) {
                // The API refuses JSON mode unless some message has the word.
                context.lose(.jsonWordMissing, target: target.paths.responseFormat)
            }
        case .schema(var format):
            if !target.hasSchemas {
                context.lose(.paramDropped, at: format.node)
                request.responseFormat = .text
            } else if !target.keepsSchemaDescription, let description = format.description {
                context.drop(description)
                format.description = nil
                request.responseFormat = .schema(format)
            }
        }
    }

    /// Reports what is said of a schema that is not there: names and strictness are worth
    /// something at OpenAI only, also beside a schema (I22).
    private static func report(
        _ labels: SchemaLabels, _ target: Capabilities, _ context: inout RecordContext
    ) {
        if let description = labels.description { context.lose(.paramDropped, at: description) }
        guard target.family.isOpenAI else { return }
        if let name = labels.name { context.lose(.paramDropped, at: name) }
        if let strict = labels.strict { context.lose(.paramDropped, at: strict) }
    }

    private static func mentionsJSON(
        _ request: Request, _ context: borrowing RecordContext
    ) -> Bool {
        for part in request.system where context.bytes(part.text).containsJSONWord { return true }
        for part in request.parts {
            if case .text(let part) = part, context.bytes(part.text).containsJSONWord {
                return true
            }
        }
        return false
    }

    /// Keeps the pairs of the metadata that fit, and reports each of the others (H17).
    private static func fitMetadata(
        _ rule: MetadataRule, _ request: inout Request, _ context: inout RecordContext
    ) {
        var kept = 0
        for pair in request.metadata {
            if kept < rule.pairLimit, rule.accepts(pair, context) {
                request.metadata[kept] = pair
                kept += 1
            } else {
                context.lose(.paramDropped, at: pair.value)
            }
        }
        request.metadata.removeLast(request.metadata.count - kept)
    }
}

extension ByteView {
    /// Whether the word "json" stands in the text, in any case.
    fileprivate var containsJSONWord: Bool {
        guard count >= 4 else { return false }
        for index in 0...count - 4 where self[index] | 0x20 == UInt8(ascii: "j") {
            if self[index + 1] | 0x20 == UInt8(ascii: "s"),
                self[index + 2] | 0x20 == UInt8(ascii: "o"),
                self[index + 3] | 0x20 == UInt8(ascii: "n")
            {
                return true
            }
        }
        return false
    }
}

extension MetadataRule {
    /// The most pairs of a request.
    fileprivate var pairLimit: Int {
        switch self {
        case .none: 0
        case .chat, .converse: 16
        case .labels, .labelColumns: 64
        }
    }

    /// Whether a pair has the letters and lengths that the provider takes.
    fileprivate func accepts(_ pair: MetadataPair, _ context: borrowing RecordContext) -> Bool {
        guard context.view.kind(pair.value) == .string else { return false }
        let key = context.view.decoded(pair.key).unicodeScalars
        let value = context.view.decoded(pair.value).unicodeScalars
        switch self {
        case .none:
            return false
        case .chat:
            return key.count <= 64 && value.count <= 512
        case .converse:
            return (1...256).contains(key.count) && value.count <= 256
                && key.allSatisfy(\.isBedrockMetadata) && value.allSatisfy(\.isBedrockMetadata)
        case .labels, .labelColumns:
            if self == .labelColumns, key.contains("-") { return false }
            return (1...63).contains(key.count) && value.count <= 63
                && key.first.map { ("a"..."z").contains($0) } == true
                && key.allSatisfy(\.isLabel) && value.allSatisfy(\.isLabel)
        }
    }
}

extension Unicode.Scalar {
    /// `[a-zA-Z0-9\s:_@$#=/+,-.]`: botocore's pattern of `requestMetadata`.
    fileprivate var isBedrockMetadata: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", " ", "\t", "\n", "\r", ":", "_", "@", "$", "#", "=",
            "/", "+", ",", "-", ".":
            true
        default: false
        }
    }

    /// `[a-z0-9_-]`: Google Cloud's labels.
    fileprivate var isLabel: Bool {
        switch self {
        case "a"..."z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
