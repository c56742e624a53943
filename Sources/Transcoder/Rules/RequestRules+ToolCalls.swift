// SPDX-License-Identifier: Apache-2.0

// The rules of tool calls in a conversation: which result answers which call, and their ids.

import JSONLCodec

/// A call of the conversation and how the target will name it.
struct CallLink {
    /// The place of the call in ``Request/parts``.
    let part: Int
    /// The id of the source, or nil.
    let sourceID: Text?
    /// The name of the source.
    let name: Text
    var isAnswered = false
    /// The id for the target.
    var id: Text?
}

extension RequestRules {
    /// Finds the call that each tool result answers (H10).
    ///
    /// - Throws: `tool_result.orphan` where there is none before it.
    static func linkToolResults(
        _ request: inout Request, _ context: borrowing RecordContext
    ) throws(RecordError) {
        for index in request.parts.indices {
            guard case .toolCall(var call) = request.parts[index] else { continue }
            if call.id?.isEmpty == true {
                call.id = nil
                request.parts[index] = .toolCall(call)
            }
            request.calls.append(CallLink(part: index, sourceID: call.id, name: call.name))
        }
        // Results that name an id come first, so that those without get what is left.
        try linkToolResults(haveIDs: true, &request, context)
        try linkToolResults(haveIDs: false, &request, context)
    }

    private static func linkToolResults(
        haveIDs: Bool, _ request: inout Request, _ context: borrowing RecordContext
    ) throws(RecordError) {
        for index in request.parts.indices {
            guard case .toolResult(var result) = request.parts[index],
                (result.callID?.isEmpty == false) == haveIDs
            else { continue }
            guard let link = link(for: result, at: index, request, context) else {
                throw RecordError(
                    .toolResultOrphan, at: result.node,
                    "no earlier tool call is answered by this result")
            }
            request.calls[link].isAnswered = true
            result.link = link
            request.parts[index] = .toolResult(result)
        }
    }

    /// The call that a result answers: the latest of that id, or the first open one of that name.
    private static func link(
        for result: ToolResult, at part: Int, _ request: Request,
        _ context: borrowing RecordContext
    ) -> Int? {
        guard let id = result.callID, !id.isEmpty else {
            guard let name = result.name else { return nil }
            return request.calls.indices.first { index in
                let call = request.calls[index]
                return call.part < part && !call.isAnswered && context.isSame(call.name, name)
            }
        }
        var answered: Int?
        for index in request.calls.indices.reversed() {
            let call = request.calls[index]
            guard call.part < part, let callID = call.sourceID, context.isSame(callID, id) else {
                continue
            }
            if !call.isAnswered { return index }
            answered = answered ?? index
        }
        return answered
    }

    /// Gives every call an id that the target accepts, and every result the id of its call.
    static func settleToolCallIDs(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) {
        guard !request.calls.isEmpty else { return }
        var numbering = ToolCallNumbering()
        for index in request.calls.indices {
            guard case .toolCall(var call) = request.parts[request.calls[index].part] else {
                continue
            }
            if let id = call.id, context.accepts(id: id, by: target.toolCallID) {
                request.calls[index].id = id
                continue
            }
            if call.id == nil, !target.needsToolCallIDs { continue }
            if let known = knownID(of: index, request, context) {
                request.calls[index].id = known
            } else {
                request.calls[index].id = numbering.next(&context) { id, context in
                    request.calls.contains { call in
                        call.sourceID.map { context.isSame($0, id) } ?? false
                    }
                }
                if call.id == nil {
                    context.lose(.toolIDSynthesized, at: call.node)
                } else {
                    context.lose(.toolIDRewritten, at: call.idNode ?? call.node)
                }
            }
            call.id = request.calls[index].id
            request.parts[request.calls[index].part] = .toolCall(call)
        }
        for index in request.parts.indices {
            guard case .toolResult(var result) = request.parts[index] else { continue }
            result.callID = request.calls[result.link].id
            result.name = request.calls[result.link].name
            request.parts[index] = .toolResult(result)
        }
    }

    /// The new id of an earlier call with the same id: one map holds for the whole record.
    private static func knownID(
        of index: Int, _ request: Request, _ context: borrowing RecordContext
    ) -> Text? {
        guard let id = request.calls[index].sourceID else { return nil }
        for earlier in request.calls[..<index] {
            if let other = earlier.sourceID, context.isSame(other, id) { return earlier.id }
        }
        return nil
    }
}

extension IDRule {
    /// Whether an id, as the inside of a JSON string, may stay as it is.
    func accepts(_ id: ByteView) -> Bool {
        switch self {
        case .any: return id.count > 0
        case .bedrock: return id.count <= 64 && id.consistsOfLetters(and: "_.:-")
        case .anthropic: return id.consistsOfLetters(and: "_-")
        }
    }
}

extension ByteView {
    /// Whether there are only ASCII letters, digits and some other characters; not for nothing.
    func consistsOfLetters(and extra: StaticString) -> Bool {
        for index in 0..<count where !self[index].isLetterOrDigit {
            guard extra.contains(self[index]) else { return false }
        }
        return count > 0
    }
}

extension UInt8 {
    /// An ASCII letter or digit.
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension StaticString {
    /// Whether a byte is among those of the literal.
    func contains(_ byte: UInt8) -> Bool {
        ByteView(self).firstIndex(of: byte) != nil
    }
}
