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
                OpenAIParts.write(part, as: .chat, to: &output, context)
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
                messages.beginElement(&output)
                output.append("{\"role\":\"tool\",\"tool_call_id\":")
                OpenAIParts.write(id: result.callID, to: &output, context)
                output.append(",\"content\":")
                try OpenAIParts.writeContent(
                    of: result, request, as: .chat, to: &output, context)
                output.append("}")
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
                    OpenAIParts.write(part, as: .chat, to: &output, context)
                case .media(let media):
                    list.beginElement(&output)
                    try OpenAIParts.write(media, as: .chat, to: &output, context)
                case .toolResult, .toolCall, .reasoning, .cachePoint, .removed:
                    break
                }
            }
            list.endArray(&output)
        }
        output.append("}")
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
                OpenAIParts.write(part, as: .chat, to: &output, context)
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
                OpenAIParts.write(id: call.id, to: &output, context)
                ChatTools.writeFunction(of: call, to: &output, context)
            }
            list.endArray(&output)
        }
        output.append("}")
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
