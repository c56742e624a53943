// SPDX-License-Identifier: Apache-2.0

// Sampling and other single-valued settings of a request, as one table of places.

import JSONLCodec

/// The settings that a provider may or may not have a place for.
enum Setting: UInt8, CaseIterable, Sendable {
    case maxOutputTokens, temperature, topP, topK, seed, choiceCount
    case presencePenalty, frequencyPenalty, logprobs, topLogprobs, logitBias
    /// `parallel_tool_calls: false`, or Anthropic's `disable_parallel_tool_use: true`.
    case parallelToolCalls
    /// The end user's id.
    case user
    /// How long answers are to be, in OpenAI's words.
    case verbosity
}

/// Which settings a record has, and where.
struct Settings {
    private var places = [14 of UInt32](repeating: .max)
    /// The temperature is over the target's limit and is written as 1.
    var isTemperatureClamped = false

    init() {}

    /// The value of a setting, or nil where the record has none or a neutral one.
    subscript(setting: Setting) -> NodeID? {
        get {
            let place = places[Int(setting.rawValue)]
            return place == .max ? nil : NodeID(place)
        }
        set { places[Int(setting.rawValue)] = newValue?.position ?? .max }
    }
}

/// A set of settings.
struct SettingSet: OptionSet, Sendable {
    let rawValue: UInt16

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The set of the settings listed.
    init(_ settings: Setting...) {
        rawValue = settings.reduce(0) { $0 | 1 << UInt16($1.rawValue) }
    }

    /// Whether a setting is in the set.
    func contains(_ setting: Setting) -> Bool { rawValue >> setting.rawValue & 1 == 1 }
}

/// How much a model is to think: as the source says it, or (after the rules) as the target does.
struct ReasoningSettings {
    /// The names of efforts, in order.
    enum Effort: UInt8, Comparable, Sendable {
        case none, minimal, low, medium, high, xhigh, max

        static func < (left: Effort, right: Effort) -> Bool {
            left.rawValue < right.rawValue
        }

        /// The name as it is spelled on the wire.
        var name: StaticString {
            switch self {
            case .none: "none"
            case .minimal: "minimal"
            case .low: "low"
            case .medium: "medium"
            case .high: "high"
            case .xhigh: "xhigh"
            case .max: "max"
            }
        }
    }

    /// The effort asked for, or nil.
    var effort: Effort?
    /// The member that holds the effort.
    var effortNode: NodeID?
    /// The thinking budget in tokens; 0 switches thinking off.
    var budget: Int?
    /// The member that holds the budget as a number, or nil for `disabled`.
    var budgetNode: NodeID?
    /// The member that an approximated budget is reported at: Claude's `thinking` object,
    /// Gemini's `thinkingBudget`.
    var thinkingNode: NodeID?
    /// Gemini's `includeThoughts` where it is true.
    var includeThoughts: NodeID?

    init() {}
}
