// SPDX-License-Identifier: Apache-2.0

// Writes a line of a request file of Vertex AI.

import JSONLCodec

/// Writes Gemini requests for Vertex AI: a column for the id, which comes back, and the request.
enum VertexRequestWriter: RequestWriting {
    static let capabilities: Capabilities = {
        var capabilities = GenerateContentBody.capabilities
        capabilities.metadata = .labelColumns
        return capabilities
    }()

    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        let start = output.count
        context.leavesOutEmptyObjects = true
        output.append("{\"custom_id\":")
        context.write(id: request.id, to: &output)
        output.append(",\"request\":")
        try GenerateContentBody.write(request, to: &output, &context)
        output.append("}")
        guard request.holdsOpaqueJSON else { return }
        // What stands inside of values that are only copied decides here, too.
        context.isUnique = true
        context.holdsCopiedJSON = true
        try VertexImporter.check(output.view.slice(start, output.count), of: request, &context)
    }
}

extension Request {
    /// JSON of the source stands in the body, whose depth and names nobody has looked at.
    fileprivate var holdsOpaqueJSON: Bool {
        if !tools.isEmpty || !calls.isEmpty || !extras.isEmpty { return true }
        if case .schema = responseFormat { return true }
        return false
    }
}
