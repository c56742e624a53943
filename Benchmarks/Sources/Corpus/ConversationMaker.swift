// SPDX-License-Identifier: Apache-2.0

// Makes the conversations of a profile up.

/// Makes one conversation after the other, in memory that it keeps.
struct ConversationMaker {
    /// The streams that random draws come from: what one of them draws moves no other.
    private enum Stream: UInt64 {
        case tools = 1
        case descriptions, request, answer, spelling
    }

    private let profile: Profile
    private let seed: UInt64
    /// The texts of the latest conversation.
    private(set) var maker = TextMaker()

    init(_ profile: Profile, seed: UInt64) {
        self.profile = profile
        self.seed = seed
    }

    /// Makes a conversation.
    ///
    /// - Parameters:
    ///   - index: Which one, counted from 0.
    ///   - needsRequest: Whether the record shows the request: a picture that nobody sees would
    ///     only cost time.
    ///   - needsAnswer: Whether it shows the answer.
    /// - Returns: The conversation; its texts are in `maker` until the next call.
    mutating func make(_ index: Int, needsRequest: Bool, needsAnswer: Bool) -> Conversation {
        maker.removeAll()
        var conversation = Conversation()
        conversation.id = maker.text {
            $0.append("request-")
            $0.number(index, digits: 9)
        }
        if profile == .tools || profile == .toolsSame {
            makeTools(&conversation, profile == .toolsSame ? 0 : index, needsRequest)
        }
        if needsRequest {
            var random = stream(.request, index)
            makeRequest(&conversation, &random)
        }
        if needsAnswer {
            var random = stream(.answer, index)
            makeAnswer(&conversation, &random)
        }
        return conversation
    }

    /// How the record is spelled: six of ten as Python's `json.dumps` does, four compactly.
    func spelling(_ index: Int) -> JSONSpeller {
        var random = stream(.spelling, index)
        let isPython = random.happens(percent: 60)
        let spelling = Spelling(
            isSpaced: isPython, isASCII: isPython, isShuffled: profile == .shuffled)
        return JSONSpeller(spelling: spelling, random: random)
    }

    private func stream(_ stream: Stream, _ index: Int) -> SplitMix64 {
        SplitMix64(seed: seed, stream: stream.rawValue, index: index)
    }

    private mutating func makeTools(
        _ conversation: inout Conversation, _ index: Int, _ needsDescriptions: Bool
    ) {
        var random = stream(.tools, index)
        var descriptions = stream(.descriptions, index)
        for number in 0..<random.number(3...5) {
            var tool = Tool(number: number, &maker, &random)
            if needsDescriptions { tool.describe(&maker, &descriptions) }
            conversation.tools.append(tool)
        }
    }

    // MARK: - Requests

    private mutating func makeRequest(
        _ conversation: inout Conversation, _ random: inout SplitMix64
    ) {
        conversation.settings = settings(&random)
        switch profile {
        case .short, .shuffled:
            if random.happens(percent: 55) {
                conversation.system = maker.text {
                    $0.append("You answer briefly, like a ")
                    $0.words(3, &random)
                    $0.append(".")
                }
            }
            conversation.turns = [Conversation.Turn(role: .user, parts: [question(&random)])]
        case .long:
            conversation.system = maker.text { $0.essay(600, &random) }
            let count = random.number(1...4) * 2 + 1
            let length = random.number(7_500...13_500) / count
            for turn in 0..<count {
                let essay = maker.text { $0.essay(length, &random) }
                conversation.turns.append(
                    Conversation.Turn(
                        role: turn % 2 == 0 ? .user : .assistant, parts: [.text(essay)]))
            }
        case .tools, .toolsSame:
            makeToolTurns(&conversation, &random)
        case .image:
            let picture = image(&random)
            conversation.turns = [
                Conversation.Turn(role: .user, parts: [question(&random), picture])
            ]
        }
    }

    private func settings(_ random: inout SplitMix64) -> Conversation.Settings {
        var settings = Conversation.Settings()
        settings.tokenLimit = random.pick([128, 300, 512, 1000, 2048, 4096])
        if random.happens(percent: 65) { settings.temperature = random.number(0...20) * 5 }
        if random.happens(percent: 30) { settings.topP = random.pick([80, 90, 95]) }
        return settings
    }

    private mutating func question(_ random: inout SplitMix64) -> Conversation.Part {
        .text(
            maker.text {
                $0.words(random.number(6...20), isSentence: true, &random)
                $0.append("?")
                if random.happens(percent: 12) {
                    $0.append(" ")
                    $0.append(random.pick(Vocabulary.phrases))
                }
                if random.happens(percent: 6) { $0.append("\nAnswer with \"yes\" or \"no\".") }
            })
    }

    private mutating func image(_ random: inout SplitMix64) -> Conversation.Part {
        let isPNG = random.happens(percent: 50)
        let base64 = maker.text {
            // The first bytes of such files; whole groups of four digits.
            $0.append(isPNG ? "iVBORw0KGgoAAAAN" : "/9j/4AAQSkZJRgAB")
            $0.base64(random.number(900_000...1_150_000), &random)
        }
        return .image(subtype: isPNG ? "png" : "jpeg", base64: base64)
    }

    private mutating func makeToolTurns(
        _ conversation: inout Conversation, _ random: inout SplitMix64
    ) {
        conversation.system = maker.text {
            $0.append("Look things up before you answer. ")
            $0.words(18, isSentence: true, &random)
            $0.append(".")
        }
        conversation.settings.stopSequences =
            random.happens(percent: 20) ? [maker.text { $0.append("\n\nEND") }] : []
        conversation.turns.append(Conversation.Turn(role: .user, parts: [question(&random)]))
        for round in 0..<random.number(1...2) {
            var calls: [Conversation.Part] = []
            var results: [Conversation.Part] = []
            if random.happens(percent: 40) {
                calls.append(.text(maker.text { $0.words(9, isSentence: true, &random) }))
            }
            for number in 0..<random.number(1...3) {
                let call = call(conversation, "call_\(round)\(number)_", &random)
                calls.append(.call(call))
                results.append(.result(of: call, text: toolResult(&random)))
            }
            conversation.turns.append(Conversation.Turn(role: .assistant, parts: calls))
            conversation.turns.append(Conversation.Turn(role: .tool, parts: results))
        }
    }

    private mutating func call(
        _ conversation: Conversation, _ prefix: String, _ random: inout SplitMix64
    ) -> ToolCall {
        let tool = random.pick(conversation.tools)
        let id = maker.text {
            $0.append(prefix)
            $0.token(12, &random)
        }
        return ToolCall(id: id, name: tool.name, arguments: tool.arguments(&maker, &random))
    }

    /// What a tool says: JSON in a text, as most programs send it.
    private mutating func toolResult(_ random: inout SplitMix64) -> TextRange {
        maker.text {
            $0.append("{\"status\": \"ok\", \"place\": \"")
            $0.append(random.pick(Vocabulary.phrases))
            $0.append("\", \"minutes\": ")
            $0.number(random.number(10...99), digits: 2)
            $0.append(", \"note\": \"")
            $0.words(random.number(4...20), &random)
            $0.append("\\n\"}")
        }
    }

    // MARK: - Answers

    private mutating func makeAnswer(
        _ conversation: inout Conversation, _ random: inout SplitMix64
    ) {
        var answer = Conversation.Answer()
        switch profile {
        case .short, .shuffled:
            let text = maker.text {
                $0.words(random.number(5...24), isSentence: true, &random)
                $0.append(".")
            }
            answer.parts = [.text(text)]
        case .long:
            let text = maker.text { $0.essay(random.number(2_000...6_000), &random) }
            answer.parts = [.text(text)]
            answer.finish = random.happens(percent: 15) ? .length : .end
        case .tools, .toolsSame:
            if random.happens(percent: 40) {
                answer.parts.append(.text(maker.text { $0.words(9, isSentence: true, &random) }))
            }
            for number in 0..<random.number(1...3) {
                answer.parts.append(.call(call(conversation, "call_9\(number)_", &random)))
            }
            answer.finish = .tools
        case .image:
            answer.parts = [.text(maker.text { $0.essay(700, &random) })]
        }
        answer.inputTokens = random.number(20...4_000)
        answer.outputTokens = random.number(5...900)
        answer.token = maker.text { $0.token(24, &random) }
        answer.created = 1_760_000_000 + random.number(0...80_000)
        answer.milliseconds = random.number(180...9_000)
        conversation.answer = answer
    }
}
