// SPDX-License-Identifier: Apache-2.0

// Writes tools, tool choices and tool calls of chat bodies.

import JSONLCodec

extension ChatTools {
    /// Writes `parallel_tool_calls`, `tools` and `tool_choice`, as far as there are any.
    static func write(
        _ request: Request, as dialect: OpenAIDialect, _ list: inout MemberList,
        to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        if request.settings[.parallelToolCalls] != nil {
            list.begin("parallel_tool_calls", &output)
            output.append("false")
        }
        if !request.tools.isEmpty {
            list.begin("tools", &output)
            var tools = MemberList()
            for tool in request.tools {
                tools.beginElement(&output)
                switch dialect {
                case .chat: try write(tool, to: &output, &context)
                case .responses: try ResponsesTools.write(tool, to: &output, &context)
                }
            }
            tools.endArray(&output)
        }
        writeChoice(request, as: dialect, &list, to: &output, context)
    }

    private static func write(
        _ tool: Tool, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"type\":\"function\",\"function\":{\"name\":")
        context.write(tool.name, to: &output)
        if let description = tool.description {
            output.append(",\"description\":")
            context.write(description, to: &output)
        }
        if let schema = tool.schema {
            output.append(",\"parameters\":")
            try SchemaWriter.writeJSONSchema(schema, to: &output, &context)
        } else if context.options.service.needsToolParameters {
            output.append(",\"parameters\":{\"type\":\"object\",\"properties\":{}}")
        }
        if tool.strict != nil { output.append(",\"strict\":true") }
        output.append("}}")
    }

    /// Writes `tool_choice`, unless nothing is chosen.
    private static func writeChoice(
        _ request: Request, as dialect: OpenAIDialect, _ list: inout MemberList,
        to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        switch request.toolChoice {
        case .unspecified:
            break
        case .auto, .validated:
            list.begin("tool_choice", &output)
            output.append("\"auto\"")
        case .any:
            list.begin("tool_choice", &output)
            output.append("\"required\"")
        case .none:
            list.begin("tool_choice", &output)
            output.append("\"none\"")
        case .tool(let name):
            list.begin("tool_choice", &output)
            writeFunction(name, request, as: dialect, to: &output, context)
        case .allowed(let names, let isRequired):
            list.begin("tool_choice", &output)
            output.append("{\"type\":\"allowed_tools\",")
            if dialect.nestsFunctions { output.append("\"allowed_tools\":{") }
            output.append("\"mode\":")
            output.append(quoted: isRequired ? "required" : "auto")
            output.append(",\"tools\":")
            var tools = MemberList()
            for name in context.view.allowedToolNames(names) {
                tools.beginElement(&output)
                writeFunction(name, request, as: dialect, to: &output, context)
            }
            tools.endArray(&output)
            output.append(dialect.nestsFunctions ? "}}" : "}")
        }
    }

    private static func writeFunction(
        _ name: NodeID, _ request: Request, as dialect: OpenAIDialect,
        to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        output.append("{\"type\":\"function\",")
        if dialect.nestsFunctions { output.append("\"function\":{") }
        output.append("\"name\":")
        request.write(toolName: name, to: &output, context)
        output.append(dialect.nestsFunctions ? "}}" : "}")
    }

    /// Writes a tool call whose id stands in the output already, up to its end.
    static func writeFunction(
        of call: ToolCall, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        output.append(",\"type\":\"function\",\"function\":{\"name\":")
        context.write(call.name, to: &output)
        output.append(",\"arguments\":")
        context.write(jsonString: call.arguments, to: &output)
        output.append("}}")
    }
}
