// SPDX-License-Identifier: Apache-2.0

// Spells a request out as the body of Converse or Nova, in the order messages, system, settings,
// extras.

import JSONLCodec

extension ConverseBody {
    /// Writes the body of a request that was fitted to ``capabilities(for:)``.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext,
        flavour: ConverseFlavour
    ) throws(RecordError) {
        var body = MemberList()
        if flavour == .nova {
            body.begin("schemaVersion", &output)
            output.append("\"messages-v1\"")
        }
        body.begin("messages", &output)
        try writeMessages(request, to: &output, &context, flavour)
        if !request.system.isEmpty {
            body.begin("system", &output)
            writeSystem(request.system, to: &output, &context)
        }
        try writeInference(request, in: &body, to: &output, &context, flavour)
        if !request.tools.isEmpty {
            body.begin("toolConfig", &output)
            try writeToolConfig(request, to: &output, &context)
        }
        if flavour == .nova { return body.endObject(&output) }
        try writeFields(request, in: &body, to: &output, &context)
        try writeOutputConfig(request, in: &body, to: &output, &context)
        if !request.metadata.isEmpty {
            body.begin("requestMetadata", &output)
            context.write(metadataOf: request, to: &output)
        }
        context.write(extrasOf: request, in: &body, to: &output)
        body.endObject(&output)
    }

    // MARK: - Messages

    private static func writeSystem(
        _ system: [TextPart], to output: inout ByteBuffer, _ context: inout RecordContext
    ) {
        var blocks = MemberList()
        for text in system {
            blocks.beginElement(&output)
            writeText(text.text, to: &output, &context)
        }
        blocks.endArray(&output)
    }

    private static func writeMessages(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext,
        _ flavour: ConverseFlavour
    ) throws(RecordError) {
        var messages = MemberList()
        for turn in request.turns {
            messages.beginElement(&output)
            switch turn.role {
            case .user: output.append("{\"role\":\"user\",\"content\":")
            case .assistant: output.append("{\"role\":\"assistant\",\"content\":")
            }
            var blocks = MemberList()
            for index in turn.parts {
                if case .removed = request.parts[index] { continue }
                blocks.beginElement(&output)
                try writePart(request.parts[index], of: request, to: &output, &context, flavour)
            }
            blocks.endArray(&output)
            output.append("}")
        }
        messages.endArray(&output)
    }

    private static func writePart(
        _ part: Part, of request: Request, to output: inout ByteBuffer,
        _ context: inout RecordContext, _ flavour: ConverseFlavour
    ) throws(RecordError) {
        switch part {
        case .text(let text): writeText(text.text, to: &output, &context)
        case .media(let media): try ConverseMedia.write(media, to: &output, &context)
        case .toolCall(let call): try writeToolUse(call, to: &output, &context)
        case .toolResult(let result):
            try writeToolResult(result, of: request, to: &output, &context)
        case .reasoning(let reasoning):
            writeReasoning(
                reasoning, signature: reasoning.signature, to: &output, &context)
        case .cachePoint(let point): write(point, to: &output, &context, flavour)
        case .removed: break
        }
    }

    /// Writes a cache mark; Nova keeps what is cached for five minutes, whatever it is told.
    private static func write(
        _ point: CachePoint, to output: inout ByteBuffer, _ context: inout RecordContext,
        _ flavour: ConverseFlavour
    ) {
        output.append("{\"cachePoint\":{\"type\":\"default\"")
        switch (point.lifetime, flavour) {
        case (.standard, _), (.fiveMinutes, .nova): break
        case (.oneHour, .nova): context.lose(.paramApproximated, at: point.node)
        case (.fiveMinutes, .converse): output.append(",\"ttl\":\"5m\"")
        case (.oneHour, .converse): output.append(",\"ttl\":\"1h\"")
        }
        output.append("}}")
    }

    /// Writes a text block.
    static func writeText(
        _ text: Text, to output: inout ByteBuffer, _ context: inout RecordContext
    ) {
        output.append("{\"text\":")
        context.write(text, to: &output)
        output.append("}")
    }

    /// Writes the block of a tool call.
    static func writeToolUse(
        _ call: ToolCall, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"toolUse\":{\"toolUseId\":")
        if let id = call.id { context.write(id, to: &output) } else { output.append("\"\"") }
        output.append(",\"name\":")
        context.write(call.name, to: &output)
        output.append(",\"input\":")
        try context.write(argumentsObject: call.arguments, to: &output)
        output.append("}}")
    }

    /// Writes a block of reasoning: the text with its signature, or what stands in its place.
    static func writeReasoning(
        _ reasoning: Reasoning, signature: Text?, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        if let redacted = reasoning.redacted {
            output.append("{\"reasoningContent\":{\"redactedContent\":")
            context.write(redacted, to: &output)
            return output.append("}}")
        }
        output.append("{\"reasoningContent\":{\"reasoningText\":{\"text\":")
        if let text = reasoning.text {
            context.write(text, to: &output)
        } else {
            output.append("\"\"")
        }
        // Claude's own API spells a missing signature as an empty one.
        if let signature, !signature.isEmpty {
            output.append(",\"signature\":")
            context.write(signature, to: &output)
        }
        output.append("}}}")
    }

    private static func writeToolResult(
        _ result: ToolResult, of request: Request, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"toolResult\":{\"toolUseId\":")
        if let id = result.callID { context.write(id, to: &output) } else { output.append("\"\"") }
        output.append(",\"content\":")
        var blocks = MemberList()
        for index in result.content {
            switch request.toolResultParts[index] {
            case .text(let text):
                // Bedrock refuses blank text; a result without any content is legal.
                if text.text.isEmpty { continue }
                blocks.beginElement(&output)
                writeText(text.text, to: &output, &context)
            case .json(let node):
                blocks.beginElement(&output)
                output.append("{\"json\":")
                context.write(node, to: &output)
                output.append("}")
            case .media(let media):
                blocks.beginElement(&output)
                try ConverseMedia.write(media, to: &output, &context)
            }
        }
        blocks.endArray(&output)
        if result.isError { output.append(",\"status\":\"error\"") }
        output.append("}}")
    }

    // MARK: - Settings

    private static func writeInference(
        _ request: Request, in body: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext, _ flavour: ConverseFlavour
    ) throws(RecordError) {
        let settings = request.settings
        let topK = flavour == .nova ? settings[.topK] : nil
        let effort = flavour == .nova ? request.reasoning.effort : nil
        guard
            settings[.maxOutputTokens] != nil || settings[.temperature] != nil
                || settings[.topP] != nil || !request.stops.isEmpty || topK != nil || effort != nil
        else { return }
        body.begin("inferenceConfig", &output)
        var config = MemberList()
        if let limit = settings[.maxOutputTokens] {
            config.begin("maxTokens", &output)
            try context.write(integer: limit, to: &output)
        }
        if let temperature = settings[.temperature] {
            config.begin("temperature", &output)
            try context.write(temperature: temperature, of: request, to: &output)
        }
        if let topP = settings[.topP] {
            config.begin("topP", &output)
            try context.write(number: topP, to: &output)
        }
        if let topK {
            config.begin("topK", &output)
            try context.write(integer: topK, to: &output)
        }
        if !request.stops.isEmpty {
            config.begin("stopSequences", &output)
            context.write(strings: request.stops, to: &output)
        }
        if let effort {
            config.begin("reasoningConfig", &output)
            output.append("{\"type\":\"enabled\",\"maxReasoningEffort\":")
            output.append(quoted: effort.name)
            output.append("}")
        }
        config.endObject(&output)
    }

    /// Writes what only some families of models understand, in their own spelling.
    private static func writeFields(
        _ request: Request, in body: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        let reasoning = request.reasoning
        let effort = context.family == .gptOSS ? reasoning.effort : nil
        guard request.settings[.topK] != nil || reasoning.budget != nil || effort != nil
        else { return }
        body.begin("additionalModelRequestFields", &output)
        var fields = MemberList()
        if let topK = request.settings[.topK] {
            if context.family.isNova {
                fields.begin("inferenceConfig", &output)
                output.append("{\"topK\":")
                try context.write(integer: topK, to: &output)
                output.append("}")
            } else {
                fields.begin("top_k", &output)
                try context.write(integer: topK, to: &output)
            }
        }
        if let budget = reasoning.budget {
            fields.begin("thinking", &output)
            if budget == 0 {
                output.append("{\"type\":\"disabled\"}")
            } else {
                output.append("{\"type\":\"enabled\",\"budget_tokens\":")
                output.append(decimal: budget)
                output.append("}")
            }
        }
        if let effort {
            fields.begin("reasoning_effort", &output)
            output.append(quoted: effort.name)
        }
        fields.endObject(&output)
    }

    private static func writeOutputConfig(
        _ request: Request, in body: inout MemberList, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var effort = context.family == .gptOSS ? nil : request.reasoning.effort
        if effort == ReasoningSettings.Effort.none { effort = nil }
        var config = MemberList()
        if case .schema(let format) = request.responseFormat {
            body.begin("outputConfig", &output)
            config.begin("textFormat", &output)
            output.append("{\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":{\"schema\":")
            try SchemaWriter.writeJSONSchemaString(format.schema, to: &output, &context)
            output.append(",\"name\":")
            if let name = format.name {
                context.write(name, to: &output)
            } else {
                output.append("\"response\"")
            }
            if let description = format.description {
                output.append(",\"description\":")
                context.write(description, to: &output)
            }
            output.append("}}}")
        }
        if let effort {
            if config.hasNothing { body.begin("outputConfig", &output) }
            config.begin("effort", &output)
            output.append(quoted: effort.name)
        }
        if !config.hasNothing { config.endObject(&output) }
    }

    // MARK: - Tools

    private static func writeToolConfig(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"tools\":")
        var tools = MemberList()
        for tool in request.tools {
            tools.beginElement(&output)
            output.append("{\"toolSpec\":")
            var spec = MemberList()
            spec.begin("name", &output)
            context.write(tool.name, to: &output)
            if let description = tool.description {
                spec.begin("description", &output)
                context.write(description, to: &output)
            }
            spec.begin("inputSchema", &output)
            output.append("{\"json\":")
            if let schema = tool.schema, !context.isEmpty(schema) {
                try SchemaWriter.writeJSONSchema(schema, to: &output, &context)
            } else if tool.isSynthesized {
                output.append("{\"type\":\"object\"}")
            } else {
                output.append("{\"type\":\"object\",\"properties\":{}}")
            }
            output.append("}")
            if tool.strict != nil {
                spec.begin("strict", &output)
                output.append("true")
            }
            spec.endObject(&output)
            output.append("}")
        }
        tools.endArray(&output)
        switch request.toolChoice {
        case .auto, .validated: output.append(",\"toolChoice\":{\"auto\":{}}")
        case .any: output.append(",\"toolChoice\":{\"any\":{}}")
        case .tool(let name):
            output.append(",\"toolChoice\":{\"tool\":{\"name\":")
            request.write(toolName: name, to: &output, context)
            output.append("}}")
        // Converse has no word for the other choices; the rules have reported them.
        case .none, .unspecified, .allowed: break
        }
        output.append("}")
    }
}
