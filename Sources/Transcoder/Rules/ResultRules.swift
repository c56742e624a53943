// SPDX-License-Identifier: Apache-2.0

// Fits a response to what the target can express: the rules that all writers of results share.

import JSONLCodec

/// What the results of a dialect can and cannot carry.
struct ResultTraits: Sendable {
    /// Which ids calls must have; nil where a call needs none.
    var toolCallID: IDRule?
    /// A result holds one answer only.
    var takesOneChoice: Bool
}

/// The rules between the reader of a result and the writer.
enum ResultRules {
    /// Fits a response to a target.
    static func apply(
        _ traits: ResultTraits, to response: inout Response, _ context: inout RecordContext
    ) {
        if traits.takesOneChoice, response.choices.count > 1 {
            for choice in response.choices.dropFirst() {
                context.lose(.candidatesDropped, at: choice.node)
            }
            response.choices.removeLast(response.choices.count - 1)
        }
        var numbering = ToolCallNumbering()
        for index in response.choices.indices {
            for position in response.choices[index].parts {
                guard case .toolCall(var call) = response.parts[position] else { continue }
                // Answers that call tools end for that reason, whatever the source says (H21).
                response.choices[index].finish = .toolUse
                guard let rule = traits.toolCallID else { continue }
                if let id = call.id, context.accepts(id: id, by: rule) { continue }
                if call.id == nil || call.id?.isEmpty == true {
                    context.lose(.toolIDSynthesized, at: call.node)
                } else {
                    context.lose(.toolIDRewritten, at: call.idNode ?? call.node)
                }
                call.id = numbering.next(&context) { response.hasToolCall($0, $1) }
                response.parts[position] = .toolCall(call)
            }
        }
    }
}

/// Makes up ids for tool calls: `call_1`, `call_2`, … without those that are taken (H10).
struct ToolCallNumbering {
    private var counter = 0

    init() {}

    /// The next id, in scratch memory.
    mutating func next(
        _ context: inout RecordContext, isTaken: (Text, borrowing RecordContext) -> Bool
    ) -> Text {
        while true {
            counter += 1
            let number = counter
            let id = context.makeText {
                $0.append("call_")
                $0.append(decimal: number)
            }
            if !isTaken(id, context) { return id }
        }
    }
}

extension Response {
    /// Whether some call has an id.
    fileprivate func hasToolCall(_ id: Text, _ context: borrowing RecordContext) -> Bool {
        for part in parts {
            if case .toolCall(let call) = part, let other = call.id, context.isSame(other, id) {
                return true
            }
        }
        return false
    }
}
