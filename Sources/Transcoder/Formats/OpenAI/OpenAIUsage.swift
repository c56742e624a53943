// SPDX-License-Identifier: Apache-2.0

// Token counts of OpenAI's answers: input includes the cache, output includes reasoning.

import JSONLCodec

/// The member `usage` of an answer; what servers add to it tells of the run, and is silent.
enum OpenAIUsage {
    /// Reads the counts of a chat completion.
    static func read(
        chat node: NodeID, into usage: inout Usage, _ context: borrowing RecordContext
    ) throws(RecordError) {
        usage.isPresent = true
        var members = try MemberReader(node, ChatTerms.usage, context.view)
        while let member = try members.next() {
            switch member.name {
            case .promptTokens: usage.input = try TokenCount(member.value, context)
            case .completionTokens: usage.output = try TokenCount(member.value, context)
            case .promptDetails: try readInput(member.value, into: &usage, context)
            case .completionDetails: try readOutput(member.value, into: &usage, context)
            default: break
            }
        }
    }

    /// Reads the counts of a Responses answer; their details are the same.
    static func read(
        responses node: NodeID, into usage: inout Usage, _ context: borrowing RecordContext
    ) throws(RecordError) {
        usage.isPresent = true
        var members = try MemberReader(node, ResponsesTerms.usage, context.view)
        while let member = try members.next() {
            switch member.name {
            case .inputTokens: usage.input = try TokenCount(member.value, context)
            case .outputTokens: usage.output = try TokenCount(member.value, context)
            case .inputDetails: try readInput(member.value, into: &usage, context)
            case .outputDetails: try readOutput(member.value, into: &usage, context)
            case nil: break
            }
        }
    }

    private static func readInput(
        _ node: NodeID, into usage: inout Usage, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var members = try MemberReader(node, ChatTerms.usage, context.view)
        while let member = try members.next() {
            switch member.name {
            case .cachedTokens: usage.cacheRead = try TokenCount(member.value, context)
            case .cacheWriteTokens: usage.cacheWrite = try TokenCount(member.value, context)
            case .textTokens: usage.inputByModality.text = try TokenCount(member.value, context)
            case .imageTokens: usage.inputByModality.image = try TokenCount(member.value, context)
            case .audioTokens: usage.inputByModality.audio = try TokenCount(member.value, context)
            default: break
            }
        }
    }

    private static func readOutput(
        _ node: NodeID, into usage: inout Usage, _ context: borrowing RecordContext
    ) throws(RecordError) {
        var members = try MemberReader(node, ChatTerms.usage, context.view)
        while let member = try members.next() {
            switch member.name {
            case .reasoningTokens: usage.reasoning = try TokenCount(member.value, context)
            case .textTokens: usage.outputByModality.text = try TokenCount(member.value, context)
            case .imageTokens: usage.outputByModality.image = try TokenCount(member.value, context)
            case .audioTokens: usage.outputByModality.audio = try TokenCount(member.value, context)
            default: break
            }
        }
    }

    /// Writes the counts of a Responses answer, in which the details are required.
    static func write(responses usage: Usage, to output: inout ByteBuffer) {
        output.append("{\"input_tokens\":")
        output.append(usage.input)
        output.append(",\"input_tokens_details\":{\"cached_tokens\":")
        output.append(usage.cacheRead ?? .zero)
        output.append(",\"cache_write_tokens\":")
        output.append(usage.cacheWrite ?? .zero)
        output.append("},\"output_tokens\":")
        output.append(usage.output)
        output.append(",\"output_tokens_details\":{\"reasoning_tokens\":")
        output.append(usage.reasoning ?? .zero)
        output.append("},\"total_tokens\":")
        output.append(usage.input + usage.output)
        output.append("}")
    }

    /// Writes the counts of a chat completion; the total is worked out, and optional ones stand
    /// where the source has them (ruling H19).
    static func write(chat usage: Usage, to output: inout ByteBuffer) {
        output.append("{\"prompt_tokens\":")
        output.append(usage.input)
        output.append(",\"completion_tokens\":")
        output.append(usage.output)
        output.append(",\"total_tokens\":")
        output.append(usage.input + usage.output)
        var details = MemberList()
        let prefix: StaticString = ",\"prompt_tokens_details\":"
        write("cached_tokens", usage.cacheRead, &details, prefix, to: &output)
        write("cache_write_tokens", usage.cacheWrite, &details, prefix, to: &output)
        write("text_tokens", usage.inputByModality.text, &details, prefix, to: &output)
        write("image_tokens", usage.inputByModality.image, &details, prefix, to: &output)
        write("audio_tokens", usage.inputByModality.audio, &details, prefix, to: &output)
        if !details.hasNothing { details.endObject(&output) }
        var outcome = MemberList()
        let outcomePrefix: StaticString = ",\"completion_tokens_details\":"
        write("reasoning_tokens", usage.reasoning, &outcome, outcomePrefix, to: &output)
        write("text_tokens", usage.outputByModality.text, &outcome, outcomePrefix, to: &output)
        write("audio_tokens", usage.outputByModality.audio, &outcome, outcomePrefix, to: &output)
        if !outcome.hasNothing { outcome.endObject(&output) }
        output.append("}")
    }

    private static func write(
        _ name: StaticString, _ count: TokenCount?, _ list: inout MemberList,
        _ prefix: StaticString,
        to output: inout ByteBuffer
    ) {
        guard let count else { return }
        if list.hasNothing { output.append(prefix) }
        list.begin(name, &output)
        output.append(count)
    }
}
