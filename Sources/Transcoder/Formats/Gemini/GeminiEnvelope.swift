// SPDX-License-Identifier: Apache-2.0

// What stands around a request or response: the id in one of its places, and Vertex's columns.

import JSONLCodec

/// The members of one line.
struct GeminiEnvelope {
    var request: NodeID?
    var response: NodeID?
    var error: NodeID?
    var status: NodeID?
    /// Something of a response or status stands in the line itself.
    var hasCandidates = false
    var hasCode = false
    var hasEmbedding = false
    private var key: NodeID?
    private var metadataKey: NodeID?
    private var customID: NodeID?
    private var id: NodeID?
    private var hasBareMembers = false

    /// Sorts the members of the record.
    ///
    /// - Throws: `json.duplicate_key`.
    init(_ context: inout RecordContext) throws(RecordError) {
        var members = try MemberReader(.root, GeminiEnvelopeMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .key: key = member.value
            case .metadata where context.view.kind(member.value) == .object:
                try readMetadata(member.value, &context)
            case .customID: customID = member.value
            case .id: id = member.value
            case .request: request = member.value
            case .response: response = member.value
            case .error: error = member.value
            case .status: status = member.value
            case .processedTime: break
            case .candidates, .promptFeedback, .usageMetadata:
                hasCandidates = true
                hasBareMembers = true
            case .code:
                hasCode = true
                hasBareMembers = true
            case .embedding, .embeddings:
                hasEmbedding = true
                hasBareMembers = true
            case .modelVersion, .responseId, .createTime, .modelStatus, .message, .details,
                .tokenCount, .truncated:
                hasBareMembers = true
            case .metadata, nil:
                dropColumn(member.value, &context)
            }
        }
    }

    private mutating func readMetadata(
        _ metadata: NodeID, _ context: inout RecordContext
    ) throws(RecordError) {
        var members = try MemberReader(metadata, GeminiMetadataMember.table, context.view)
        while let member = try members.next() {
            switch member.name {
            case .key: metadataKey = member.value
            case nil: context.drop(member.value)
            }
        }
    }

    /// Vertex copies the columns of its input to the output: they say nothing about the record.
    private func dropColumn(_ value: NodeID, _ context: inout RecordContext) {
        if !context.readsVertexColumns { context.drop(value) }
    }

    /// Reports members of a response beside the one that holds it.
    func dropBareMembers(_ context: inout RecordContext) {
        guard hasBareMembers else { return }
        for (key, value) in context.view.members(.root) {
            if context.isBareMember(key) { dropColumn(value, &context) }
        }
    }

    /// Finds the id in the order of preference that real files suggest (ruling G2).
    ///
    /// - Throws: `wrong_type` where it is neither a string nor a number.
    func readID(_ context: inout RecordContext) throws(RecordError) -> RecordID {
        var found: NodeID?
        prefer(key, to: &found, &context)
        prefer(metadataKey, to: &found, &context)
        prefer(customID, to: &found, &context)
        prefer(id, to: &found, &context)
        guard let node = found ?? request.flatMap({ Self.label(in: $0, context.view) }) else {
            return RecordID()
        }
        return try context.recordID(node)
    }

    /// Takes a candidate where nothing was found before it; else it is a column like others.
    private func prefer(
        _ candidate: NodeID?, to found: inout NodeID?, _ context: inout RecordContext
    ) {
        guard let candidate else { return }
        if found == nil {
            found = candidate
        } else {
            dropColumn(candidate, &context)
        }
    }

    /// The label that batch tools keep the id in: its key ends with `custom_id`.
    static func label(in request: NodeID, _ view: JSONView) -> NodeID? {
        for (name, labels) in view.members(request) where view.string(name, is: "labels") {
            for (key, value) in view.members(labels) where view.kind(value) == .string {
                if view.interior(key).ends(with: "custom_id") { return value }
            }
        }
        return nil
    }
}

extension RecordContext {
    /// Whether a member of a line belongs to a response or status that stands there bare.
    func isBareMember(_ key: NodeID) -> Bool {
        GeminiEnvelopeMember.table.name(of: key, view)?.isBare == true
    }
}
