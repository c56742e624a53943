// SPDX-License-Identifier: Apache-2.0

// Writes `{"recordId", "modelInput"}` around a body of any dialect.

import JSONLCodec

/// Writes Bedrock records around the bodies of a dialect.
protocol BedrockRequestWriting: SendableMetatype {
    /// Spells out the body of a request that was fitted to the capabilities.
    static func writeBody(
        of request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError)
}

extension BedrockRequestWriting {
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"recordId\":")
        context.write(id: request.id, to: &output)
        output.append(",\"modelInput\":")
        try writeBody(of: request, to: &output, &context)
        output.append("}")
    }
}

/// Writes Converse bodies, for jobs of the type Converse.
enum ConverseRequestWriter: RequestWriting, BedrockRequestWriting {
    static var capabilities: Capabilities { ConverseBody.capabilities(for: .converse) }

    static func writeBody(
        of request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try ConverseBody.write(request, to: &output, &context, flavour: .converse)
    }
}

/// Writes Nova's own bodies, for jobs of the type InvokeModel.
enum NovaRequestWriter: RequestWriting, BedrockRequestWriting {
    static var capabilities: Capabilities { ConverseBody.capabilities(for: .nova) }

    static func writeBody(
        of request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try ConverseBody.write(request, to: &output, &context, flavour: .nova)
    }
}

/// Writes Anthropic's own bodies, for jobs of the type InvokeModel: the one form in which Claude
/// takes tools in a batch.
enum BedrockMessagesRequestWriter: RequestWriting, BedrockRequestWriting {
    static var capabilities: Capabilities { messagesCapabilities }

    private static let messagesCapabilities = MessagesBody.capabilities(for: .bedrock)

    static func writeBody(
        of request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try MessagesBody.write(request, to: &output, &context, envelope: .bedrock)
    }
}
