// SPDX-License-Identifier: Apache-2.0

// Times as Gemini writes them, from seconds since 1970.

import JSONLCodec

extension UnixTime {
    /// The seconds of the years 1 to 9999, which are all that RFC 3339 can spell.
    static let range = -62_135_596_800...253_402_300_799

    /// Writes a time such as `2023-11-14T22:13:20Z`, without quotes.
    ///
    /// - Parameters:
    ///   - seconds: Seconds since 1970, within ``range``.
    ///   - output: Where it goes.
    static func write(seconds: Int, to output: inout ByteBuffer) {
        let day = floorDivide(seconds, 86_400)
        let time = seconds - day * 86_400
        let date = civil(day)
        append(date.year, digits: 4, &output)
        output.append(UInt8(ascii: "-"))
        append(date.month, digits: 2, &output)
        output.append(UInt8(ascii: "-"))
        append(date.day, digits: 2, &output)
        output.append(UInt8(ascii: "T"))
        append(time / 3600, digits: 2, &output)
        output.append(UInt8(ascii: ":"))
        append(time / 60 % 60, digits: 2, &output)
        output.append(UInt8(ascii: ":"))
        append(time % 60, digits: 2, &output)
        output.append(UInt8(ascii: "Z"))
    }

    private static func append(_ value: Int, digits: Int, _ output: inout ByteBuffer) {
        var power = 1
        for _ in 1..<digits { power *= 10 }
        while power > 0 {
            output.append(UInt8(ascii: "0") + UInt8(value / power % 10))
            power /= 10
        }
    }

    /// The date of a day since 1970, in the Gregorian calendar.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        // The calendar repeats every 400 years, which have 146,097 days; years are counted from
        // March, so that the leap day is a year's last one.
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
