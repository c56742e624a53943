// SPDX-License-Identifier: Apache-2.0

// The arguments of make-corpus.

import Corpus

/// What is to be made, and how much of it.
struct Arguments {
    /// Why arguments are of no use.
    struct Failure: Error {
        let message: String
    }

    static let usage = """
        usage: make-corpus PROFILE KIND FORMAT MEGABYTES [--seed N]

        Writes a corpus of batch records to standard output: whole lines of at least that many
        megabytes (of 1,000,000 bytes; 0.5 is fine). The same arguments make the same bytes.

          PROFILE  \(names(Profile.self))
          KIND     \(names(Kind.self))
          FORMAT   \(names(Format.self))
          --seed   a whole number, 1 by default: other records of the same sort

        """

    let plan: CorpusPlan
    let byteCount: Int

    init(_ arguments: [String]) throws(Failure) {
        var operands: [String] = []
        var seed: UInt64 = 1
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--seed":
                guard let text = rest.popFirst(), let number = UInt64(text) else {
                    throw Failure(message: "--seed needs a whole number")
                }
                seed = number
            case _ where argument.hasPrefix("-"):
                throw Failure(message: "unknown option \(argument)")
            default:
                operands.append(argument)
            }
        }
        guard operands.count == 4 else {
            throw Failure(message: "expected 4 arguments, got \(operands.count)")
        }
        let profile = try Self.choice(operands[0], "profile", of: Profile.self)
        let kind = try Self.choice(operands[1], "kind", of: Kind.self)
        let format = try Self.choice(operands[2], "format", of: Format.self)
        guard let megabytes = Double(operands[3]), megabytes > 0, megabytes <= 1_000_000 else {
            throw Failure(
                message: "'\(operands[3])' is no number of megabytes from 0 to 1,000,000")
        }
        plan = CorpusPlan(profile, kind, format, seed: seed)
        byteCount = Int((megabytes * 1_000_000).rounded(.up))
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ what: String, of type: Choice.Type
    ) throws(Failure) -> Choice {
        guard let choice = Choice(rawValue: text) else {
            throw Failure(message: "unknown \(what) '\(text)'; there are: \(names(type))")
        }
        return choice
    }

    private static func names<Choice: RawRepresentable<String> & CaseIterable>(
        _ type: Choice.Type
    ) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
