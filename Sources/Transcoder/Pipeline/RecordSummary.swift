// SPDX-License-Identifier: Apache-2.0

// What one record says about itself, in values that outlive its line.

import JSONLCodec

/// Why an answer ended, in words that every provider's reasons have a place in.
public enum AnswerEnd: String, Sendable, CaseIterable {
    /// The model had said all, or met a stop sequence.
    case stop
    /// The answer was cut at the token limit.
    case length
    /// The model called tools.
    case toolCalls = "tool_calls"
    /// The answer was filtered or refused.
    case contentFilter = "content_filter"
    /// A reason that says little, or none at all.
    case other

    init(_ reason: FinishReason) {
        self =
            switch reason {
            case .endTurn, .stopSequence: .stop
            case .maxTokens, .contextWindow: .length
            case .toolUse: .toolCalls
            case .contentFiltered, .guardrail, .refusal: .contentFilter
            case .malformedToolUse, .malformedOutput, .pauseTurn, .unknown: .other
            }
    }
}

/// The tokens of one answer; input includes what the cache gave or took, output reasoning.
public struct TokenUsage: Sendable, Hashable {
    /// Tokens of the prompt.
    public var input = 0
    /// Tokens of the answer.
    public var output = 0
    /// Tokens of the prompt that the cache gave or took.
    public var cached = 0
    /// Tokens of the answer that were spent on thinking.
    public var reasoning = 0

    /// No tokens.
    public init() {}

    init(_ usage: Usage) {
        input = usage.input.value
        output = usage.output.value
        cached = (usage.cacheRead?.value ?? 0) + (usage.cacheWrite?.value ?? 0)
        reasoning = usage.reasoning?.value ?? 0
    }

    /// Adds the tokens of another answer.
    public static func += (left: inout TokenUsage, right: TokenUsage) {
        left.input += right.input
        left.output += right.output
        left.cached += right.cached
        left.reasoning += right.reasoning
    }

    /// Takes the tokens of an answer away that does not count any more.
    public static func -= (left: inout TokenUsage, right: TokenUsage) {
        left.input -= right.input
        left.output -= right.output
        left.cached -= right.cached
        left.reasoning -= right.reasoning
    }
}

/// What one record says about itself.
public struct RecordSummary: Sendable {
    /// The physical line, counted from 1.
    public let line: Int
    /// Where in its block the line begins, without a byte order mark.
    public let offset: Int
    /// The bytes of the line, without its line feed.
    public let byteCount: Int
    /// The format, or nil where the line is of none that is known.
    public internal(set) var format: FormatID?
    /// Request or result, or nil where that cannot be told.
    public internal(set) var kind: RecordKind?
    /// The id, or nil where the record has none.
    public internal(set) var id: String?
    /// The byte of the line where the id stands, counted from 1.
    public internal(set) var idColumn = 1
    /// A result without anything around it, of which only its place tells what it answers.
    public internal(set) var isBare = false
    /// The model that is asked, or that has answered.
    public internal(set) var model: String?
    /// The most tokens that all answers to a request may have, where it says so.
    public internal(set) var maxOutputTokens: Int?
    /// What the request means that a result repeats, where the scanner was asked for it.
    package internal(set) var echo: UInt64?
    /// How many vectors a request asks for, where it asks for any.
    public internal(set) var embeddingInputs: Int?
    /// Why the answer ended; nil where there is none.
    ///
    /// Of several answers the one that went worst counts.
    public internal(set) var end: AnswerEnd?
    /// The tokens of a result, where it says so.
    public internal(set) var usage: TokenUsage?
    /// Why there is no answer: the HTTP status, `expired`, `canceled`, `blocked`, `no_body`, or
    /// the code of the fault.
    ///
    /// This is the one definition of a failed result: an error is set, the status is 400 or
    /// more, there is no body, the prompt was blocked, or the record cannot be read.
    public internal(set) var failure: String?
    /// What makes the record unreadable.
    public internal(set) var fault: Diagnostic?

    init(line: Int, offset: Int, byteCount: Int) {
        self.line = line
        self.offset = offset
        self.byteCount = byteCount
    }
}
