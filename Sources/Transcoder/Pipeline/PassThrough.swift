// SPDX-License-Identifier: Apache-2.0

// Records that stay in their format: copied as they are, but checked like all others.

import JSONLCodec

/// When a record is copied instead of converted.
enum PassThrough {
    /// The members whose objects are checked for names that stand twice (ruling H4).
    private enum Member: String, MemberName {
        case modelInput, modelOutput, body, request, params, response, result, message, error
    }

    private static let members = MemberTable<Member>()

    /// Whether a record is in the target's dialect already.
    ///
    /// - Throws: `json.duplicate_key` where it is, and a name stands twice.
    static func applies(to view: JSONView, _ conversion: Conversion) throws(RecordError) -> Bool {
        guard conversion.source.name == conversion.target.name, !conversion.respells
        else { return false }
        if conversion.targetDialect != nil {
            if let dialect = conversion.sourceDialect {
                guard conversion.writes(dialect) else { return false }
            } else {
                guard let record = conversion.source.detect(view), !record.isOtherService,
                    conversion.writes(record.dialect)
                        || (record.fitsAllDialects && conversion.dialect?.isOtherService != true)
                else { return false }
            }
        } else if !conversion.keepsLines {
            return false
        }
        try requireDistinctKeys(view, conversion.kind)
        return true
    }

    private static func requireDistinctKeys(
        _ view: JSONView, _ kind: RecordKind
    ) throws(RecordError) {
        try view.requireDistinctKeys(.root)
        // The objects of interest stand before all others they hold: one pass in document order.
        var position: UInt32 = 1
        while position < view.nodeCount {
            let node = NodeID(position)
            position += 1
            guard view.kind(node) == .key else {
                // Only objects that hang on a chain of names of interest are entered.
                position = view.next(after: node).position
                continue
            }
            let value = NodeID(position)
            guard let name = members.name(of: node, view),
                view.kind(value) == .object,
                kind == .request || (name != .modelInput && name != .request)
            else {
                position = view.next(after: value).position
                continue
            }
            try view.requireDistinctKeys(value)
            position += 1
        }
    }
}
