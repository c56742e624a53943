// SPDX-License-Identifier: Apache-2.0

// Minimum, median and so on of any number of values, in memory that does not grow.

/// Counts values by size: exactly below 512, within 0.4 % above.
struct ValueHistogram {
    private(set) var count = 0
    private(set) var total = 0
    private(set) var min = 0
    private(set) var max = 0
    private var counts: [Int] = []

    /// Adds a value; less than 0 counts as 0.
    mutating func add(_ number: Int) {
        let value = Swift.max(number, 0)
        min = count == 0 ? value : Swift.min(min, value)
        max = Swift.max(max, value)
        count += 1
        total = total.addingReportingOverflow(value).overflow ? Int.max : total + value
        let index = Self.index(of: value)
        if index >= counts.count {
            counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count))
        }
        counts[index] += 1
    }

    /// The value that so many percent of all are not above.
    func percentile(_ percent: Int) -> Int {
        let rank = Swift.max(1, (count * percent + 99) / 100)
        var seen = 0
        for (index, number) in counts.enumerated() where number > 0 {
            seen += number
            if seen >= rank { return Swift.min(Swift.max(Self.value(at: index), min), max) }
        }
        return max
    }

    /// The counts by powers of two, from the smallest that holds a value to the largest: how many
    /// values are at least `from`, and less than double that.
    var octaves: [(from: Int, count: Int)] {
        var octaves: [(from: Int, count: Int)] = []
        for (index, number) in counts.enumerated() {
            let value = Self.value(at: index)
            let from = value == 0 ? 0 : 1 << Self.exponent(of: value)
            if octaves.last?.from == from {
                octaves[octaves.count - 1].count += number
            } else if !octaves.isEmpty || number > 0 {
                octaves.append((from, number))
            }
        }
        return octaves
    }

    // MARK: - Places

    private static func exponent(of value: Int) -> Int {
        Int.bitWidth - 1 - value.leadingZeroBitCount
    }

    /// Below 512 each value has a place of its own, above that 256 share each power of two.
    private static func index(of value: Int) -> Int {
        guard value >= 512 else { return value }
        let shift = exponent(of: value) - 8
        return (shift << 8) + (value >> shift)
    }

    /// The smallest value of a place.
    private static func value(at index: Int) -> Int {
        guard index >= 512 else { return index }
        let shift = (index >> 8) - 1
        return (index - (shift << 8)) << shift
    }
}
