// SPDX-License-Identifier: Apache-2.0

// The two things that batches are made for, and how a body shows which of them it is.

import JSONLCodec

/// What a record asks of a provider, or answers.
///
/// Readers find it out; a format that knows several has writers for each.
enum Operation: Sendable {
    /// A conversation.
    case chat
    /// Vectors for texts.
    case embeddings
}

/// Tells a body of a conversation from one of embeddings by the members that only one of them has.
///
/// An empty member says nothing beside one of the other operation (ruling H13).
struct OperationMarks {
    private var hasConversation = false
    private var holdsConversation = false
    private var hasEmbedding = false
    private var holdsEmbedding = false

    init() {}

    /// Notes a member that conversations have.
    mutating func note(conversation value: NodeID, _ view: JSONView) {
        hasConversation = true
        if !Self.isEmpty(value, view) { holdsConversation = true }
    }

    /// Notes a member that embeddings have.
    mutating func note(embedding value: NodeID, _ view: JSONView) {
        hasEmbedding = true
        if !Self.isEmpty(value, view) { holdsEmbedding = true }
    }

    /// Whether the body is one of embeddings.
    var isEmbedding: Bool {
        hasConversation ? holdsEmbedding && !holdsConversation : hasEmbedding
    }

    private static func isEmpty(_ value: NodeID, _ view: JSONView) -> Bool {
        let kind = view.kind(value)
        return (kind == .array || kind == .object) && view.isEmpty(value)
    }
}
