// SPDX-License-Identifier: Apache-2.0

// The rules of settings: what a target lacks, what it limits, and how it is told to think.

import JSONLCodec

extension RequestRules {
    /// Drops settings that the target lacks and brings others inside its limits.
    static func fitSettings(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        for setting in Setting.allCases {
            guard let node = request.settings[setting] else { continue }
            if !target.settings.contains(setting) {
                context.lose(.paramDropped, at: node)
                request.settings[setting] = nil
            }
        }
        if let node = request.settings[.temperature], target.temperatureLimit == 1 {
            if context.view.isGreaterThanOne(node) {
                request.settings.isTemperatureClamped = true
                context.lose(.paramClamped, at: node)
            }
        }
        if target.seedIs32Bit, let node = request.settings[.seed] {
            if Int32(exactly: context.view.integer(node) ?? .max) == nil {
                context.lose(.paramDropped, at: node)
                request.settings[.seed] = nil
            }
        }
        if let limit = target.stopLimit, request.stops.count > limit, let node = request.stopNode {
            context.lose(limit == 0 ? .paramDropped : .paramTruncated, at: node)
            request.stops.removeLast(request.stops.count - limit)
        }
    }

    // MARK: - Reasoning

    /// Says how much the model is to think in the target's terms.
    static func fitReasoning(
        _ target: Capabilities, _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        // Gemini's -1 leaves the amount to the model, which is what saying nothing does.
        if request.reasoning.budget == -1 {
            request.reasoning.budget = nil
            switch target.reasoning {
            case .messages, .converse, .nova, .none: request.reasoning.includeThoughts = nil
            default: break
            }
        }
        switch target.reasoning {
        case .chat: fitReasoningForOpenAI(&request.reasoning, showsThoughts: false, &context)
        case .responses: fitReasoningForOpenAI(&request.reasoning, showsThoughts: true, &context)
        case .messages: try fitReasoningForClaude(&request, &context)
        case .converse: try fitReasoningForConverse(&request, &context)
        case .nova: fitReasoningForNova(&request.reasoning, &context)
        case .none: dropReasoning(&request.reasoning, &context)
        case .generateContent:
            if request.sourceFamily == .responses, let node = request.reasoning.includeThoughts,
                !context.string(node, is: "auto")
            {
                // How long a summary is to be, cannot be said there.
                context.lose(.paramApproximated, at: node)
            }
            fitReasoningForGemini(&request.reasoning, &context)
        }
    }

    private static func fitReasoningForOpenAI(
        _ reasoning: inout ReasoningSettings, showsThoughts: Bool, _ context: inout RecordContext
    ) {
        if let node = reasoning.includeThoughts, !showsThoughts {
            context.lose(.paramDropped, at: node)
        }
        guard let budget = reasoning.budget else { return }
        let node = reasoning.thinkingNode
        if reasoning.effort != nil {
            if let node { context.lose(.paramDropped, at: node) }
        } else {
            reasoning.effort = .init(budget: budget)
            if budget != 0, let node { context.lose(.paramApproximated, at: node) }
        }
        reasoning.budget = nil
    }

    /// Anthropic's own terms: an effort, and a budget that is at least 1024 and under the limit.
    private static func fitReasoningForClaude(
        _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        var reasoning = request.reasoning
        if let node = reasoning.includeThoughts, reasoning.effort == nil, reasoning.budget == nil {
            context.lose(.paramDropped, at: node)
        }
        reasoning.includeThoughts = nil
        if reasoning.effort == ReasoningSettings.Effort.none {
            reasoning.effort = nil
            reasoning.budget = reasoning.budget ?? 0
        }
        fitMinimalEffort(&reasoning, &context)
        if let node = reasoning.budgetNode, let budget = reasoning.budget, budget != 0,
            request.isBudgetGemini
        {
            reasoning.budget = try clamp(budget, at: node, request, &context)
        }
        request.reasoning = reasoning
    }

    private static func fitMinimalEffort(
        _ reasoning: inout ReasoningSettings, _ context: inout RecordContext
    ) {
        guard reasoning.effort == .minimal else { return }
        reasoning.effort = .low
        if let node = reasoning.effortNode { context.lose(.paramApproximated, at: node) }
    }

    /// A Gemini budget inside Claude's limits, or nil where there is no room (H8, I8).
    private static func clamp(
        _ budget: Int, at node: NodeID, _ request: Request, _ context: inout RecordContext
    ) throws(RecordError) -> Int? {
        var upper = Int.max
        if let limit = request.settings[.maxOutputTokens] {
            upper = try context.integer(limit) - 1
        }
        guard upper >= 1024 else {
            context.lose(.paramDropped, at: node)
            return nil
        }
        let clamped = min(max(budget, 1024), upper)
        if clamped != budget { context.lose(.paramClamped, at: node) }
        return clamped
    }

    /// Converse leaves reasoning to the model's family (H15).
    private static func fitReasoningForConverse(
        _ request: inout Request, _ context: inout RecordContext
    ) throws(RecordError) {
        switch context.family {
        case .claude, .unknown, .gemini25, .gemini3:
            if request.reasoning.effort == ReasoningSettings.Effort.none {
                request.reasoning.effort = nil
            }
            try fitReasoningForClaude(&request, &context)
        case .gptOSS:
            dropBudget(&request.reasoning, &context)
            if request.reasoning.effort == ReasoningSettings.Effort.none {
                request.reasoning.effort = nil
            }
            fitMinimalEffort(&request.reasoning, &context)
        case .nova, .nova2:
            dropReasoning(&request.reasoning, &context)
        }
    }

    /// Nova 2 has three efforts, and the Novas before it do not think (L2).
    private static func fitReasoningForNova(
        _ reasoning: inout ReasoningSettings, _ context: inout RecordContext
    ) {
        if context.family == .nova { return dropReasoning(&reasoning, &context) }
        if reasoning.effort != nil || reasoning.budget != nil { reasoning.includeThoughts = nil }
        fitReasoningForOpenAI(&reasoning, showsThoughts: false, &context)
        guard let effort = reasoning.effort else { return }
        let fitted: ReasoningSettings.Effort? =
            switch effort {
            case .none: nil
            case .minimal, .low: .low
            case .medium: .medium
            case .high, .xhigh, .max: .high
            }
        if let fitted, fitted != effort, let node = reasoning.effortNode {
            context.lose(.paramApproximated, at: node)
        }
        reasoning.effort = fitted
    }

    /// Drops what the target cannot be told; no thinking at all is what it does anyway.
    private static func dropReasoning(
        _ reasoning: inout ReasoningSettings, _ context: inout RecordContext
    ) {
        dropBudget(&reasoning, &context)
        if let node = reasoning.effortNode, reasoning.effort != ReasoningSettings.Effort.none {
            context.lose(.paramDropped, at: node)
        }
        reasoning.effort = nil
    }

    private static func dropBudget(
        _ reasoning: inout ReasoningSettings, _ context: inout RecordContext
    ) {
        if let node = reasoning.includeThoughts, reasoning.budget == nil, reasoning.effort == nil {
            context.lose(.paramDropped, at: node)
        }
        if let node = reasoning.thinkingNode, reasoning.budget != nil, reasoning.budget != 0 {
            context.lose(.paramDropped, at: node)
        }
        reasoning.budget = nil
    }

    /// Gemini 3 takes a level, Gemini 2.5 a budget; never both.
    private static func fitReasoningForGemini(
        _ reasoning: inout ReasoningSettings, _ context: inout RecordContext
    ) {
        if let budget = reasoning.budget, budget > 0 {
            // Claude shows what it thinks unless told otherwise; Gemini only when asked to.
            reasoning.includeThoughts = reasoning.includeThoughts ?? reasoning.thinkingNode
        }
        guard let effort = reasoning.effort, let node = reasoning.effortNode else { return }
        if reasoning.budget != nil {
            context.lose(.paramDropped, at: node)
            reasoning.effort = nil
            return
        }
        switch (context.family, effort) {
        case (.gemini3, .none):
            reasoning.effort = .minimal
            context.lose(.paramApproximated, at: node)
        case (.gemini3, .max):
            reasoning.effort = .xhigh
            context.lose(.paramApproximated, at: node)
        case (.gemini3, _):
            break
        case (_, .none):
            reasoning.effort = nil
            reasoning.budget = 0
        case (.gemini25, _):
            reasoning.effort = nil
            reasoning.budget = effort.budget
            context.lose(.paramApproximated, at: node)
        default:
            reasoning.effort = nil
            context.lose(.paramDropped, at: node)
        }
    }
}

extension ReasoningSettings.Effort {
    /// The effort nearest to a budget: the thresholds of Google's own OpenAI compatibility.
    init(budget: Int) {
        switch budget {
        case 0: self = .none
        case ...1024: self = .low
        case ...8192: self = .medium
        default: self = .high
        }
    }

    /// The budget that stands for an effort.
    var budget: Int {
        switch self {
        case .none: 0
        case .minimal, .low: 1024
        case .medium: 8192
        case .high, .xhigh, .max: 24576
        }
    }
}

extension Request {
    /// The budget was written for Gemini, whose bounds are others than Claude's.
    var isBudgetGemini: Bool { sourceFamily == .generateContent }
}

extension JSONView {
    /// Whether a number, in quotes or not, is over 1.
    fileprivate func isGreaterThanOne(_ node: NodeID) -> Bool {
        if isFraction(node) { return false }
        let lexeme = kind(node) == .string ? interior(node) : source(node)
        if let number = JSONNumber(lexeme: lexeme) { return number.isGreater(than: 1) }
        // Too many digits to be exact: what rounds to 1 is taken to be over it.
        return Double(lexeme.text).map { $0 >= 1 } ?? false
    }
}
