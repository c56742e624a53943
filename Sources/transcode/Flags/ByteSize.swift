// SPDX-License-Identifier: Apache-2.0

// Sizes with units, as people type them.

/// Reads sizes such as `200MB` and `64MiB`.
enum ByteSize {
    private static let units: [(name: String, factor: Int)] = [
        ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("kb", 1000), ("mb", 1_000_000),
        ("gb", 1_000_000_000), ("b", 1),
    ]

    /// The number of bytes; nil where the text is no size.
    static func parse(_ text: String) -> Int? {
        let lower = text.lowercased()
        for unit in units where lower.hasSuffix(unit.name) {
            return multiply(String(lower.dropLast(unit.name.utf8.count)), unit.factor)
        }
        return multiply(lower, 1)
    }

    /// A whole number, or one with decimals before a unit: `1.5GB`.
    private static func multiply(_ number: String, _ factor: Int) -> Int? {
        let pieces = number.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = pieces.first.flatMap({ count(of: $0) }), pieces.count <= 2 else {
            return nil
        }
        var (total, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        guard pieces.count == 2 else { return total }
        guard factor > 1, let decimals = count(of: pieces[1]), pieces[1].utf8.count <= 9 else {
            return nil
        }
        var divisor = 1
        for _ in 0..<pieces[1].utf8.count { divisor *= 10 }
        (total, overflow) = total.addingReportingOverflow(
            factor / divisor * decimals
                + factor % divisor * decimals / divisor)
        return overflow ? nil : total
    }

    private static func count(of digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }
}
