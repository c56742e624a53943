// SPDX-License-Identifier: Apache-2.0

// Spells out parts of requests and of results.

import JSONLCodec

/// Writes the parts of a Content.
enum GeminiPartWriter {
    /// Writes a part as the next element of a list; parts that were taken away leave no trace.
    ///
    /// - Parameters:
    ///   - part: The part.
    ///   - results: What the tool results of the record refer to.
    ///   - list: The list of parts.
    ///   - output: Where it goes.
    ///   - context: The record.
    /// - Throws: `wrong_type` where the arguments of a call are no object.
    static func write(
        _ part: Part, contentOf results: [ToolResultPart], _ list: inout MemberList,
        to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        switch part {
        case .text(let text):
            list.beginElement(&output)
            output.append("{\"text\":")
            context.write(text.text, to: &output)
            write(signature: text.signature, to: &output, context)
            output.append("}")
        case .media(let media):
            list.beginElement(&output)
            write(media, to: &output, &context)
        case .toolCall(let call):
            list.beginElement(&output)
            try write(call, to: &output, &context)
        case .toolResult(let result):
            list.beginElement(&output)
            write(result, contentOf: results, to: &output, &context)
        case .reasoning(let reasoning):
            guard let text = reasoning.text else { return }
            list.beginElement(&output)
            output.append("{\"text\":")
            context.write(text, to: &output)
            output.append(",\"thought\":true")
            if reasoning.family == .gemini {
                write(signature: reasoning.signatureNode, to: &output, context)
            }
            output.append("}")
        case .cachePoint, .removed:
            break
        }
    }

    private static func write(
        signature: NodeID?, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        guard let signature else { return }
        output.append(",\"thoughtSignature\":")
        context.write(signature, to: &output)
    }

    private static func write(
        _ media: Media, to output: inout ByteBuffer, _ context: inout RecordContext
    ) {
        if case .url(let address) = media.source {
            output.append("{\"fileData\":{\"mimeType\":")
            output.append(quoted: media.type.mime)
            output.append(",\"fileUri\":")
            context.write(address, to: &output)
            return output.append("}}")
        }
        output.append("{\"inlineData\":{\"mimeType\":")
        output.append(quoted: media.type.mime)
        output.append(",\"data\":\"")
        switch media.source {
        case .base64(let data, let needsRepair):
            context.write(base64: data, needsRepair: needsRepair, to: &output)
        case .text(let text):
            let data = context.encode(base64: text)
            output.append(made: context.bytes(data))
        case .url:
            break
        }
        output.append("\"}}")
    }

    private static func write(
        _ call: ToolCall, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"functionCall\":{")
        if let id = call.id {
            output.append("\"id\":")
            context.write(id, to: &output)
            output.append(",")
        }
        output.append("\"name\":")
        context.write(call.name, to: &output)
        let start = output.count
        output.append(",\"args\":")
        try context.write(argumentsObject: call.arguments, to: &output)
        context.takeBack(",\"args\":{}", from: start, &output)
        output.append("}")
        write(signature: call.signatureNode, to: &output, context)
        output.append("}")
    }

    // MARK: - Results of tools

    private static func write(
        _ result: ToolResult, contentOf parts: [ToolResultPart], to output: inout ByteBuffer,
        _ context: inout RecordContext
    ) {
        output.append("{\"functionResponse\":{")
        if let id = result.callID {
            output.append("\"id\":")
            context.write(id, to: &output)
            output.append(",")
        }
        output.append("\"name\":")
        if let name = result.name {
            context.write(name, to: &output)
        } else {
            output.append("\"\"")
        }
        output.append(
            result.isError ? ",\"response\":{\"error\":" : ",\"response\":{\"output\":")
        let hasMedia = writeValue(of: result, parts, to: &output, context)
        output.append("}")
        if hasMedia {
            output.append(",\"parts\":")
            var list = MemberList()
            for index in result.content {
                guard case .media(let media) = parts[index] else { continue }
                list.beginElement(&output)
                write(media, to: &output, &context)
            }
            list.endArray(&output)
        }
        output.append("}}")
    }

    /// Writes what a tool said: all text as one, one value as it is, a mixture as a list (H11).
    ///
    /// - Returns: Whether there are media beside it.
    private static func writeValue(
        of result: ToolResult, _ parts: [ToolResultPart], to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) -> Bool {
        var textCount = 0
        var jsonCount = 0
        for index in result.content {
            switch parts[index] {
            case .text: textCount += 1
            case .json: jsonCount += 1
            case .media: continue
            }
        }
        let hasMedia = textCount + jsonCount < result.content.count
        let isMixed = jsonCount > 1 || (jsonCount == 1 && textCount > 0)
        if jsonCount == 0 { output.append("\"") }
        var list = MemberList()
        for index in result.content {
            switch parts[index] {
            case .text(let part):
                if isMixed {
                    list.beginElement(&output)
                    context.write(part.text, to: &output)
                } else {
                    output.append(copying: context.bytes(part.text, for: output))
                }
            case .json(let node):
                if isMixed { list.beginElement(&output) }
                context.write(node, to: &output)
            case .media:
                continue
            }
        }
        if jsonCount == 0 { output.append("\"") }
        if isMixed { list.endArray(&output) }
        return hasMedia
    }
}
