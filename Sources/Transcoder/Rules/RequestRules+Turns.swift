// SPDX-License-Identifier: Apache-2.0

// The rules of conversations: who speaks first, what may be empty, what stands before what.

import JSONLCodec

extension RequestRules {
    /// Fits the turns of a request; merging of neighbours has happened while reading.
    static func fitTurns(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        guard let first = request.turns.first, let last = request.turns.last else {
            throw RecordError(.contentEmpty, at: request.messages, "there is no message")
        }
        if target.firstTurnIsUser, first.role == .assistant {
            throw RecordError(
                .firstNotUser, at: first.node, "the first message must be the user's")
        }
        for turn in request.turns {
            try fitParts(of: turn, target, &request, &context)
            fitOrder(of: turn, target, &request, &context)
        }
        if last.role == .assistant { context.lose(.messagesPrefill, at: last.lastNode) }
    }

    /// Takes away what the target has no place for, and texts that say nothing.
    private static func fitParts(
        of turn: Turn, _ target: Capabilities, _ request: inout Request,
        _ context: inout RecordContext
    ) throws(RecordError) {
        var hasContent = false
        var emptyText: NodeID?
        for index in turn.parts {
            switch request.parts[index] {
            case .text(let text):
                if text.isRefusal, !target.family.isOpenAI {
                    context.lose(.refusalAsText, at: text.node)
                }
                if let signature = text.signature, target.family != .generateContent {
                    context.lose(.reasoningDropped, at: signature)
                }
                if text.text.isEmpty {
                    emptyText = emptyText ?? text.node
                    request.parts[index] = .removed
                } else {
                    hasContent = true
                }
            case .reasoning(let reasoning):
                if reasoning.family == target.keepsReasoningOf {
                    hasContent = true
                } else {
                    context.lose(.reasoningDropped, at: reasoning.node)
                    request.parts[index] = .removed
                }
            case .cachePoint(let point):
                if !target.keepsCachePoints {
                    context.lose(.cacheDropped, at: point.node)
                    request.parts[index] = .removed
                }
            case .toolCall(let call):
                hasContent = true
                if let signature = call.signatureNode, target.family != .generateContent {
                    context.lose(.reasoningDropped, at: signature)
                }
            case .toolResult(let result):
                hasContent = true
                if result.isError, !target.keepsErrorStatus, let node = result.statusNode {
                    context.lose(.paramDropped, at: node)
                }
                fitResult(result, at: index, target, &request)
            case .media:
                hasContent = true
            case .removed:
                break
            }
        }
        guard hasContent else {
            throw RecordError(.contentEmpty, at: emptyText ?? turn.node, "the turn is empty")
        }
    }

    /// Drops empty texts from a tool result, where the target refuses them (H7, I16).
    private static func fitResult(
        _ result: ToolResult, at index: Int, _ target: Capabilities, _ request: inout Request
    ) {
        let isAlone = result.content.count == 1
        let isRefused =
            switch target.family {
            case .converse, .nova: true
            case .messages: !isAlone
            default: false
            }
        guard isRefused else { return }
        var end = result.content.lowerBound
        for position in result.content {
            if case .text(let text) = request.toolResultParts[position], text.text.isEmpty {
                continue
            }
            request.toolResultParts[end] = request.toolResultParts[position]
            end += 1
        }
        guard end < result.content.upperBound else { return }
        var fitted = result
        fitted.content = result.content.lowerBound..<end
        request.parts[index] = .toolResult(fitted)
    }

    /// Moves parts that the target wants in another place, and reports each.
    private static func fitOrder(
        of turn: Turn, _ target: Capabilities, _ request: inout Request,
        _ context: inout RecordContext
    ) {
        switch turn.role {
        case .user:
            guard target.resultsComeFirst else { return }
            moveForward(of: turn, &request, &context) { part in
                if case .toolResult = part { true } else { false }
            }
        case .assistant:
            guard target.textComesBeforeCalls else { return }
            moveForward(of: turn, &request, &context) { part in
                if case .toolCall = part { false } else { true }
            }
        }
    }

    private static func isOutOfOrder(
        _ turn: Turn, _ request: Request, _ isFirst: (Part) -> Bool
    ) -> Bool {
        var hasOther = false
        for index in turn.parts {
            switch request.parts[index] {
            case .removed, .cachePoint: continue
            case let part where isFirst(part): if hasOther { return true }
            default: hasOther = true
            }
        }
        return false
    }

    /// Moves the parts of a kind in front of the others, each group in its order.
    ///
    /// What is reported is the text, wherever it stood: before the results or after the calls. A
    /// cache point stays behind the part that it marks.
    private static func moveForward(
        of turn: Turn, _ request: inout Request, _ context: inout RecordContext,
        _ isFirst: (Part) -> Bool
    ) {
        guard isOutOfOrder(turn, request, isFirst) else { return }
        var first: [Part] = []
        var others: [Part] = []
        var isLastFirst = true
        var waiting: [NodeID] = []
        var displaced: [NodeID] = []
        for index in turn.parts {
            let part = request.parts[index]
            switch part {
            case .removed: continue
            case .cachePoint: break
            default: isLastFirst = isFirst(part)
            }
            guard isLastFirst else {
                others.append(part)
                if turn.role == .user, let node = part.contentNode { waiting.append(node) }
                continue
            }
            if !others.isEmpty, turn.role == .assistant, let node = part.contentNode {
                displaced.append(node)
            }
            displaced += waiting
            waiting.removeAll()
            first.append(part)
        }
        for node in displaced { context.lose(.contentReordered, at: node) }
        let ordered = first + others
        for (offset, index) in turn.parts.enumerated() {
            request.parts[index] = offset < ordered.count ? ordered[offset] : .removed
        }
    }
}

extension Part {
    /// The member of a text or of media, for losses about its place.
    fileprivate var contentNode: NodeID? {
        switch self {
        case .text(let text): text.node
        case .media(let media): media.node
        case .toolCall, .toolResult, .reasoning, .cachePoint, .removed: nil
        }
    }
}
