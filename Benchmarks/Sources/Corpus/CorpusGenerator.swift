// SPDX-License-Identifier: Apache-2.0

// The records of a corpus, one after the other.

/// Makes the lines of a corpus.
///
/// ```swift
/// var generator = CorpusGenerator(CorpusPlan(.short, .request, .openai))
/// var file: [UInt8] = []
/// while file.count < 1_000_000 { generator.appendLine(to: &file) }
/// ```
public struct CorpusGenerator {
    private let plan: CorpusPlan
    private var maker: ConversationMaker

    /// The number of lines made so far.
    public private(set) var count = 0

    /// Starts at the first record of a corpus.
    public init(_ plan: CorpusPlan) {
        self.plan = plan
        maker = ConversationMaker(plan.profile, seed: plan.seed)
    }

    /// Appends the next record and a line feed.
    public mutating func appendLine(to lines: inout [UInt8]) {
        // Only Bedrock's results repeat the request.
        let conversation = maker.make(
            count, needsRequest: plan.kind == .request || plan.format == .bedrock,
            needsAnswer: plan.kind == .result)
        var speller = maker.spelling(count)
        speller.write(record(conversation), of: maker.maker.bytes, to: &lines)
        lines.append(UInt8(ascii: "\n"))
        count += 1
    }

    /// Whole lines of at least that many bytes.
    public static func lines(of plan: CorpusPlan, byteCount: Int) -> [UInt8] {
        var generator = CorpusGenerator(plan)
        var lines: [UInt8] = []
        lines.reserveCapacity(byteCount + byteCount / 8)
        while lines.count < byteCount { generator.appendLine(to: &lines) }
        return lines
    }

    private func record(_ conversation: Conversation) -> JSONValue {
        switch (plan.kind, plan.format) {
        case (.request, .bedrock): BedrockRecord.request(conversation)
        case (.request, .openai): OpenAIRecord.request(conversation)
        case (.request, .gemini): GeminiRecord.request(conversation)
        case (.request, .anthropic): AnthropicRecord.request(conversation)
        case (.result, .bedrock): BedrockRecord.result(conversation)
        case (.result, .openai): OpenAIRecord.result(conversation)
        case (.result, .gemini): GeminiRecord.result(conversation)
        case (.result, .anthropic): AnthropicRecord.result(conversation)
        }
    }
}
