// SPDX-License-Identifier: Apache-2.0

// OpenAI has two spellings of conversations that differ in little: where, their writers are told.

/// The dialects of OpenAI's conversations.
enum OpenAIDialect {
    /// That of `/v1/chat/completions`.
    case chat
    /// That of `/v1/responses`.
    case responses

    /// What is about a function stands in a member `function` of its own, not beside `type`.
    var nestsFunctions: Bool { self == .chat }
}
