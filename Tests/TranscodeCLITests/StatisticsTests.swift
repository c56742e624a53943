// SPDX-License-Identifier: Apache-2.0

// Sums, ranks and percentiles against plain ways to work them out.

import Testing

@testable import transcode

@Suite struct StatisticsTests {
    /// Numbers that look random and are the same in each run.
    private static func numbers(_ count: Int, below limit: Int) -> [Int] {
        var state: UInt64 = 7
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    private static func histogram(_ numbers: [Int]) -> ValueHistogram {
        var histogram = ValueHistogram()
        for number in numbers { histogram.add(number) }
        return histogram
    }

    @Test(arguments: [1, 2, 9, 10, 100, 1001])
    func percentilesAreExactForSmallValues(_ count: Int) {
        let numbers = Self.numbers(count, below: 512)
        let sorted = numbers.sorted()
        let histogram = Self.histogram(numbers)
        for percent in [1, 50, 90, 99, 100] {
            let rank = max(1, Int((Double(count * percent) / 100).rounded(.up)))
            #expect(histogram.percentile(percent) == sorted[rank - 1], "\(percent)")
        }
        #expect(histogram.min == sorted.first)
        #expect(histogram.max == sorted.last)
        #expect(histogram.total == numbers.reduce(0, +))
    }

    @Test(arguments: [600, 70_000, 1 << 30])
    func percentilesAreNearForLargeValues(_ limit: Int) {
        let numbers = Self.numbers(5000, below: limit)
        let sorted = numbers.sorted()
        let histogram = Self.histogram(numbers)
        for percent in [10, 50, 90] {
            let exact = Double(sorted[5000 * percent / 100 - 1])
            let found = Double(histogram.percentile(percent))
            #expect(found <= exact)
            #expect(found >= exact * 0.996 - 1)
        }
    }

    @Test func extremeValuesAreCounted() {
        let histogram = Self.histogram([Int.max, -5, 0, Int.max])
        #expect(histogram.min == 0)
        #expect(histogram.max == Int.max)
        #expect(histogram.total == Int.max)
        #expect(histogram.percentile(50) == 0)
        #expect(histogram.percentile(75) > Int.max / 256 * 255)
        #expect(ValueHistogram().percentile(50) == 0)
    }

    @Test func octavesHoldAllValues() {
        let numbers = Self.numbers(3000, below: 100_000)
        let octaves = Self.histogram(numbers).octaves
        #expect(octaves.reduce(0) { $0 + $1.count } == 3000)
        for octave in octaves {
            let upper = octave.from == 0 ? 1 : octave.from * 2
            let expected = numbers.count { $0 >= octave.from && $0 < upper }
            #expect(octave.count == expected, "\(octave.from)")
        }
    }

    @Test func barsShowTheLongestInFullAndTheSmallestAtAll() {
        let numbers = [Int](repeating: 300, count: 1000) + [1500, 1500]
        let bars = StatisticsReport.bars(Self.histogram(numbers), "bytes a record")
        let expected = [
            "", "  bytes a record, from ... to the double",
            "    256  " + String(repeating: "#", count: 40) + "  1,000",
            "    512  " + String(repeating: " ", count: 40) + "  0",
            "  1,024  #" + String(repeating: " ", count: 39) + "  2", "",
        ]
        #expect(bars == expected.joined(separator: "\n"))
    }

    @Test func talliesAreBounded() {
        var tally = Tally()
        for number in 0..<5000 { tally.add("model \(number)") }
        tally.add("model 3")
        #expect(tally.entries.count == 1001)
        #expect(tally.entries.reduce(0) { $0 + $1.count } == 5001)
        #expect(tally.ranked[0].value == "(others)")
        #expect(tally.ranked[0].count == 4000)
        #expect(tally.ranked[1].value == "model 3")
        #expect(tally.ranked[2].value == "model 0")
    }

    @Test(arguments: [
        "", ",", "1", "1,", ",1", "1,2,3", "a,1", "1e3,1", "-1,1", "1.2.3,1", "nan,1",
    ])
    func refusesPrices(_ text: String) {
        #expect(throws: CommandFailure.self) { try TokenPrice(text) }
    }

    @Test func prices() throws {
        let price = try TokenPrice("0.075,30")
        #expect(price.cost(ofInput: 2_000_000) == 0.15)
        #expect(price.cost(ofOutput: 500_000) == 15)
    }
}
