// SPDX-License-Identifier: Apache-2.0

// Reads the request lines of OpenAI batch files: the envelope and its endpoint.

import JSONLCodec

/// Reads OpenAI's requests.
enum OpenAIRequestReader: RequestReading {
    static func read(
        into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var body: NodeID?
        var url: NodeID?
        var path: NodeID?
        var members = try MemberReader(.root, OpenAITerms.request, context.view)
        while let member = try members.next() {
            switch member.name {
            case .customID: request.id = try context.recordID(member.value)
            case .method: try check(method: member.value, context)
            case .url: url = member.value
            case .path: path = member.value
            case .body: body = member.value
            case nil: context.drop(member.value)
            }
        }
        if url != nil, let path { context.drop(path) }
        let endpoint = try endpoint(of: url ?? path, body, &context)
        guard let body else { throw .missing("body", in: .root) }
        switch endpoint {
        case .chat: try ChatBody.read(body, into: &request, &context)
        case .responses: try ResponsesBody.read(body, into: &request, &context)
        case .embeddings: try EmbeddingsBody.read(body, into: &request, &context)
        }
    }

    private static func check(
        method: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) {
        try context.requireString(method)
        let isPost = context.string(method, is: "POST") || context.string(method, is: "post")
        guard isPost else {
            throw RecordError(.endpointUnsupported, at: method, "batches only take POST")
        }
    }

    /// What the body is: as the endpoint says, else as its own members do.
    private static func endpoint(
        of path: NodeID?, _ body: NodeID?, _ context: inout RecordContext
    ) throws(RecordError) -> OpenAIEndpoint {
        if let path {
            try context.requireString(path)
            guard let endpoint = OpenAIEndpoint(path: path, context.view) else {
                throw .endpoint(path)
            }
            return endpoint
        }
        context.lose(.endpointAssumed, target: "url")
        guard let body else { return .chat }
        guard let endpoint = OpenAIEndpoint(input: body, context.view) else {
            throw .endpoint(body)
        }
        return endpoint
    }
}

extension RecordError {
    fileprivate static func endpoint(_ node: NodeID) -> RecordError {
        RecordError(
            .endpointUnsupported, at: node,
            "only chat completions, responses and embeddings can be converted")
    }
}
