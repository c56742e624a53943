// SPDX-License-Identifier: Apache-2.0

// Spells a request out as a GenerateContentRequest.

import JSONLCodec

extension GenerateContentBody {
    /// What Gemini's bodies can express.
    static let capabilities = Capabilities(
        family: .generateContent,
        paths: TargetPaths(
            tools: "request.tools",
            maxOutputTokens: "request.generationConfig.maxOutputTokens",
            responseFormat: "request.generationConfig.responseMimeType"),
        keepsReasoningOf: .gemini,
        toolName: NameRule(limit: 128, extra: "_.:-", startsWithLetter: true),
        settings: SettingSet(
            .maxOutputTokens, .temperature, .topP, .topK, .seed, .choiceCount, .presencePenalty,
            .frequencyPenalty, .logprobs, .topLogprobs),
        stopLimit: 5,
        seedIs32Bit: true,
        hasJSONMode: true,
        toolChoice: .generateContent,
        reasoning: .generateContent,
        metadata: .labels,
        media: .generateContent)

    /// Writes a body.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var body = MemberList()
        body.begin("contents", &output)
        try writeTurns(request, to: &output, &context)
        if !request.system.isEmpty {
            body.begin("systemInstruction", &output)
            output.append("{\"parts\":")
            var parts = MemberList()
            for part in request.system {
                parts.beginElement(&output)
                output.append("{\"text\":")
                context.write(part.text, to: &output)
                output.append("}")
            }
            parts.endArray(&output)
            output.append("}")
        }
        if !request.tools.isEmpty {
            body.begin("tools", &output)
            try writeTools(request.tools, to: &output, &context)
            writeToolChoice(request, &body, to: &output, context)
        }
        try writeConfig(request, &body, to: &output, &context)
        if !request.metadata.isEmpty {
            body.begin("labels", &output)
            context.write(metadataOf: request, to: &output)
        }
        context.write(extrasOf: request, in: &body, to: &output)
        body.endObject(&output)
    }

    private static func writeTurns(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var turns = MemberList()
        for turn in request.turns {
            turns.beginElement(&output)
            output.append(
                turn.role == .user
                    ? "{\"role\":\"user\",\"parts\":" : "{\"role\":\"model\",\"parts\":")
            var parts = MemberList()
            for index in turn.parts {
                try GeminiPartWriter.write(
                    request.parts[index], contentOf: request.toolResultParts, &parts, to: &output,
                    &context)
            }
            parts.endArray(&output)
            output.append("}")
        }
        turns.endArray(&output)
    }

    // MARK: - Tools

    private static func writeTools(
        _ tools: [Tool], to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("[{\"functionDeclarations\":")
        var declarations = MemberList()
        for tool in tools {
            declarations.beginElement(&output)
            var members = MemberList()
            members.begin("name", &output)
            context.write(tool.name, to: &output)
            if let description = tool.description {
                members.begin("description", &output)
                context.write(description, to: &output)
            }
            if let schema = tool.schema {
                let before = members
                let start = output.count
                try write(
                    schema, &members, openAPI: "parameters", json: "parametersJsonSchema",
                    ordersProperties: false, to: &output, &context)
                let isEmpty = context.takeBack(
                    ",\"parameters\":{\"type\":\"OBJECT\",\"properties\":{}}", from: start, &output)
                if isEmpty { members = before }
            } else if tool.isSynthesized {
                members.begin("parameters", &output)
                output.append("{\"type\":\"OBJECT\"}")
            }
            members.endObject(&output)
        }
        declarations.endArray(&output)
        output.append("}]")
    }

    private static func writeToolChoice(
        _ request: Request, _ body: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        let mode: StaticString
        switch request.toolChoice {
        case .unspecified: return
        case .auto: mode = "AUTO"
        case .any, .tool: mode = "ANY"
        case .none: mode = "NONE"
        case .validated: mode = "VALIDATED"
        case .allowed(_, let isRequired): mode = isRequired ? "ANY" : "VALIDATED"
        }
        body.begin("toolConfig", &output)
        output.append("{\"functionCallingConfig\":{\"mode\":")
        output.append(quoted: mode)
        switch request.toolChoice {
        case .tool(let name):
            output.append(",\"allowedFunctionNames\":[")
            request.write(toolName: name, to: &output, context)
            output.append("]")
        case .allowed(let names, _):
            output.append(",\"allowedFunctionNames\":")
            var list = MemberList()
            for name in context.view.allowedToolNames(names) {
                list.beginElement(&output)
                request.write(toolName: name, to: &output, context)
            }
            list.endArray(&output)
        default:
            break
        }
        output.append("}}")
    }

    /// Writes a schema under the name of the language that it could be written in.
    private static func write(
        _ schema: Schema, _ members: inout MemberList, openAPI: StaticString, json: StaticString,
        ordersProperties: Bool, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        let before = members
        let start = output.count
        if context.options.geminiSchema == .openapi {
            members.begin(openAPI, &output)
            let outcome = try SchemaWriter.writeOpenAPI(
                schema, ordersProperties: ordersProperties, to: &output, &context)
            if outcome == .written { return }
            members = before
            output.truncate(to: start)
            if outcome == .omitted { return }
        }
        members.begin(json, &output)
        try SchemaWriter.writeJSONSchema(schema, to: &output, &context)
        if schema.language == .openAPI { return }
        // A schema that is empty says nothing.
        let length = json.utf8CodeUnitCount + 4
        if output.count == start + length + 2, output.view[output.count - 2] == UInt8(ascii: "{") {
            members = before
            output.truncate(to: start)
        }
    }

    // MARK: - Settings

    private static func writeConfig(
        _ request: Request, _ body: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        let before = body
        let start = output.count
        body.begin("generationConfig", &output)
        var config = MemberList()
        try writeSampling(request, &config, to: &output, context)
        switch request.responseFormat {
        case .text:
            break
        case .json:
            config.begin("responseMimeType", &output)
            output.append("\"application/json\"")
        case .schema(let format):
            config.begin("responseMimeType", &output)
            output.append("\"application/json\"")
            try write(
                format.schema, &config, openAPI: "responseSchema", json: "responseJsonSchema",
                ordersProperties: true, to: &output, &context)
        }
        writeThinking(request.reasoning, &config, to: &output)
        guard !config.hasNothing else {
            body = before
            return output.truncate(to: start)
        }
        config.endObject(&output)
    }

    private static func writeSampling(
        _ request: Request, _ config: inout MemberList, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        let settings = request.settings
        if let node = settings[.maxOutputTokens] {
            config.begin("maxOutputTokens", &output)
            try context.write(integer: node, to: &output)
        }
        if let node = settings[.temperature] {
            config.begin("temperature", &output)
            try context.write(temperature: node, of: request, to: &output)
        }
        if let node = settings[.topP] {
            config.begin("topP", &output)
            try context.write(number: node, to: &output)
        }
        if let node = settings[.topK] {
            config.begin("topK", &output)
            try context.write(integer: node, to: &output)
        }
        if let node = settings[.choiceCount] {
            config.begin("candidateCount", &output)
            try context.write(integer: node, to: &output)
        }
        if let node = settings[.seed] {
            config.begin("seed", &output)
            try context.write(integer: node, to: &output)
        }
        if let node = settings[.presencePenalty] {
            config.begin("presencePenalty", &output)
            try context.write(number: node, to: &output)
        }
        if let node = settings[.frequencyPenalty] {
            config.begin("frequencyPenalty", &output)
            try context.write(number: node, to: &output)
        }
        if !request.stops.isEmpty {
            config.begin("stopSequences", &output)
            context.write(strings: request.stops, to: &output)
        }
        if settings[.logprobs] != nil {
            config.begin("responseLogprobs", &output)
            output.append("true")
        }
        if let node = settings[.topLogprobs] {
            config.begin("logprobs", &output)
            try context.write(integer: node, to: &output)
        }
    }

    /// Writes a level or a budget; the rules leave only one of them.
    private static func writeThinking(
        _ reasoning: ReasoningSettings, _ config: inout MemberList, to output: inout ByteBuffer
    ) {
        guard
            reasoning.effort != nil || reasoning.budget != nil || reasoning.includeThoughts != nil
        else { return }
        config.begin("thinkingConfig", &output)
        var thinking = MemberList()
        if let effort = reasoning.effort {
            thinking.begin("thinkingLevel", &output)
            output.append(quoted: effort.geminiLevel)
        } else if let budget = reasoning.budget {
            thinking.begin("thinkingBudget", &output)
            output.append(decimal: budget)
        }
        if reasoning.includeThoughts != nil {
            thinking.begin("includeThoughts", &output)
            output.append("true")
        }
        thinking.endObject(&output)
    }
}
