// SPDX-License-Identifier: Apache-2.0

// Writes turns as the input of Responses bodies: messages, calls and results in their order.

import JSONLCodec

extension ResponsesInput {
    /// Texts and media of one turn that stand side by side: what one message holds.
    private struct Run {
        /// The parts, among them those that were taken away.
        let parts: Range<Int>
        private(set) var count = 0
        /// The last part that is there.
        private(set) var last = 0
        private(set) var hasRefusal = false

        init(from start: Int, in turn: Turn, _ request: Request) {
            var end = start
            scan: while end < turn.parts.upperBound {
                switch request.parts[end] {
                case .text(let part):
                    hasRefusal = hasRefusal || part.isRefusal
                    count += 1
                    last = end
                case .media:
                    count += 1
                    last = end
                case .reasoning, .cachePoint, .removed: break
                case .toolCall, .toolResult: break scan
                }
                end += 1
            }
            parts = start..<end
        }

        /// The text, where there is nothing else.
        func onlyText(_ request: Request) -> Text? {
            guard count == 1, case .text(let part) = request.parts[last] else { return nil }
            return part.text
        }
    }

    /// Writes the value of `input`: one text of the user as a string, anything else as items.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        if request.system.count < 2, let text = onlyText(request) {
            return context.write(text, to: &output)
        }
        var items = MemberList()
        if request.system.count > 1 {
            items.beginElement(&output)
            output.append("{\"role\":\"system\",\"content\":")
            writeTexts(request.system, to: &output, context)
            output.append("}")
        }
        var answerCount = 0
        for turn in request.turns {
            var index = turn.parts.lowerBound
            while index < turn.parts.upperBound {
                let run = Run(from: index, in: turn, request)
                if run.count > 0 {
                    items.beginElement(&output)
                    switch turn.role {
                    case .user:
                        try writeUser(run, request, to: &output, context)
                    case .assistant:
                        writeAssistant(run, request, &answerCount, to: &output, context)
                    }
                }
                index = run.parts.upperBound
                guard index < turn.parts.upperBound else { break }
                items.beginElement(&output)
                try writeItem(request.parts[index], request, to: &output, context)
                index += 1
            }
        }
        items.endArray(&output)
    }

    /// The text of a request that has no more than that.
    private static func onlyText(_ request: Request) -> Text? {
        guard request.turns.count == 1, request.turns[0].role == .user else { return nil }
        let turn = request.turns[0]
        let run = Run(from: turn.parts.lowerBound, in: turn, request)
        return run.parts.upperBound == turn.parts.upperBound ? run.onlyText(request) : nil
    }

    private static func writeTexts(
        _ texts: [TextPart], to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        var list = MemberList()
        for part in texts {
            list.beginElement(&output)
            OpenAIParts.write(part, as: .responses, to: &output, context)
        }
        list.endArray(&output)
    }

    // MARK: - Messages

    private static func writeUser(
        _ run: Run, _ request: Request, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        output.append("{\"role\":\"user\",\"content\":")
        if let text = run.onlyText(request) {
            context.write(text, to: &output)
        } else {
            var list = MemberList()
            for index in run.parts {
                switch request.parts[index] {
                case .text(let part):
                    list.beginElement(&output)
                    OpenAIParts.write(part, as: .responses, to: &output, context)
                case .media(let media):
                    list.beginElement(&output)
                    try OpenAIParts.write(media, as: .responses, to: &output, context)
                case .toolCall, .toolResult, .reasoning, .cachePoint, .removed:
                    break
                }
            }
            list.endArray(&output)
        }
        output.append("}")
    }

    /// Writes what the assistant said.
    ///
    /// Its parts have types of their own, and stand in a message as it comes out of an answer,
    /// with an id and a status; a text alone needs neither.
    private static func writeAssistant(
        _ run: Run, _ request: Request, _ answerCount: inout Int, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        if !run.hasRefusal, let text = run.onlyText(request) {
            output.append("{\"role\":\"assistant\",\"content\":")
            context.write(text, to: &output)
            return output.append("}")
        }
        answerCount += 1
        output.append("{\"type\":\"message\",\"id\":\"msg_")
        output.append(decimal: answerCount)
        output.append("\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":")
        var list = MemberList()
        for index in run.parts {
            guard case .text(let part) = request.parts[index] else { continue }
            list.beginElement(&output)
            OpenAIParts.write(answer: part.text, isRefusal: part.isRefusal, to: &output, context)
        }
        list.endArray(&output)
        output.append("}")
    }

    // MARK: - Calls and results

    private static func writeItem(
        _ part: Part, _ request: Request, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) throws(RecordError) {
        switch part {
        case .toolCall(let call):
            output.append("{\"type\":\"function_call\",\"call_id\":")
            OpenAIParts.write(id: call.id, to: &output, context)
            output.append(",\"name\":")
            context.write(call.name, to: &output)
            output.append(",\"arguments\":")
            context.write(jsonString: call.arguments, to: &output)
        case .toolResult(let result):
            output.append("{\"type\":\"function_call_output\",\"call_id\":")
            OpenAIParts.write(id: result.callID, to: &output, context)
            output.append(",\"output\":")
            try OpenAIParts.writeContent(
                of: result, request, as: .responses, to: &output, context)
        case .text, .media, .reasoning, .cachePoint, .removed:
            output.append("{")
        }
        output.append("}")
    }
}
