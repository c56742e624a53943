// SPDX-License-Identifier: Apache-2.0

// What a record means, in no provider's words.

/// A request and the answer to it.
struct Conversation {
    /// Who a turn belongs to.
    enum Role {
        case user, assistant
        /// The results of tools; some formats count them as the user's.
        case tool
    }

    /// One part of a turn.
    enum Part {
        case text(TextRange)
        case image(subtype: String, base64: TextRange)
        case call(ToolCall)
        case result(of: ToolCall, text: TextRange)
    }

    struct Turn {
        var role: Role
        var parts: [Part]
    }

    /// What the sampling is asked to be.
    struct Settings {
        var tokenLimit = 0
        /// In hundredths, as `topP`.
        var temperature: Int?
        var topP: Int?
        var stopSequences: [TextRange] = []
    }

    /// Why an answer ended.
    enum Finish {
        case end, length, tools
    }

    struct Answer {
        var parts: [Part] = []
        var finish = Finish.end
        var inputTokens = 0
        var outputTokens = 0
        /// Letters that the ids of answers end in.
        var token = 0..<0
        /// In seconds since 1970.
        var created = 0
        var milliseconds = 0
    }

    var id = 0..<0
    var system: TextRange?
    var turns: [Turn] = []
    var settings = Settings()
    var tools: [Tool] = []
    var answer = Answer()
}

/// A call of a tool.
struct ToolCall {
    var id: TextRange
    var name: TextRange
    var arguments: JSONValue
}
