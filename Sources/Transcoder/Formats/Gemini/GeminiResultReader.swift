// SPDX-License-Identifier: Apache-2.0

// Reads a line of a result file of the Developer API or of Vertex AI.

import JSONLCodec

/// Reads Gemini results.
enum GeminiResultReader: ResultReading {
    static func read(
        into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError) {
        let envelope = try GeminiEnvelope(&context)
        response.id = try envelope.readID(&context)
        if let error = envelope.error, !context.isNeutral(error) {
            envelope.dropBareMembers(&context)
            response.failure = try GeminiFailure.read(error, &context)
            return
        }
        if let body = envelope.response, !isFailed(envelope, body, context) {
            envelope.dropBareMembers(&context)
            if EmbedContentAnswer.isMeant(by: body, context.view) {
                return try EmbedContentAnswer.read(body, into: &response, &context)
            }
            response.sameBody = body
            return try GenerateContentResponse.read(body, into: &response, &context)
        }
        if envelope.hasCode, envelope.request == nil {
            response.failure = try GeminiFailure.readBare(&context)
        } else if let status = envelope.status, try isFailure(status, context) {
            envelope.dropBareMembers(&context)
            response.failure = try GeminiFailure.read(status, &context)
        } else if envelope.hasEmbedding, EmbedContentAnswer.isMeant(by: .root, context.view) {
            try EmbedContentAnswer.read(.root, isBare: true, into: &response, &context)
        } else if envelope.hasCandidates {
            try GenerateContentResponse.read(.root, isBare: true, into: &response, &context)
        } else {
            throw .missing("response", in: .root)
        }
    }

    /// Vertex writes an empty response beside a status that tells of a failure.
    private static func isFailed(
        _ envelope: GeminiEnvelope, _ body: NodeID, _ context: borrowing RecordContext
    ) -> Bool {
        guard let status = envelope.status, context.isNeutral(body) else { return false }
        return (try? isFailure(status, context)) == true
    }

    private static func isFailure(
        _ status: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) -> Bool {
        switch context.view.kind(status) {
        case .object: return !context.view.isEmpty(status)
        case .string:
            let text = context.view.interior(status)
            return text.count > 0 && !text.isBlankText
        default: throw .wrongType(status, "a status must be a text or an object")
        }
    }
}
