// SPDX-License-Identifier: Apache-2.0

// Numbers of tokens: sums and differences that know which members of the record they are made of.

import JSONLCodec

/// A number of tokens.
///
/// Members are bounded to 0 ... 2^53, what a double can say, so that no sum overflows.
struct TokenCount {
    let value: Int
    /// The members that it is the sum of; nil where it is made in another way.
    private let terms: CountTerms?

    private init(_ value: Int, _ terms: CountTerms?) {
        self.value = min(value, 1 << 60)
        self.terms = terms
    }

    /// No tokens.
    static var zero: TokenCount { TokenCount(0, CountTerms()) }

    /// Reads a member.
    ///
    /// - Throws: `wrong_type` where it is no whole number.
    init(_ node: NodeID, _ context: borrowing RecordContext) throws(RecordError) {
        if context.view.kind(node) == .number, context.view.isCount(node) {
            self.init(context.view.count(node), CountTerms(node))
        } else {
            self.init(min(max(try context.integer(node), 0), 1 << 53), CountTerms())
        }
    }

    static func + (left: TokenCount, right: TokenCount) -> TokenCount {
        TokenCount(left.value + right.value, left.terms.flatMap { $0.joined(with: right.terms) })
    }

    /// The difference, or 0 where that is less.
    ///
    /// A difference has to be written itself, not only as a part of sums: where it is less than
    /// nothing, a record of a known shape is noticed by that.
    static func - (left: TokenCount, right: TokenCount) -> TokenCount {
        guard left.value >= right.value else { return TokenCount(0, nil) }
        return TokenCount(
            left.value - right.value,
            left.terms.flatMap { $0.joined(with: right.terms, isNegative: true) })
    }

    /// The count within the bounds of one member; no sum of four counts is beyond them.
    var bounded: TokenCount { TokenCount(min(value, 1 << 53), terms) }

    static func += (left: inout TokenCount, right: TokenCount) { left = left + right }
}

extension ByteBuffer {
    /// Appends a number of tokens.
    mutating func append(_ count: TokenCount) { count.write(to: &self) }
}

extension TokenCount {
    fileprivate func write(to output: inout ByteBuffer) {
        output.append(decimal: value, sumOf: terms)
    }
}
