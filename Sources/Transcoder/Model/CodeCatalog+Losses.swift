// SPDX-License-Identifier: Apache-2.0

// The second half of the table of codes: what is said about records that are written.

extension CodeDescription {
    // MARK: - Settings and envelopes

    static let ofLosses = [
        CodeDescription(
            LossCode.byteOrderMarkSkipped, "a byte order mark at the beginning was left out",
            "JSONL has no byte order mark and some providers refuse it, so the output has none."),
        CodeDescription(
            LossCode.idSynthesized, "a record without an id was given one",
            "The target needs an id and the source has none: `record-N`, with the number of the "
                + "line."),
        CodeDescription(
            LossCode.idRewritten, "a record id was spelled anew",
            "Anthropic takes ids of letters, digits, `_` and `-` up to 64 characters; other "
                + "characters become `_`, and an id that is taken gets `_2`, `_3`. A number as id "
                + "becomes a string.",
            example: #""custom_id": "task 7/a" becomes "task_7_a""#, aliases: ["bad_record_id"]),
        CodeDescription(
            LossCode.endpointAssumed, "a request without an endpoint was read as its body says",
            "The record has neither `url` nor `path`; its body is that of a chat completion, of "
                + "the Responses API or of embeddings."),
        CodeDescription(
            LossCode.paramDropped, "a member has no counterpart at the target",
            "A setting, label or other member that the target cannot express was left out. The "
                + "record means the same without it as far as the target can tell. `--strict` "
                + "refuses the record instead.",
            example: "$.body.logit_bias on the way to gemini", aliases: ["lost_field"]),
        CodeDescription(
            LossCode.paramClamped, "a value was brought inside the target's range",
            "For example a temperature of 1.5 on the way to a provider whose range ends at 1."),
        CodeDescription(
            LossCode.paramTruncated, "a list was cut to the target's length",
            "The target takes fewer entries, for example of stop sequences; the first ones stay."),
        CodeDescription(
            LossCode.paramApproximated, "a setting was replaced by the nearest one",
            "The target has a similar setting with other steps or another meaning, for example a "
                + "token budget for a level of effort."),
        CodeDescription(
            LossCode.paramDefaulted, "the target demands a setting that the source lacks",
            "A required member of the target was filled in. The path names the member of the "
                + "target: for example `max_tokens`, which Anthropic demands."),
        CodeDescription(
            LossCode.cacheDropped, "a mark for prompt caching was dropped",
            "The target has no such marks. Cost may change, answers do not."),
        CodeDescription(
            LossCode.safetyDropped, "a safety setting was dropped",
            "A guardrail or a safety threshold of the source has no counterpart. It has a code of "
                + "its own because somebody may rely on it: look before sending the batch."),
        CodeDescription(
            LossCode.modelInputMissing, "a result without the request that it answers",
            "Bedrock repeats `modelInput` in each result, Vertex AI `request`. The source has no "
                + "copy of it; `--requests FILE` names the client's own request file to take it "
                + "from."),
        CodeDescription(
            LossCode.jsonWordMissing, "JSON mode without the word JSON in the prompt",
            "OpenAI refuses requests in JSON mode whose messages do not contain the word JSON."),
        CodeDescription(
            LossCode.batchToolsUnsupported, "tools in a Converse batch",
            "Bedrock's batch jobs of the type Converse refuse records with tools. For Claude "
                + "models `--to bedrock/anthropic` writes bodies that may use tools."),
    ]

    // MARK: - Messages and answers

    static let ofParts = [
        CodeDescription(
            LossCode.systemHoisted, "a system message was moved to the front",
            "The target has one system prompt, which stands outside of the conversation. Where "
                + "the system spoke in the middle, the order is lost."),
        CodeDescription(
            LossCode.contentReordered, "parts of a turn changed their order",
            "The target fixes the order of a turn's parts, for example text before tool calls."),
        CodeDescription(
            LossCode.contentRenamed, "a name was spelled with the characters of the target",
            "Names of tools and documents are limited to other characters at the target. "
                + "Definitions, calls and choices are renamed together."),
        CodeDescription(
            LossCode.messagesPrefill, "the conversation ends with the assistant",
            "The source continues such a beginning of an answer; the target may answer it as a "
                + "message instead."),
        CodeDescription(
            LossCode.toolIDSynthesized, "a tool call without an id was given one",
            "The target joins calls and results by ids; the source joined them by name."),
        CodeDescription(
            LossCode.toolIDRewritten, "the id of a tool call was spelled anew",
            "The id holds characters that the target refuses; calls and results change together."),
        CodeDescription(
            LossCode.toolArgumentsInvalid, "the arguments of a tool call are no JSON object",
            "OpenAI carries arguments as text, and this text is no JSON object, though other "
                + "formats demand one. It is kept as `{\"_raw_arguments\": \"…\"}`."),
        CodeDescription(
            LossCode.reasoningDropped, "reasoning was dropped",
            "The target has no place for a model's thoughts in a conversation."),
        CodeDescription(
            LossCode.reasoningSignatureDropped, "the signature of a thought was dropped",
            "Signatures are valid at the provider that made them only."),
        CodeDescription(
            LossCode.refusalAsText, "a refusal became ordinary text",
            "The target has no member of its own for refusals."),
        CodeDescription(
            LossCode.candidatesDropped, "only the first of several answers was kept",
            "The target's results hold one answer."),
        CodeDescription(
            LossCode.finishApproximated, "the reason of the end was replaced by the nearest one",
            "The target has no word for why the model stopped."),
    ]
}
