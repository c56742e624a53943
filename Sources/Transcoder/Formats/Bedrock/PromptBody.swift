// SPDX-License-Identifier: Apache-2.0

// The text body of a Llama, Mistral or Titan request: a prompt, which is one text of the user.

import JSONLCodec

/// Reads and writes text bodies in the vocabulary of a family.
enum PromptBody {
    // MARK: - Reading

    /// Fills in a request from a body.
    ///
    /// - Throws: `body.unsupported` where the prompt holds a template.
    static func read(
        _ body: NodeID, into request: inout Request, _ context: inout RecordContext,
        _ terms: PromptTerms
    ) throws(RecordError) {
        request.body = body
        request.sourceFamily = .prompt
        let hasConfig = terms.name(.config) != nil
        var prompt: NodeID?
        var members = try MemberReader(body, terms.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .prompt: prompt = member.value
            case .config:
                var settings = try MemberReader(member.value, terms.table, context.view)
                while let setting = try settings.next() {
                    try read(setting.name, setting.value, into: &request, &context)
                }
            case .images:
                if context.isNeutral(member.value) { continue }
                throw RecordError(
                    .unsupportedImage, at: member.value,
                    "the images of a prompt have no type, and a template says where they belong")
            case let name:
                try read(hasConfig ? nil : name, member.value, into: &request, &context)
            }
        }
        guard let prompt else { throw .missing(terms.name(.prompt) ?? "prompt", in: body) }
        request.messages = prompt
        request.beginMessage(.user, at: prompt)
        request.append(.text(TextPart(try context.text(prompt), at: prompt)))
        if let token = terms.template.token(in: request.parts, context) {
            throw RecordError(.bodyUnsupported, at: prompt, token.message)
        }
    }

    private static func read(
        _ name: PromptMember?, _ value: NodeID, into request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        switch name {
        case .maxTokens:
            try context.requireInteger(value)
            request.settings[.maxOutputTokens] = value
        case .temperature:
            try context.requireNumber(value)
            request.settings[.temperature] = value
        case .topP:
            try context.requireNumber(value)
            request.settings[.topP] = value
        case .topK:
            try context.requireInteger(value)
            request.settings[.topK] = value
        case .stops:
            try context.requireArray(value)
            for stop in context.view.elements(value) {
                if try !context.text(stop).isEmpty { request.stops.append(stop) }
            }
            request.stopNode = value
        default: context.drop(value)
        }
    }

    // MARK: - Writing

    /// Writes the body of a request that was fitted to the capabilities of a family.
    ///
    /// - Throws: `prompt.unsupported` where the text would be taken for a template.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext,
        _ terms: PromptTerms
    ) throws(RecordError) {
        if let token = terms.template.token(in: request.parts, context) {
            throw RecordError(.promptUnsupported, at: request.turns[0].node, token.message)
        }
        var body = MemberList()
        body.begin(terms.name(.prompt) ?? "prompt", &output)
        output.append(UInt8(ascii: "\""))
        // One text in pieces: nothing stands between them, as in all other targets of one text.
        for part in request.parts {
            guard case .text(let part) = part else { continue }
            output.append(copying: context.bytes(part.text, for: output))
        }
        output.append(UInt8(ascii: "\""))
        if let config = terms.name(.config) {
            // It is written in any case: without it, the body could be one for embeddings.
            body.begin(config, &output)
            var settings = MemberList()
            try writeSettings(of: request, in: &settings, to: &output, context, terms)
            settings.endObject(&output)
        } else {
            try writeSettings(of: request, in: &body, to: &output, context, terms)
        }
        body.endObject(&output)
    }

    private static func writeSettings(
        of request: Request, in list: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext, _ terms: PromptTerms
    ) throws(RecordError) {
        let settings = request.settings
        if let limit = settings[.maxOutputTokens], let name = terms.name(.maxTokens) {
            list.begin(name, &output)
            try context.write(integer: limit, to: &output)
        }
        if let temperature = settings[.temperature], let name = terms.name(.temperature) {
            list.begin(name, &output)
            try context.write(temperature: temperature, of: request, to: &output)
        }
        if let topP = settings[.topP], let name = terms.name(.topP) {
            list.begin(name, &output)
            try context.write(number: topP, to: &output)
        }
        if let topK = settings[.topK], let name = terms.name(.topK) {
            list.begin(name, &output)
            try context.write(integer: topK, to: &output)
        }
        if !request.stops.isEmpty, let name = terms.name(.stops) {
            list.begin(name, &output)
            context.write(strings: request.stops, to: &output)
        }
    }
}
