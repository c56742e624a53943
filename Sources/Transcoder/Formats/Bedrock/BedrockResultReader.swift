// SPDX-License-Identifier: Apache-2.0

// Reads `{"recordId", "modelInput", "modelOutput" | "error"}`, whatever dialect the answer is in.

import JSONLCodec

/// Reads Bedrock's result records.
enum BedrockResultReader: ResultReading {
    static func read(
        into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        var body: NodeID?
        var failure: NodeID?
        var members = try BedrockMembers(.root, context)
        while let member = try members.next() {
            switch member.name {
            case .recordID: response.id = try context.recordID(member.value)
            case .modelOutput: body = member.value
            case .error: failure = member.value
            case .modelInput: keep(request: member.value, &context)
            default: context.drop(member.value)
            }
        }
        if let failure {
            response.failure = try readFailure(failure, &context)
            return
        }
        guard let body else { throw .missing("modelOutput", in: .root) }
        try context.requireObject(body)
        switch BedrockDialect(output: body, context.view) {
        case .converse, .nova:
            try ConverseOutput.read(body, into: &response, &context)
        case .anthropic:
            try MessageResult.read(body, into: &response, &context)
        case .chat:
            try ChatCompletion.read(body, into: &response, &context)
        case .prompt(let dialect):
            try PromptAnswer.read(body, into: &response, &context, dialect.terms)
        case .titanEmbed:
            try TitanEmbed.readAnswer(body, into: &response, &context)
        case .cohereEmbed:
            try CohereEmbedAnswer.read(body, into: &response, &context)
        case nil:
            throw RecordError(
                .bodyUnsupported, at: body,
                "this answer is neither one of a conversation nor holds vectors")
        }
    }

    /// Keeps the request, which the results of all dialects repeat.
    ///
    /// The client's own one takes its place where it is known.
    private static func keep(request: NodeID, _ context: inout RecordContext) {
        if context.view.kind(request) == .object { context.echoNode = request }
    }

    private static func readFailure(
        _ node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Failure {
        var status = 500
        var message: Text?
        var members = try BedrockMembers(node, context)
        while let member = try members.next() {
            switch member.name {
            case .errorCode: status = try context.integer(member.value)
            case .errorMessage: message = try context.text(member.value)
            default: context.drop(member.value)
            }
        }
        return Failure(status: Failure.isStatus(status) ? status : 500, message: message)
    }
}
