// SPDX-License-Identifier: Apache-2.0

// Why a model stopped, in one vocabulary that holds what every provider tells apart.

/// The reasons for the end of an answer.
///
/// Source: docs/LOSSES.md, "Finish reasons".
enum FinishReason: Sendable {
    case endTurn, stopSequence, toolUse, maxTokens, contextWindow
    case contentFiltered, guardrail, refusal
    case malformedToolUse, malformedOutput
    /// Anthropic's `pause_turn`.
    case pauseTurn
    /// Gemini's reasons that say little, a reason that is absent, and names nobody knows.
    case unknown
}
