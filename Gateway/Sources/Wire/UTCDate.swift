// SPDX-License-Identifier: Apache-2.0

// Moments in the spellings that AWS's protocols use, in UTC and in no other calendar.

/// A moment, in milliseconds since 1970.
public struct UTCDate: Sendable, Hashable, Comparable, Codable {
    /// Milliseconds since 1970.
    public var milliseconds: Int64

    /// Creates a moment from milliseconds since 1970.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Seconds since 1970, rounded down.
    public var seconds: Int64 { Int64((Double(milliseconds) / 1000).rounded(.down)) }

    /// Whether one moment is before another.
    public static func < (left: UTCDate, right: UTCDate) -> Bool {
        left.milliseconds < right.milliseconds
    }

    // MARK: - Spelling

    /// As in `x-amz-date`: `20261124T030000Z`.
    public var basic: String {
        let (date, time) = (civil, clock)
        return "\(padded(date.year, 4))\(padded(date.month))\(padded(date.day))T"
            + "\(padded(time.hour))\(padded(time.minute))\(padded(time.second))Z"
    }

    /// With milliseconds: `2026-11-24T03:00:00.000Z`.
    public var iso: String {
        let (date, time) = (civil, clock)
        let fraction = Int(milliseconds - seconds * 1000)
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T"
            + "\(padded(time.hour)):\(padded(time.minute)):\(padded(time.second))"
            + ".\(padded(fraction, 3))Z"
    }

    /// As in HTTP headers: `Tue, 24 Nov 2026 03:00:00 GMT` (RFC 9110 section 5.6.7).
    public var http: String {
        let (date, time) = (civil, clock)
        let weekday = Self.weekdays[Int(((seconds.flooredDivision(by: 86_400) + 4) % 7 + 7) % 7)]
        return "\(weekday), \(padded(date.day)) \(Self.months[date.month - 1]) "
            + "\(padded(date.year, 4)) "
            + "\(padded(time.hour)):\(padded(time.minute)):\(padded(time.second)) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Days to a date and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private var civil: (year: Int, month: Int, day: Int) {
        let shifted = Int(seconds.flooredDivision(by: 86_400)) + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * monthIndex + 2) / 5 + 1
        )
    }

    private var clock: (hour: Int, minute: Int, second: Int) {
        let second = Int(seconds - seconds.flooredDivision(by: 86_400) * 86_400)
        return (second / 3600, second / 60 % 60, second % 60)
    }

    // MARK: - Reading

    /// Reads `20261124T030000Z`.
    public init?(basic text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = number(bytes[0..<4]), let month = number(bytes[4..<6]),
            let day = number(bytes[6..<8]), let hour = number(bytes[9..<11]),
            let minute = number(bytes[11..<13]), let second = number(bytes[13..<15])
        else { return nil }
        self.init(year, month, day, hour, minute, second, milliseconds: 0)
    }

    /// Reads `2026-11-24T03:00:00Z`, with or without fractions of a second, or an offset.
    public init?(iso text: String) {
        var bytes = Array(text.utf8)[...]
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19])
        else { return nil }
        bytes = bytes[19...]
        var fraction = 0
        if bytes.first == UInt8(ascii: ".") {
            let digits = bytes.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, digits.count <= 9 else { return nil }
            fraction = number(Array((digits + [0x30, 0x30, 0x30]).prefix(3))[...]) ?? 0
            bytes = bytes.dropFirst(digits.count + 1)
        }
        guard let offset = Self.offset(bytes) else { return nil }
        self.init(year, month, day, hour, minute, second, milliseconds: fraction)
        milliseconds -= Int64(offset) * 60_000
    }

    /// The minutes of `Z`, `+01:00` or `-0130`.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let sign = bytes.first else { return nil }
        if bytes.count == 1 { return sign | 0x20 == UInt8(ascii: "z") ? 0 : nil }
        let digits = Array(bytes.dropFirst().filter { $0 != UInt8(ascii: ":") })
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), digits.count == 4,
            let hours = number(digits[0..<2]), let minutes = number(digits[2..<4])
        else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }

    /// Reads `Tue, 24 Nov 2026 03:00:00 GMT`.
    public init?(http text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]),
            let month = Self.months.firstIndex(of: words[2]), let year = Int(words[3])
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3 else { return nil }
        self.init(year, month + 1, day, time[0], time[1], time[2], milliseconds: 0)
    }

    private init?(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int,
        milliseconds: Int
    ) {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        self.init(milliseconds: Int64(seconds) * 1000 + Int64(milliseconds))
    }
}

private func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var result = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        result = result * 10 + Int(digit - 0x30)
    }
    return digits.isEmpty ? nil : result
}

extension BinaryInteger {
    fileprivate func flooredDivision(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
