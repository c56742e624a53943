// SPDX-License-Identifier: Apache-2.0

// Writes `{"recordId", "modelInput", "modelOutput" | "error"}` around an answer of any dialect.

import JSONLCodec

/// Writes Bedrock's results around the answers of a dialect.
protocol BedrockResultWriting: SendableMetatype {
    /// Spells out the answer, of which there is one.
    static func writeAnswer(
        of response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError)
}

extension BedrockResultWriting {
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        BedrockResult.begin(response, to: &output, &context)
        if let failure = response.failure {
            BedrockResult.write(failure, to: &output, &context)
        } else {
            output.append(",\"modelOutput\":")
            try writeAnswer(of: response, to: &output, &context)
        }
        output.append("}")
    }
}

/// Writes results with Converse's answers.
enum ConverseResultWriter: ResultWriting, BedrockResultWriting {
    static let traits = ResultTraits(toolCallID: .bedrock, takesOneChoice: true)

    static func writeAnswer(
        of response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try ConverseOutput.write(response, to: &output, &context, flavour: .converse)
    }
}

/// Writes results with Nova's own answers.
enum NovaResultWriter: ResultWriting, BedrockResultWriting {
    static var traits: ResultTraits { ConverseResultWriter.traits }

    static func writeAnswer(
        of response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try ConverseOutput.write(response, to: &output, &context, flavour: .nova)
    }
}

/// Writes results with Anthropic's own answers.
enum BedrockMessagesResultWriter: ResultWriting, BedrockResultWriting {
    static var traits: ResultTraits { MessageResult.traits }

    static func writeAnswer(
        of response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try MessageResult.write(response, to: &output, &context)
    }
}

/// What the results of all dialects share.
private enum BedrockResult {
    /// Writes the id and the client's own request, which Bedrock repeats in every result.
    static func begin(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) {
        output.append("{\"recordId\":")
        context.write(id: response.id, to: &output)
        if context.hasModelInput {
            output.append(",\"modelInput\":")
            context.writeModelInput(to: &output)
        } else {
            context.lose(.modelInputMissing, target: "recordId")
        }
    }

    /// Writes the error that stands in place of an answer.
    static func write(
        _ failure: Failure, to output: inout ByteBuffer, _ context: inout RecordContext
    ) {
        output.append(",\"error\":{\"errorCode\":")
        switch failure.kind {
        case .http: output.append(decimal: failure.status)
        case .expired: output.append(decimal: ErrorMap.expiredStatus)
        case .canceled: output.append(decimal: ErrorMap.canceledStatus)
        }
        output.append(",\"errorMessage\":")
        if let message = failure.message {
            context.write(message, to: &output)
        } else {
            switch failure.kind {
            case .expired: output.append(quoted: ErrorMap.expiredMessage)
            case .canceled: output.append(quoted: ErrorMap.canceledMessage)
            case .http: output.append("\"\"")
            }
        }
        output.append("}")
    }
}
