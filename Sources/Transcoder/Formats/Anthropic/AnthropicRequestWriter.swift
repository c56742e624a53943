// SPDX-License-Identifier: Apache-2.0

// Writes a request of a Message Batch: the envelope; the body is a Messages body.

import JSONLCodec

/// Writes `{"custom_id", "params"}`.
enum AnthropicRequestWriter: RequestWriting {
    static let capabilities = MessagesBody.capabilities(for: .batches)

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        output.append("{\"custom_id\":")
        context.write(id: request.id, to: &output)
        output.append(",\"params\":")
        try MessagesBody.write(request, to: &output, &context, envelope: .batches)
        output.append("}")
    }
}
