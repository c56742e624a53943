// SPDX-License-Identifier: Apache-2.0

// Writes the bodies of the Responses API.

import JSONLCodec

extension ResponsesBody {
    /// Spells out a request that was fitted to ``capabilities``.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var list = MemberList()
        list.begin("model", &output)
        try context.writeModel(of: request, to: &output)
        if request.system.count == 1 {
            list.begin("instructions", &output)
            context.write(request.system[0].text, to: &output)
        }
        list.begin("input", &output)
        try ResponsesInput.write(request, to: &output, &context)
        try writeSettings(request, &list, to: &output, context)
        try writeText(request, &list, to: &output, &context)
        writeReasoning(request.reasoning, &list, to: &output)
        if let user = request.settings[.user] {
            list.begin("user", &output)
            context.write(user, to: &output)
        }
        if !request.metadata.isEmpty {
            list.begin("metadata", &output)
            context.write(metadataOf: request, to: &output)
        }
        try ChatTools.write(request, as: .responses, &list, to: &output, &context)
        context.write(extrasOf: request, in: &list, to: &output)
        list.endObject(&output)
    }

    private static func writeSettings(
        _ request: Request, _ list: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        let settings = request.settings
        if let limit = settings[.maxOutputTokens] {
            list.begin("max_output_tokens", &output)
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
        if settings[.logprobs] != nil {
            list.begin("include", &output)
            output.append("[\"message.output_text.logprobs\"]")
        }
        if let count = settings[.topLogprobs] {
            list.begin("top_logprobs", &output)
            try context.write(integer: count, to: &output)
        }
    }

    /// Writes `text`: the form of the answer, and how long it is to be.
    private static func writeText(
        _ request: Request, _ list: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var text = MemberList()
        switch request.responseFormat {
        case .text:
            break
        case .json:
            list.begin("text", &output)
            text.begin("format", &output)
            output.append("{\"type\":\"json_object\"}")
        case .schema(let format):
            list.begin("text", &output)
            text.begin("format", &output)
            output.append("{\"type\":\"json_schema\",")
            try ChatBody.writeSchemaMembers(format, to: &output, &context)
            output.append("}")
        }
        if let verbosity = request.settings[.verbosity] {
            if text.hasNothing { list.begin("text", &output) }
            text.begin("verbosity", &output)
            context.write(verbosity, to: &output)
        }
        if !text.hasNothing { text.endObject(&output) }
    }

    private static func writeReasoning(
        _ reasoning: ReasoningSettings, _ list: inout MemberList, to output: inout ByteBuffer
    ) {
        guard reasoning.effort != nil || reasoning.includeThoughts != nil else { return }
        list.begin("reasoning", &output)
        var members = MemberList()
        if let effort = reasoning.effort {
            members.begin("effort", &output)
            output.append(quoted: effort.name)
        }
        if reasoning.includeThoughts != nil {
            members.begin("summary", &output)
            output.append("\"auto\"")
        }
        members.endObject(&output)
    }
}
