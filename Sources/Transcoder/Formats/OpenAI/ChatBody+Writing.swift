// SPDX-License-Identifier: Apache-2.0

// Writes chat completion bodies.

import JSONLCodec

extension ChatBody {
    /// Spells out a request that was fitted to ``capabilities``.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var list = MemberList()
        list.begin("model", &output)
        try context.writeModel(of: request, to: &output)
        list.begin("messages", &output)
        try ChatMessages.write(request, to: &output, &context)
        try writeSampling(request, &list, to: &output, context)
        try writeFormat(request.responseFormat, &list, to: &output, &context)
        if let effort = request.reasoning.effort {
            list.begin("reasoning_effort", &output)
            output.append(quoted: effort.name)
        }
        if let user = request.settings[.user] {
            list.begin("user", &output)
            context.write(user, to: &output)
        }
        if !request.metadata.isEmpty {
            list.begin("metadata", &output)
            context.write(metadataOf: request, to: &output)
        }
        try ChatTools.write(request, as: .chat, &list, to: &output, &context)
        if let verbosity = request.settings[.verbosity] {
            list.begin("verbosity", &output)
            context.write(verbosity, to: &output)
        }
        context.write(extrasOf: request, in: &list, to: &output)
        list.endObject(&output)
    }

    private static func writeSampling(
        _ request: Request, _ list: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        let settings = request.settings
        let service = context.options.service
        if let limit = settings[.maxOutputTokens] {
            switch context.options.openAIMaxTokens ?? service.maxTokens {
            case .maxCompletionTokens: list.begin("max_completion_tokens", &output)
            case .maxTokens: list.begin("max_tokens", &output)
            }
            try context.write(integer: limit, to: &output)
        }
        if let temperature = settings[.temperature] {
            list.begin("temperature", &output)
            try context.write(temperature: temperature, of: request, to: &output)
        }
        if let topP = settings[.topP] {
            list.begin("top_p", &output)
            try context.write(number: topP, to: &output)
        }
        if let topK = settings[.topK] {
            list.begin("top_k", &output)
            try context.write(integer: topK, to: &output)
        }
        if let count = settings[.choiceCount] {
            list.begin("n", &output)
            try context.write(integer: count, to: &output)
        }
        if !request.stops.isEmpty {
            list.begin("stop", &output)
            context.write(strings: request.stops, to: &output)
        }
        if let seed = settings[.seed] {
            list.begin(service.seed, &output)
            try context.write(integer: seed, to: &output)
        }
        if let penalty = settings[.presencePenalty] {
            list.begin("presence_penalty", &output)
            try context.write(number: penalty, to: &output)
        }
        if let penalty = settings[.frequencyPenalty] {
            list.begin("frequency_penalty", &output)
            try context.write(number: penalty, to: &output)
        }
        if let bias = settings[.logitBias] {
            list.begin("logit_bias", &output)
            context.write(bias, to: &output)
        }
        if settings[.logprobs] != nil {
            list.begin("logprobs", &output)
            output.append("true")
        }
        if let count = settings[.topLogprobs] {
            list.begin("top_logprobs", &output)
            try context.write(integer: count, to: &output)
        }
    }

    private static func writeFormat(
        _ format: ResponseFormat, _ list: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        switch format {
        case .text:
            break
        case .json:
            list.begin("response_format", &output)
            output.append("{\"type\":\"json_object\"}")
        case .schema(let format):
            list.begin("response_format", &output)
            output.append("{\"type\":\"json_schema\",\"json_schema\":{")
            try writeSchemaMembers(format, to: &output, &context)
            output.append("}}")
        }
    }

    /// Writes the members of a form of the answer that has a schema.
    static func writeSchemaMembers(
        _ format: ResponseSchema, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("\"name\":")
        if let name = format.name {
            context.write(name, to: &output)
        } else {
            output.append("\"response\"")
        }
        if let description = format.description {
            output.append(",\"description\":")
            context.write(description, to: &output)
        }
        output.append(",\"schema\":")
        try SchemaWriter.writeJSONSchema(format.schema, to: &output, &context)
        if let strict = format.strict {
            output.append(",\"strict\":")
            context.write(strict, to: &output)
        }
    }
}
