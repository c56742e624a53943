// SPDX-License-Identifier: Apache-2.0

// What only one family of bodies can say, for the table of pairs: members that readers know and no
// capability stands for.

/// A concept of one family, and what becomes of it elsewhere.
struct FamilySaying {
    let concept: String
    let code: String
    let isRefused: Bool
    /// OpenAI's other dialect takes it, too.
    let isShared: Bool

    static func lost(
        _ concept: String, _ code: LossCode, isShared: Bool = false
    ) -> FamilySaying {
        FamilySaying(
            concept: concept, code: code.rawValue, isRefused: false, isShared: isShared)
    }

    static func refused(
        _ concept: String, _ code: ErrorCode, isShared: Bool = false
    ) -> FamilySaying {
        FamilySaying(
            concept: concept, code: code.rawValue, isRefused: true, isShared: isShared)
    }
}

extension BodyFamily {
    /// What OpenAI's two dialects both say.
    private static let sayingsOfOpenAI: [FamilySaying] = [
        .refused("uploaded files", .contentRemoteURL),
        .lost("refusals in the history", .refusalAsText, isShared: true),
        .lost("refusals in results of tools and system texts", .refusalAsText),
        .lost(
            "arguments of calls that are no JSON object", .toolArgumentsInvalid, isShared: true),
        .lost("keys of the prompt cache", .cacheDropped, isShared: true),
        .lost("the identifier for safety", .safetyDropped, isShared: true),
    ]

    /// What bodies of this family say that those of others cannot.
    var sayings: [FamilySaying] {
        switch self {
        case .converse:
            [
                .refused("calls and results of built-in tools", .unsupportedTool),
                .refused("search results, and other blocks of its own", .unsupportedBlock),
                .refused("media at S3", .contentRemoteURL),
                .lost("guardrails, and guarded content", .safetyDropped),
                .lost(
                    "performance, service tier, variables of prompts, and fields for the model",
                    .paramDropped),
            ]
        case .nova: [.refused("media at S3", .contentRemoteURL)]
        case .prompt: []
        case .messages:
            [
                .refused("built-in tools", .unsupportedTool),
                .refused("uploaded files", .contentRemoteURL),
                .refused("search results, and other blocks of its own", .unsupportedBlock),
                .lost("service tier, containers, and settings of its own", .paramDropped),
            ]
        case .chat:
            [
                .refused("custom and built-in tools", .unsupportedTool),
                .refused("answers in sound", .unsupportedModality),
            ] + Self.sayingsOfOpenAI + [
                .lost("service tier, search on the web, and predictions", .paramDropped)
            ]
        case .responses:
            [
                .refused("built-in tools", .unsupportedTool),
                .refused("parts of the prompt that are kept in an account", .unsupportedBlock),
            ] + Self.sayingsOfOpenAI + [
                .lost(
                    "phases, truncation, background, the number of tool calls, things to include",
                    .paramDropped)
            ]
        case .generateContent:
            [
                .refused("built-in tools, and parts of its own", .unsupportedBlock),
                .refused("built-in tools", .unsupportedTool),
                .refused("cached content", .unsupportedBlock),
                .refused("answers in sound or pictures", .unsupportedModality),
                .refused("uploaded files", .contentRemoteURL),
                .lost("safety settings", .safetyDropped),
                .lost("signatures of thoughts on texts and calls", .reasoningDropped),
                .lost("settings of its own", .paramDropped),
            ]
        }
    }
}
