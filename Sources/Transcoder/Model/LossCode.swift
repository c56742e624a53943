// SPDX-License-Identifier: Apache-2.0

// The codes of everything that a conversion says about a record that it still writes.

import JSONLCodec

/// What was lost or changed in a record that was converted all the same.
///
/// The raw value is the stable code of reports and messages.
public enum LossCode: String, Sendable, CaseIterable, Hashable {
    case byteOrderMarkSkipped = "json.bom_skipped"
    case idSynthesized = "id.synthesized"
    case idRewritten = "id.rewritten"
    case endpointAssumed = "endpoint.assumed"
    case systemHoisted = "system.hoisted"
    case contentReordered = "content.reordered"
    case contentRenamed = "content.renamed"
    case messagesPrefill = "messages.prefill"
    case paramDropped = "param.dropped"
    case paramClamped = "param.clamped"
    case paramTruncated = "param.truncated"
    case paramApproximated = "param.approximated"
    case paramDefaulted = "param.defaulted"
    case toolIDSynthesized = "tool_id.synthesized"
    case toolIDRewritten = "tool_id.rewritten"
    case toolArgumentsInvalid = "tool_args.invalid"
    case reasoningDropped = "reasoning.dropped"
    case reasoningSignatureDropped = "reasoning.signature_dropped"
    case cacheDropped = "cache.dropped"
    case safetyDropped = "safety.dropped"
    case refusalAsText = "refusal.as_text"
    case candidatesDropped = "candidates.dropped"
    case finishApproximated = "finish.approximated"
    case modelInputMissing = "result.model_input_missing"
    case jsonWordMissing = "openai.json_word_missing"
    case batchToolsUnsupported = "bedrock.batch_tools_unsupported"

    /// Whether it only tells of a change that loses nothing, so that a strict conversion goes on.
    ///
    /// The list is closed: rulings H2 and I1.
    public var isNote: Bool {
        switch self {
        case .byteOrderMarkSkipped, .idSynthesized, .idRewritten, .toolIDSynthesized,
            .toolIDRewritten, .paramDefaulted, .endpointAssumed, .contentRenamed,
            .modelInputMissing:
            true
        default: false
        }
    }
}

/// Where in the source or target record something was lost.
enum LossPlace {
    /// At a member or element of the source record.
    case node(NodeID)
    /// At a member that an object of the source should have but has not.
    case member(of: NodeID, StaticString)
    /// At a member of the target record, or of the envelope; without `$.`.
    case path(StaticString)
}

/// One loss in the record at hand.
struct Loss {
    let code: LossCode
    let place: LossPlace
}
