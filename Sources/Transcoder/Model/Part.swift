// SPDX-License-Identifier: Apache-2.0

// What turns are made of: text, media, tool calls and results, reasoning, cache points.

import JSONLCodec

/// One piece of a turn, in the order of the source.
enum Part {
    case text(TextPart)
    case media(Media)
    case toolCall(ToolCall)
    case toolResult(ToolResult)
    case reasoning(Reasoning)
    case cachePoint(CachePoint)
    /// A piece that a rule of the target took away; writers skip it.
    case removed
}

/// A piece of text.
struct TextPart {
    var text: Text
    /// The block, or the string itself, that losses are reported at.
    var node: NodeID
    /// A refusal of the model, which most targets can only carry as text.
    var isRefusal = false
    /// Citations that came with the text (results only): the member that holds them.
    var citations: NodeID?
    /// A signature on plain text, as newer Gemini models write: the `thoughtSignature` member.
    var signature: NodeID?

    init(_ text: Text, at node: NodeID) {
        self.text = text
        self.node = node
    }
}

/// A mark up to which a provider is to cache the prompt; it belongs to the part before it.
struct CachePoint {
    enum Lifetime { case standard, fiveMinutes, oneHour }
    var lifetime: Lifetime
    var node: NodeID

    init(_ lifetime: Lifetime, at node: NodeID) {
        self.lifetime = lifetime
        self.node = node
    }
}

/// A model's reasoning that was kept in the conversation, or came with a result.
struct Reasoning {
    /// Whose signatures these are: no provider accepts those of another.
    enum Family { case claude, gemini, openai }
    var family: Family
    /// The readable text; nil when it is redacted.
    var text: Text?
    /// The signature, or nil.
    var signature: Text?
    /// The member that holds the signature.
    var signatureNode: NodeID?
    /// The encrypted content that stands in place of text, or nil.
    var redacted: Text?
    var node: NodeID

    /// It is signed, by whoever.
    var isSigned: Bool { signature != nil || signatureNode != nil }

    /// Where the loss of its signature is reported: Claude's at the block, others where they
    /// stand (I-A4, H3).
    var signaturePlace: NodeID { (family == .claude ? nil : signatureNode) ?? node }

    init(_ family: Family, text: Text?, at node: NodeID) {
        self.family = family
        self.text = text
        self.node = node
    }
}

/// A call of a tool by the model.
struct ToolCall {
    /// The id, or nil; rules of the target may rewrite it.
    var id: Text?
    /// The member that holds the id.
    var idNode: NodeID?
    var name: Text
    var nameNode: NodeID
    var arguments: JSONPayload
    /// Gemini's `thoughtSignature` beside the call.
    var signatureNode: NodeID?
    var node: NodeID

    init(
        id: Text?, idNode: NodeID?, name: Text, nameNode: NodeID, arguments: JSONPayload,
        at node: NodeID
    ) {
        self.id = id
        self.idNode = idNode
        self.name = name
        self.nameNode = nameNode
        self.arguments = arguments
        self.node = node
    }
}

/// The answer to a tool call.
struct ToolResult {
    /// The id of the call; nil where the source answers by name (Gemini, OpenAI's `function`).
    var callID: Text?
    /// The name of the tool.
    ///
    /// Sources that answer by id leave it nil; the rules fill it in from the call.
    var name: Text?
    /// The content: a range of ``Request/toolResultParts``.
    var content: Range<Int>
    var isError = false
    /// The member that says whether it is an error.
    var statusNode: NodeID?
    /// The call that it answers: a place in ``Request/calls``, filled in by the rules.
    var link = 0
    var node: NodeID

    init(callID: Text?, name: Text?, content: Range<Int>, at node: NodeID) {
        self.callID = callID
        self.name = name
        self.content = content
        self.node = node
    }
}

/// One piece of a tool result.
enum ToolResultPart {
    case text(TextPart)
    case json(NodeID)
    case media(Media)
}
