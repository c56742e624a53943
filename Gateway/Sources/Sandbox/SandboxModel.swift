// SPDX-License-Identifier: Apache-2.0

// The rule by which emulated models answer.

import Foundation

/// What an emulated model says to a conversation.
///
/// It repeats the last text of the user. A text with `fail:400` (or another status) is refused with
/// that status; one with `call:` calls the first tool, if there is one; one with `length:` is cut.
struct SandboxModel {
    let text: String
    let failure: Int?
    let tool: String?
    let isCut: Bool
    let inputTokens: Int
    var outputTokens: Int { Self.words(in: text) }

    /// - Parameters:
    ///   - texts: All texts of the conversation.
    ///   - last: The last one of the user.
    ///   - tools: The names of the tools.
    init(texts: [String], last: String, tools: [String]) {
        text = "Echo: \(last)"
        inputTokens = texts.reduce(0) { $0 + Self.words(in: $1) }
        failure = last.firstRange(of: "fail:").flatMap { Int(last[$0.upperBound...].prefix(3)) }
        tool = last.contains("call:") ? tools.first : nil
        isCut = last.contains("length:")
    }

    /// Tokens are words here.
    private static func words(in text: String) -> Int {
        max(1, text.split { $0.isWhitespace }.count)
    }

    /// All texts below a value, under the names that dialects give them.
    static func texts(in value: Any?) -> [String] {
        switch value {
        case let text as String: [text]
        case let list as [Any]: list.flatMap { texts(in: $0) }
        case let object as [String: Any]:
            ["text", "content", "parts"].flatMap { texts(in: object[$0]) }
        default: []
        }
    }
}
