// SPDX-License-Identifier: Apache-2.0

// Writes answers of the Responses API, and reports what they have no place for.

import JSONLCodec

extension ResponsesOutput {
    /// Spells out the body of an answer.
    ///
    /// - Throws: `content.unsupported` where the answer holds more than text and calls.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        let end = end(of: response, &context)
        output.append("{\"id\":")
        OpenAIAnswer.writeID(of: response, prefix: "resp_", to: &output, context)
        output.append(",\"object\":\"response\",\"created_at\":")
        OpenAIAnswer.writeCreated(response.created, to: &output, context)
        output.append(",\"status\":")
        output.append(quoted: end.status)
        output.append(",\"error\":null,\"incomplete_details\":")
        if let reason = end.incompleteReason {
            output.append("{\"reason\":")
            output.append(quoted: reason)
            output.append("}")
        } else {
            output.append("null")
        }
        output.append(",\"model\":")
        OpenAIAnswer.writeModel(of: response, to: &output, context)
        output.append(",\"output\":")
        var writer = ResponsesItemWriter(status: end.status)
        if let choice = response.choices.first {
            try writer.write(choice, of: response, to: &output, &context)
        } else if let reason = response.block?.message ?? response.block?.reason {
            // A prompt that was not answered is an answer that was filtered: HTTP said 200.
            writer.write(refusal: reason, of: response, to: &output, context)
        }
        writer.end(&output)
        // Required members that repeat the request, at their defaults.
        output.append(",\"parallel_tool_calls\":true,\"tool_choice\":\"auto\",\"tools\":[]")
        if response.usage.isPresent {
            output.append(",\"usage\":")
            OpenAIUsage.write(responses: response.usage, to: &output)
        }
        output.append("}")
    }

    /// How an answer ended, in the words of the dialect.
    private struct End {
        var status: StaticString = "completed"
        var incompleteReason: StaticString?

        init(incomplete reason: StaticString? = nil) {
            if reason != nil { status = "incomplete" }
            incompleteReason = reason
        }
    }

    private static func end(of response: Response, _ context: inout RecordContext) -> End {
        guard let choice = response.choices.first else {
            return End(incomplete: response.block == nil ? nil : "content_filter")
        }
        switch choice.finish {
        case .endTurn, .stopSequence, .toolUse: return End()
        case .maxTokens, .contextWindow: return End(incomplete: "max_output_tokens")
        case .contentFiltered, .guardrail, .refusal: return End(incomplete: "content_filter")
        case .malformedToolUse, .malformedOutput, .pauseTurn, .unknown:
            context.approximateFinish(of: choice)
            return End()
        }
    }
}
