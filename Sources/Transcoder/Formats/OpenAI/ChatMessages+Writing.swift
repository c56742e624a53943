// SPDX-License-Identifier: Apache-2.0

// Writes turns as chat messages: the system first, tool results as messages of their own.

import JSONLCodec

extension ChatMessages {
    /// Writes the value of `messages`.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var messages = MemberList()
        if !request.system.isEmpty {
            messages.beginElement(&output)
            writeSystem(request.system, to: &output, context)
        }
        for turn in request.turns {
            switch turn.role {
            case .user:
                try writeUser(turn, request, &messages, to: &output, &context)
            case .assistant:
                messages.beginElement(&output)
                writeAssistant(turn, request, to: &output, context)
            }
        }
        messages.endArray(&output)
    }

    private static func writeSystem(
        _ system: [TextPart], to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        output.append("{\"role\":\"system\",\"content\":")
        if system.count == 1 {
            context.write(system[0].text, to: &output)
        } else {
            var list = MemberList()
            for part in system {
                list.beginElement(&output)
                write(text: part, to: &output, context)
            }
            list.endArray(&output)
        }
        output.append("}")
    }

    // MARK: - The user

    private static func writeUser(
        _ turn: Turn, _ request: Request, _ messages: inout MemberList,
        to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        var content = ContentCount()
        for index in turn.parts {
            switch request.parts[index] {
            case .toolResult(let result):
                // A chat has no word for a result that is an error.
                if result.isError, let node = result.statusNode {
                    context.lose(.paramDropped, at: node)
                }
                messages.beginElement(&output)
                try writeResult(result, request, to: &output, context)
            case .text, .media:
                content.add(index)
            case .toolCall, .reasoning, .cachePoint, .removed:
                break
            }
        }
        guard content.count > 0 else { return }
        messages.beginElement(&output)
        output.append("{\"role\":\"user\",\"content\":")
        if content.count == 1, case .text(let part) = request.parts[content.last] {
            context.write(part.text, to: &output)
        } else {
            var list = MemberList()
            for index in turn.parts {
                switch request.parts[index] {
                case .text(let part):
                    list.beginElement(&output)
                    write(text: part, to: &output, context)
                case .media(let media):
                    list.beginElement(&output)
                    try write(media, to: &output, context)
                case .toolResult, .toolCall, .reasoning, .cachePoint, .removed:
                    break
                }
            }
            list.endArray(&output)
        }
        output.append("}")
    }

    /// Several blocks are text parts, one is a string; JSON becomes its text (H11).
    private static func writeResult(
        _ result: ToolResult, _ request: Request, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        output.append("{\"role\":\"tool\",\"tool_call_id\":")
        if let id = result.callID {
            context.write(id, to: &output)
        } else {
            output.append("\"\"")
        }
        output.append(",\"content\":")
        if result.content.isEmpty {
            output.append("\"\"")
        } else if result.content.count == 1 {
            let part = request.toolResultParts[result.content.lowerBound]
            try write(part, to: &output, context)
        } else {
            var list = MemberList()
            for index in result.content {
                list.beginElement(&output)
                output.append("{\"type\":\"text\",\"text\":")
                try write(request.toolResultParts[index], to: &output, context)
                output.append("}")
            }
            list.endArray(&output)
        }
        output.append("}")
    }

    private static func write(
        _ part: ToolResultPart, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        switch part {
        case .text(let part):
            context.write(part.text, to: &output)
        case .json(let node):
            context.write(jsonString: .value(node), to: &output)
        case .media(let media):
            throw RecordError(
                .unsupportedToolResultImage, at: media.node, "a tool result takes only text")
        }
    }

    // MARK: - The assistant

    private static func writeAssistant(
        _ turn: Turn, _ request: Request, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        var content = ContentCount()
        var hasRefusal = false
        var hasCalls = false
        for index in turn.parts {
            switch request.parts[index] {
            case .text(let part):
                content.add(index)
                hasRefusal = hasRefusal || part.isRefusal
            case .toolCall:
                hasCalls = true
            case .toolResult, .media, .reasoning, .cachePoint, .removed:
                break
            }
        }
        output.append("{\"role\":\"assistant\",\"content\":")
        if content.count == 0 {
            output.append("null")
        } else if content.count == 1, !hasRefusal,
            case .text(let part) = request.parts[content.last]
        {
            context.write(part.text, to: &output)
        } else {
            var list = MemberList()
            for index in turn.parts {
                guard case .text(let part) = request.parts[index] else { continue }
                list.beginElement(&output)
                write(text: part, to: &output, context)
            }
            list.endArray(&output)
        }
        if hasCalls {
            output.append(",\"tool_calls\":")
            var list = MemberList()
            for index in turn.parts {
                guard case .toolCall(let call) = request.parts[index] else { continue }
                list.beginElement(&output)
                output.append("{\"id\":")
                if let id = call.id {
                    context.write(id, to: &output)
                } else {
                    output.append("\"\"")
                }
                ChatTools.writeFunction(of: call, to: &output, context)
            }
            list.endArray(&output)
        }
        output.append("}")
    }

    // MARK: - Parts

    private static func write(
        text part: TextPart, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        output.append(
            part.isRefusal
                ? "{\"type\":\"refusal\",\"refusal\":" : "{\"type\":\"text\",\"text\":")
        context.write(part.text, to: &output)
        output.append("}")
    }

    private static func write(
        _ media: Media, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        switch (media.type.kind, media.source) {
        case (.image, .url(let url)):
            output.append("{\"type\":\"image_url\",\"image_url\":{\"url\":")
            context.write(url, to: &output)
            output.append("}}")
        case (.image, .base64(let data, let needsRepair)):
            output.append("{\"type\":\"image_url\",\"image_url\":{\"url\":")
            writeDataURL(media.type, data, needsRepair: needsRepair, to: &output, context)
            output.append("}}")
        case (.document, .base64(let data, let needsRepair)):
            output.append("{\"type\":\"file\",\"file\":{\"filename\":\"")
            if let name = media.name { output.append(copying: context.bytes(name, for: output)) }
            output.append(".")
            output.append(media.type.fileExtension)
            output.append("\",\"file_data\":")
            writeDataURL(media.type, data, needsRepair: needsRepair, to: &output, context)
            output.append("}}")
        case (.audio, .base64(let data, let needsRepair)):
            output.append("{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"")
            context.write(base64: data, needsRepair: needsRepair, to: &output)
            output.append("\",\"format\":")
            output.append(quoted: media.type.bedrockFormat ?? media.type.fileExtension)
            output.append("}}")
        case (_, .text(let text)):
            output.append("{\"type\":\"text\",\"text\":")
            context.write(text, to: &output)
            output.append("}")
        case (_, .url):
            throw RecordError(
                .contentRemoteURL, at: media.node, "the target takes no remote content here")
        case (.video, .base64):
            throw RecordError(
                .unsupportedVideo, at: media.node, "the target takes no films")
        }
    }

    private static func writeDataURL(
        _ type: MediaType, _ data: Text, needsRepair: Bool, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        output.append("\"data:")
        output.append(type.mime)
        output.append(";base64,")
        context.write(base64: data, needsRepair: needsRepair, to: &output)
        output.append("\"")
    }
}

/// How many parts a message has, and which was seen last: one text alone is written as a string.
private struct ContentCount {
    var count = 0
    var last = 0

    mutating func add(_ index: Int) {
        count += 1
        last = index
    }
}
