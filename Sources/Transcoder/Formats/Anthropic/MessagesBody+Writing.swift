// SPDX-License-Identifier: Apache-2.0

// Writes the body of a Messages call, member by member.

import JSONLCodec

extension MessagesBody {
    /// The limit of tokens where the source has none; thinking is counted in it, and so a budget
    /// is added.
    private static let defaultMaxOutputTokens = 4096

    /// Writes a body.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext,
        envelope: MessagesEnvelope
    ) throws(RecordError) {
        var members = MemberList()
        switch envelope {
        case .batches:
            members.begin("model", &output)
            try context.writeModel(of: request, to: &output)
        case .bedrock:
            members.begin("anthropic_version", &output)
            output.append("\"bedrock-2023-05-31\"")
        }
        members.begin("max_tokens", &output)
        try writeMaxTokens(request, to: &output, &context, envelope)
        members.begin("messages", &output)
        try MessagesTurns.write(request, to: &output, &context)
        writeSystem(request, &members, to: &output, context)
        try writeTools(request, &members, to: &output, &context)
        try writeSampling(request, &members, to: &output, context)
        try writeReasoning(request, &members, to: &output, &context)
        context.write(extrasOf: request, in: &members, to: &output)
        members.endObject(&output)
    }

    private static func writeMaxTokens(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext,
        _ envelope: MessagesEnvelope
    ) throws(RecordError) {
        if let limit = request.settings[.maxOutputTokens] {
            return try context.write(integer: limit, to: &output)
        }
        context.lose(.paramDefaulted, target: paths(for: envelope).maxOutputTokens)
        let budget = max(0, request.reasoning.budget ?? 0)
        let (sum, overflow) = budget.addingReportingOverflow(defaultMaxOutputTokens)
        output.append(decimal: overflow ? .max : sum)
    }

    /// One text is written as a string, several as blocks; empty ones are left out.
    private static func writeSystem(
        _ request: Request, _ members: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        var count = 0
        for part in request.system where !part.text.isEmpty { count += 1 }
        guard count > 0 else { return }
        members.begin("system", &output)
        var blocks = MemberList()
        for part in request.system where !part.text.isEmpty {
            if count == 1 { return context.write(part.text, to: &output) }
            blocks.beginElement(&output)
            output.append("{\"type\":\"text\",\"text\":")
            context.write(part.text, to: &output)
            output.append("}")
        }
        blocks.endArray(&output)
    }

    private static func writeSampling(
        _ request: Request, _ members: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        let settings = request.settings
        if let user = settings[.user] {
            members.begin("metadata", &output)
            output.append("{\"user_id\":")
            context.write(user, to: &output)
            output.append("}")
        }
        if !request.stops.isEmpty {
            members.begin("stop_sequences", &output)
            context.write(strings: request.stops, to: &output)
        }
        if let temperature = settings[.temperature] {
            members.begin("temperature", &output)
            try context.write(temperature: temperature, of: request, to: &output)
        }
        if let topP = settings[.topP] {
            members.begin("top_p", &output)
            try context.write(number: topP, to: &output)
        }
        if let topK = settings[.topK] {
            members.begin("top_k", &output)
            try context.write(integer: topK, to: &output)
        }
    }
}
