// SPDX-License-Identifier: Apache-2.0

// Writes the conversation of a Messages body: turns and their blocks.

import JSONLCodec

extension MessagesTurns {
    /// Writes the turns.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var turns = MemberList()
        for turn in request.turns {
            turns.beginElement(&output)
            switch turn.role {
            case .user: output.append("{\"role\":\"user\",\"content\":")
            case .assistant: output.append("{\"role\":\"assistant\",\"content\":")
            }
            if let text = onlyText(of: turn, request) {
                dropCachePoints(of: turn, request, &context)
                context.write(text, to: &output)
            } else {
                try writeBlocks(of: turn, request, to: &output, &context)
            }
            output.append("}")
        }
        turns.endArray(&output)
    }

    /// The text of a turn that holds nothing else: it is written as a string.
    private static func onlyText(of turn: Turn, _ request: Request) -> Text? {
        var text: Text?
        for index in turn.parts {
            switch request.parts[index] {
            case .removed: continue
            // A mark before everything else marks nothing.
            case .cachePoint where text == nil: continue
            case .text(let part) where text == nil: text = part.text
            default: return nil
            }
        }
        return text
    }

    private static func dropCachePoints(
        of turn: Turn, _ request: Request, _ context: inout RecordContext
    ) {
        for index in turn.parts {
            if case .cachePoint(let point) = request.parts[index] {
                context.lose(.cacheDropped, at: point.node)
            }
        }
    }

    /// Writes blocks; each stays open until it is known whether a cache point follows it.
    private static func writeBlocks(
        of turn: Turn, _ request: Request, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var blocks = MemberList()
        var takesMark = false
        for index in turn.parts {
            let part = request.parts[index]
            switch part {
            case .removed:
                continue
            case .cachePoint(let point):
                if takesMark {
                    writeCacheControl(point, to: &output)
                } else {
                    context.lose(.cacheDropped, at: point.node)
                }
                takesMark = false
                continue
            case .reasoning:
                // The API takes no mark on a block of thoughts.
                takesMark = false
            case .text, .media, .toolCall, .toolResult:
                takesMark = true
            }
            if !blocks.hasNothing { output.append("}") }
            blocks.beginElement(&output)
            try write(part, of: request, to: &output, &context)
        }
        if !blocks.hasNothing { output.append("}") }
        blocks.endArray(&output)
    }

    private static func writeCacheControl(_ point: CachePoint, to output: inout ByteBuffer) {
        output.append(",\"cache_control\":{\"type\":\"ephemeral\"")
        switch point.lifetime {
        case .standard: output.append("}")
        case .fiveMinutes: output.append(",\"ttl\":\"5m\"}")
        case .oneHour: output.append(",\"ttl\":\"1h\"}")
        }
    }

    /// Writes a block up to its closing brace.
    private static func write(
        _ part: Part, of request: Request, to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) throws(RecordError) {
        switch part {
        case .text(let text):
            output.append("{\"type\":\"text\",\"text\":")
            context.write(text.text, to: &output)
        case .media(let media):
            try MessagesMedia.write(media, to: &output, context)
        case .toolCall(let call):
            output.append("{\"type\":\"tool_use\",\"id\":")
            write(call.id, to: &output, context)
            output.append(",\"name\":")
            context.write(call.name, to: &output)
            output.append(",\"input\":")
            try context.write(argumentsObject: call.arguments, to: &output)
        case .toolResult(let result):
            output.append("{\"type\":\"tool_result\",\"tool_use_id\":")
            write(result.callID, to: &output, context)
            output.append(",\"content\":")
            try writeContent(of: result, request, to: &output, context)
            if result.isError { output.append(",\"is_error\":true") }
        case .reasoning(let reasoning):
            write(reasoning, to: &output, context)
        case .cachePoint, .removed:
            break
        }
    }

    private static func write(
        _ id: Text?, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let id { context.write(id, to: &output) } else { output.append("\"\"") }
    }

    /// Writes thoughts up to their closing brace; thoughts without a signature get an empty one.
    static func write(
        _ reasoning: Reasoning, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let redacted = reasoning.redacted {
            output.append("{\"type\":\"redacted_thinking\",\"data\":")
            context.write(redacted, to: &output)
            return
        }
        output.append("{\"type\":\"thinking\",\"thinking\":")
        write(reasoning.text, to: &output, context)
        output.append(",\"signature\":")
        // Signatures of other providers are refused, and so is a block without the member.
        write(reasoning.family == .claude ? reasoning.signature : nil, to: &output, context)
    }

    // MARK: - Tool results

    /// Writes one text as a string, anything else as blocks.
    private static func writeContent(
        of result: ToolResult, _ request: Request, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        guard let first = result.content.first else { return output.append("\"\"") }
        if result.content.count == 1 {
            switch request.toolResultParts[first] {
            case .text(let part): return context.write(part.text, to: &output)
            case .json(let node): return context.write(jsonString: .value(node), to: &output)
            case .media: break
            }
        }
        var blocks = MemberList()
        for position in result.content {
            blocks.beginElement(&output)
            switch request.toolResultParts[position] {
            case .text(let part):
                output.append("{\"type\":\"text\",\"text\":")
                context.write(part.text, to: &output)
            case .json(let node):
                output.append("{\"type\":\"text\",\"text\":")
                context.write(jsonString: .value(node), to: &output)
            case .media(let media):
                try MessagesMedia.write(media, to: &output, context)
            }
            output.append("}")
        }
        blocks.endArray(&output)
    }
}
