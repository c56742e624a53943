// SPDX-License-Identifier: Apache-2.0

// Writes `{"recordId", "modelInput"}` around a body of either dialect.

import JSONLCodec

/// Writes Bedrock records with Converse bodies, for jobs of the type Converse.
enum ConverseRequestWriter: RequestWriting {
    static var capabilities: Capabilities { ConverseBody.capabilities }

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"recordId\":")
        context.write(id: request.id, to: &output)
        output.append(",\"modelInput\":")
        try ConverseBody.write(request, to: &output, &context)
        output.append("}")
    }
}

/// Writes Bedrock records with Anthropic's own bodies, for jobs of the type InvokeModel: the one
/// form in which Claude takes tools in a batch.
enum BedrockMessagesRequestWriter: RequestWriting {
    static var capabilities: Capabilities { messagesCapabilities }

    private static let messagesCapabilities = MessagesBody.capabilities(for: .bedrock)

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"recordId\":")
        context.write(id: request.id, to: &output)
        output.append(",\"modelInput\":")
        try MessagesBody.write(request, to: &output, &context, envelope: .bedrock)
        output.append("}")
    }
}
