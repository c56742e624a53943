// SPDX-License-Identifier: Apache-2.0

// Numbers as people read them: 48,213 records, 61.4 MB, 0.06 s.

/// Spells numbers out.
enum Numbers {
    /// With commas: `48,213`.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-\(text)" : text
    }

    /// With a noun: `1 record`, `48,213 records`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// With a unit: `61.4 MB`; a megabyte is 1,000,000 bytes.
    static func bytes(_ number: Int) -> String {
        guard number >= 1000 else { return number == 1 ? "1 byte" : "\(number) bytes" }
        var value = Double(number)
        var unit = "bytes"
        for larger in ["kB", "MB", "GB", "TB"] {
            value /= 1000
            unit = larger
            // What would be rounded up to 1000.0 is 1.0 of the next unit.
            if value < 999.95 { break }
        }
        return "\(decimal(value, places: 1)) \(unit)"
    }

    /// With so many decimals: `0.06`.
    static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "0" }
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        let scaled = Int((abs(value) * factor).rounded())
        let whole = scaled / Int(factor)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let digits = String(scaled % Int(factor))
        let zeros = String(repeating: "0", count: places - digits.count)
        return "\(sign)\(whole).\(zeros)\(digits)"
    }
}
