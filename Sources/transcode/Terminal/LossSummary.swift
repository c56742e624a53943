// SPDX-License-Identifier: Apache-2.0

// Losses for people: counted by pattern, one sentence each.

import Transcoder

/// The losses of a run, grouped by code and by path without indices.
struct LossSummary {
    /// Losses with one code at one pattern.
    struct Group {
        let code: LossCode
        let pattern: String
        var count: Int

        /// An exact path is met at most once in a record.
        var isOnceARecord: Bool { !pattern.contains("[*]") }
    }

    private(set) var groups: [Group] = []
    private let target: String

    init(_ losses: [LossEntry], target: String) {
        self.target = target
        var positions: [String: Int] = [:]
        for loss in losses {
            let pattern = Self.pattern(of: loss.path)
            let key = "\(loss.code.rawValue) \(pattern)"
            if let position = positions[key] {
                groups[position].count += loss.count
            } else {
                positions[key] = groups.count
                groups.append(Group(code: loss.code, pattern: pattern, count: loss.count))
            }
        }
    }

    /// The kinds of loss that are more than notes.
    var lossKindCount: Int { groups.count { !$0.code.isNote } }

    /// The path without indices: `$.messages[*].name`.
    static func pattern(of path: String) -> String {
        var pattern = ""
        var rest = path[...]
        while let open = rest.firstIndex(of: "[") {
            let inside = rest[rest.index(after: open)...]
            let digits = inside.prefix { $0.isASCII && $0.isNumber }
            pattern += rest[..<open]
            if !digits.isEmpty, inside[digits.endIndex...].hasPrefix("]") {
                pattern += "[*]"
                rest = inside[digits.endIndex...].dropFirst()
            } else {
                pattern += "["
                rest = inside
            }
        }
        return pattern + rest
    }

    /// Prints the groups: notes first, since what matters most comes last.
    func print(_ terminal: Terminal) {
        let limit = terminal.isVerbose ? Int.max : 20
        for isNote in [true, false] {
            let members = groups.filter { $0.code.isNote == isNote }
            let label =
                isNote ? terminal.styled("note:", .note) : terminal.styled("warning:", .warning)
            for group in members.prefix(limit) {
                terminal.remark("\(label) \(sentence(group).printable) [\(group.code.rawValue)]")
            }
            if members.count > limit {
                let rest = Numbers.count(members.count - limit, isNote ? "more note" : "more kind")
                terminal.remark(
                    "\(label) ... and \(rest)\(isNote ? "" : " of loss") (-v prints all)")
            }
        }
    }

    private func sentence(_ group: Group) -> String {
        let path = group.pattern == "$" ? "the record" : group.pattern
        let number = Numbers.count(group.count, group.isOnceARecord ? "record" : "place")
        let one = group.count == 1
        func lost(_ why: String) -> String {
            guard group.isOnceARecord else { return "\(path) is lost in \(number): \(why)" }
            return "\(number) \(one ? "loses" : "lose") \(path): \(why)"
        }
        return switch group.code {
        case .paramDropped, .reasoningDropped: lost("\(target) has no place for it")
        case .reasoningSignatureDropped: lost("it is valid at its own provider only")
        case .cacheDropped: lost("\(target) has no such mark")
        case .safetyDropped: lost("a safety setting that \(target) does not have")
        case .candidatesDropped: lost("\(target) takes the first answer only")
        case .byteOrderMarkSkipped: "the byte order mark at the beginning is left out"
        case .idSynthesized:
            "\(number) \(one ? "has" : "have") no id and \(one ? "is" : "are") given one"
        case .endpointAssumed:
            "\(number) \(one ? "names" : "name") no endpoint and \(one ? "is" : "are") read as "
                + "\(one ? "its body says" : "their bodies say")"
        case .modelInputMissing:
            "\(number) \(one ? "lacks" : "lack") the request that \(target) repeats "
                + "(--requests FILE gives it)"
        case .jsonWordMissing:
            "\(number) \(one ? "asks" : "ask") for JSON without the word JSON, which "
                + "\(target) refuses"
        case .batchToolsUnsupported:
            "\(number) \(one ? "has" : "have") tools, which batches of Converse bodies refuse "
                + "(-t bedrock/anthropic may have them)"
        case .paramDefaulted: "\(path) is filled in for \(number): \(target) demands it"
        default: "\(path) \(changed(group.code)) in \(number)\(reason(group.code))"
        }
    }

    private func changed(_ code: LossCode) -> String {
        switch code {
        case .idRewritten, .toolIDRewritten: "is spelled anew"
        case .systemHoisted: "is moved to the front"
        case .contentReordered: "changes its place in the turn"
        case .contentRenamed: "is renamed"
        case .messagesPrefill: "begins the answer"
        case .paramClamped: "is clamped"
        case .paramTruncated: "is cut short"
        case .paramApproximated: "is approximated"
        case .toolIDSynthesized: "is given an id"
        case .toolArgumentsInvalid: "is no JSON object"
        case .refusalAsText: "becomes ordinary text"
        case .finishApproximated: "is approximated"
        default: "is changed"
        }
    }

    private func reason(_ code: LossCode) -> String {
        switch code {
        case .contentRenamed, .toolIDRewritten: ": \(target) takes other characters"
        case .messagesPrefill: ": \(target) may take it for a message"
        case .paramClamped: ": it is outside of \(target)'s range"
        case .paramTruncated: ": \(target) takes no more"
        case .paramApproximated, .finishApproximated: " by the nearest that \(target) has"
        case .toolArgumentsInvalid: ", and is kept as text"
        default: ""
        }
    }
}

extension String {
    /// The text without characters that could steer a terminal.
    var printable: String {
        let isClean = unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0 ~= $0.value) }
        guard !isClean else { return self }
        var text = ""
        for scalar in unicodeScalars {
            let isControl = scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value
            text.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
        }
        return text
    }
}
