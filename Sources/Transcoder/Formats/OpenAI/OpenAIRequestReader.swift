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
        try check(endpoint: url ?? path, body, &context)
        guard let body else { throw .missing("body", in: .root) }
        try ChatBody.read(body, into: &request, &context)
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

    /// Checks that the line is for chat completions; without an endpoint the body decides.
    private static func check(
        endpoint: NodeID?, _ body: NodeID?, _ context: inout RecordContext
    ) throws(RecordError) {
        guard let endpoint else {
            if let body { try requireChat(body, context) }
            return context.lose(.endpointAssumed, target: "url")
        }
        try context.requireString(endpoint)
        var isChat = context.view.interior(endpoint).isChatPath
        if !isChat, context.view.hasEscapes(endpoint) {
            var plain = ByteBuffer(capacity: 64)
            plain.append(unescaping: context.view.interior(endpoint))
            isChat = plain.view.isChatPath
        }
        guard isChat else {
            throw RecordError(
                .endpointUnsupported, at: endpoint, "only chat completions can be converted")
        }
    }

    /// Refuses bodies of other endpoints, which name their input in another way.
    private static func requireChat(
        _ body: NodeID, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var other: NodeID?
        for (key, _) in context.view.members(body) {
            if context.string(key, is: "messages") { return }
            if context.string(key, is: "input") || context.string(key, is: "prompt") { other = key }
        }
        if let other {
            throw RecordError(
                .endpointUnsupported, at: other, "only chat completions can be converted")
        }
    }
}

extension ByteView {
    /// Whether it is `/chat/completions`, with or without a version in front (ruling G8).
    fileprivate var isChatPath: Bool {
        if self == "/v1/chat/completions" || self == "/chat/completions" { return true }
        guard starts(with: "/v") else { return false }
        let rest = slice(2, count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return false }
        return rest.slice(0, slash).isDigits
            && rest.slice(slash, rest.count) == "/chat/completions"
    }
}
