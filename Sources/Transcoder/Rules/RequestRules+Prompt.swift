// SPDX-License-Identifier: Apache-2.0

// The rule of targets that take a prompt: one text of the user, and nothing beside it.

import JSONLCodec

extension RequestRules {
    /// Checks that a request is one turn of the user's text.
    ///
    /// Whatever else there is could only be put into a prompt by a template of the model, and
    /// none is made up (L6). What the texts hold, the writers check.
    static func requirePrompt(_ request: Request) throws(RecordError) {
        if let system = request.system.first {
            throw unfit(system.node, "the target takes one text and no system prompt")
        }
        if let tool = request.tools.first {
            throw unfit(tool.node, "the target takes one text and no tools")
        }
        for turn in request.turns where turn.role == .assistant {
            throw unfit(turn.node, "the target takes one text and no history")
        }
        for part in request.parts {
            switch part {
            case .text, .cachePoint, .removed: continue
            case .media(let media):
                throw unfit(media.node, "the target takes one text and no media")
            case .toolCall(let call):
                throw unfit(call.node, "the target takes one text and no tool calls")
            case .toolResult(let result):
                throw unfit(result.node, "the target takes one text and no tool results")
            case .reasoning(let reasoning):
                throw unfit(reasoning.node, "the target takes one text and no reasoning")
            }
        }
    }

    private static func unfit(_ node: NodeID, _ message: StaticString) -> RecordError {
        RecordError(.promptUnsupported, at: node, message)
    }
}
