// SPDX-License-Identifier: Apache-2.0

// Times as seconds since 1970, from the way Gemini writes them.

import JSONLCodec

/// Seconds since the beginning of 1970.
enum UnixTime {
    /// Reads a time like `2023-11-14T22:13:20.5Z` or `2023-11-15T00:13:20+02:00`.
    ///
    /// - Returns: Whole seconds, or nil where it is no such time.
    static func seconds(ofRFC3339 text: ByteView) -> Int? {
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"),
            let year = number(text, 0, 4), let month = number(text, 5, 7),
            let day = number(text, 8, 10), let hour = number(text, 11, 13),
            let minute = number(text, 14, 16), let second = number(text, 17, 19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        if text[index] == UInt8(ascii: ".") {
            index += 1
            while index < text.count, text.slice(index, index + 1).isDigits { index += 1 }
        }
        guard let offset = offset(text.slice(index, text.count)) else { return nil }
        let days = days(year: year, month: month, day: day)
        return days * 86_400 + hour * 3600 + minute * 60 + second - offset
    }

    /// The seconds that a time zone is ahead of UTC.
    private static func offset(_ zone: ByteView) -> Int? {
        if zone.count == 1, zone[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"), let hours = number(zone, 1, 3),
            let minutes = number(zone, 4, 6)
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        switch zone[0] {
        case UInt8(ascii: "+"): return seconds
        case UInt8(ascii: "-"): return -seconds
        default: return nil
        }
    }

    private static func number(_ text: ByteView, _ lower: Int, _ upper: Int) -> Int? {
        let digits = text.slice(lower, upper)
        guard digits.isDigits else { return nil }
        var value = 0
        for index in 0..<digits.count {
            value = value * 10 + Int(digits[index] - UInt8(ascii: "0"))
        }
        return value
    }

    /// The days from 1970 to a date of the Gregorian calendar.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        // Years are counted from March, so that the leap day is a year's last one.
        let year = month <= 2 ? year - 1 : year
        let month = month <= 2 ? month + 9 : month - 3
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * month + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension JSONView {
    /// Reads the seconds of OpenAI's dialect: the whole ones of a number, or digits in quotes.
    ///
    /// Anything else says nothing: no answer is refused for the time it was made at.
    func unixSeconds(_ node: NodeID) -> Int? {
        if let seconds = integer(node) { return seconds }
        guard kind(node) == .number else { return nil }
        var lexeme = source(node)
        let hasExponent =
            lexeme.firstIndex(of: UInt8(ascii: "e")) != nil
            || lexeme.firstIndex(of: UInt8(ascii: "E")) != nil
        // A fraction may have more digits than are counted with: it is cut off first.
        if !hasExponent, let point = lexeme.firstIndex(of: UInt8(ascii: ".")) {
            lexeme = lexeme.slice(0, point)
        }
        guard let number = JSONNumber(lexeme: lexeme) else { return nil }
        guard number.exponent < 0 else { return number.integer }
        var seconds = number.significand
        for _ in 0..<min(-number.exponent, 19) { seconds /= 10 }
        return seconds
    }
}
