// SPDX-License-Identifier: Apache-2.0

// Which bytes of an output stand where in the line that it was made from.

/// What a conversion took over from a line, in the order of the output.
@usableFromInline
struct CopyTrace {
    /// How bytes of the line became bytes of the output.
    @usableFromInline
    enum Form: UInt8, BitwiseCopyable {
        /// As they are.
        case copy
        /// As they are, in a value that lost blanks and so counts as spelled anew.
        case respelled
        /// Without the blanks between tokens.
        case minified
        /// The same, as the inside of a JSON string.
        case escaped
        /// The inside of a string, as the inside of a JSON string inside of another one.
        case escapedText
        /// The object that stands as JSON text in a string, without blanks.
        case embedded
        /// The sum of some counts and a constant, in digits.
        case sum
        /// What the conversion made of an object, and would make of its bytes anywhere.
        case translated
    }

    /// One piece of the output.
    struct Copy {
        let output: Range<Int>
        /// Where in the line; for sums the places are in `terms`.
        let source: Range<Int>
        let form: Form
        var terms = CountTerms()
        /// The value of a sum.
        var value = 0
        /// In which of its ways the conversion has translated it, and what that counted.
        var translation = 0
        var counts = ByteBuffer.Counts()
    }

    private var line: ByteView
    private(set) var copies: [Copy] = []
    /// The output holds something that depends on the line in a way that is not known.
    private(set) var isBroken = false

    init(of line: ByteView) {
        self.line = line
    }

    /// Starts anew with another line, in the memory that there is.
    mutating func restart(with line: ByteView) {
        self.line = line
        copies.removeAll(keepingCapacity: true)
        isBroken = false
    }

    /// Notes bytes of the output that were taken from the line; others are none of ours.
    @usableFromInline
    mutating func note(_ bytes: ByteView, _ form: Form, _ output: Range<Int>) {
        let offset = unsafe bytes.base - line.base
        guard offset >= 0, offset + bytes.count <= line.count, bytes.count > 0 else { return }
        copies.append(
            Copy(output: output, source: offset..<offset + bytes.count, form: form))
    }

    /// Notes the digits of a sum; without terms, nobody knows how it came about.
    mutating func note(sum terms: CountTerms?, _ value: Int, _ output: Range<Int>) {
        guard let terms else {
            isBroken = true
            return
        }
        guard terms.count > 0 else { return }
        copies.append(
            Copy(output: output, source: 0..<0, form: .sum, terms: terms, value: value))
    }

    /// Notes that all of an output from a place on was made of one object.
    mutating func note(
        translation: Int, of bytes: ByteView, _ output: Range<Int>, counts: ByteBuffer.Counts
    ) {
        while let last = copies.last, last.output.lowerBound >= output.lowerBound {
            copies.removeLast()
        }
        note(bytes, .translated, output)
        guard copies.last?.output == output else { return }
        copies[copies.count - 1].translation = translation
        copies[copies.count - 1].counts = counts
    }

    /// Forgets what was taken back.
    @usableFromInline
    mutating func truncate(to length: Int) {
        while let last = copies.last, last.output.upperBound > length { copies.removeLast() }
    }
}

/// The counts of a line that a number is the sum of, or the difference: no more than four.
@usableFromInline
package struct CountTerms: Sendable {
    private var places = [4 of UInt32](repeating: .max)
    private var negatives: UInt8 = 0
    /// How many there are.
    @usableFromInline package private(set) var count = 0

    package init() {}

    /// The value of one member.
    package init(_ id: NodeID) {
        places[0] = id.position
        count = 1
    }

    /// The term at an index.
    package subscript(index: Int) -> NodeID { NodeID(places[index]) }

    /// Whether the term at an index is taken away.
    package func isNegative(_ index: Int) -> Bool { negatives >> UInt8(index) & 1 == 1 }

    /// The terms of both, or nil where there are too many.
    package func joined(with other: CountTerms?, isNegative: Bool = false) -> CountTerms? {
        guard let other, count + other.count <= 4 else { return nil }
        var all = self
        for index in 0..<other.count {
            all.places[all.count] = other.places[index]
            if other.isNegative(index) != isNegative { all.negatives |= 1 << UInt8(all.count) }
            all.count += 1
        }
        return all
    }
}
