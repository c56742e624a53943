// SPDX-License-Identifier: Apache-2.0

// The random numbers of the corpus: whole numbers only, so every machine draws the same ones.

/// Steele, Lea and Flood's SplitMix64: a counter and a mixing function.
///
/// Good enough to draw words and lengths, and as fast as a multiplication: the generator must not
/// be what a measurement waits for.
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Starts a stream of its own for each record and purpose.
    ///
    /// Records can then be made alone and in any order, and what one format leaves out does not
    /// move what comes after it.
    init(seed: UInt64, stream: UInt64, index: Int) {
        var mixer = SplitMix64(seed: seed ^ (stream &* 0xD6E8_FEB8_6659_FD93))
        state = mixer.next() &+ UInt64(index) &* 0xA076_1D64_78BD_642F
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from `range`.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        let width = UInt64(range.upperBound - range.lowerBound + 1)
        return range.lowerBound + Int(next().multipliedFullWidth(by: width).high)
    }

    /// True in that many of a hundred cases.
    mutating func happens(percent: Int) -> Bool {
        number(0...99) < percent
    }

    /// One of several.
    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[number(0...(choices.count - 1))]
    }
}
