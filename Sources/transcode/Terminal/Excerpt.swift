// SPDX-License-Identifier: Apache-2.0

// A window of a line around a fault, with a caret below it; lines may be megabytes long.

import JSONLCodec
import Transcoder

/// Some bytes of a line, and where in them the fault is.
struct Excerpt {
    private var cells: [Cell] = []
    private var caret = 0
    private var isCutBefore: Bool
    private var isCutAfter: Bool

    /// One character as it is shown.
    private struct Cell {
        let text: Character
        let width: Int
    }

    /// The most columns of the window.
    private static var columnLimit: Int { 76 }

    init(_ excerpt: Diagnostic.Excerpt) {
        self.init(
            bytes: excerpt.bytes, caret: excerpt.caret, isCutBefore: excerpt.isCutBefore,
            isCutAfter: excerpt.isCutAfter)
    }

    /// The bytes around an offset of a line.
    init(around offset: Int, of line: ByteView) {
        let lower = max(0, min(offset - 80, line.count - 160))
        let upper = min(line.count, lower + 160)
        var bytes: [UInt8] = []
        for index in lower..<upper { bytes.append(line[index]) }
        self.init(
            bytes: bytes, caret: offset - lower, isCutBefore: lower > 0,
            isCutAfter: upper < line.count)
    }

    /// Reads bytes as far as they are text; the rest is shown as replacement characters.
    init(bytes: [UInt8], caret offset: Int, isCutBefore: Bool, isCutAfter: Bool) {
        self.isCutBefore = isCutBefore
        self.isCutAfter = isCutAfter
        var start = 0
        // A character that the cut went through is left out.
        if isCutBefore { start = bytes.prefix(3).prefix { $0 & 0xC0 == 0x80 }.count }
        var end = bytes.count
        while end > start, bytes[end - 1] == 0x0D { end -= 1 }
        caret = 0
        var index = start
        var isCaretSet = false
        while index < end {
            let (scalar, length) = Self.scalar(bytes, at: index, end: end)
            if !isCaretSet, index + length > offset {
                caret = cells.count
                isCaretSet = true
            }
            cells.append(Self.cell(scalar))
            index += length
        }
        if !isCaretSet { caret = cells.count }
        fit()
    }

    private static func scalar(
        _ bytes: [UInt8], at index: Int, end: Int
    ) -> (Unicode.Scalar, length: Int) {
        var decoder = UTF8()
        var iterator = bytes[index..<end].makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else {
            return ("\u{FFFD}", 1)
        }
        return (scalar, UTF8.width(scalar))
    }

    private static func cell(_ scalar: Unicode.Scalar) -> Cell {
        switch scalar.value {
        case 0x09: return Cell(text: " ", width: 1)
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF:
            return Cell(text: "\u{FFFD}", width: 1)
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return Cell(text: Character(scalar), width: 2)
        default:
            let category = scalar.properties.generalCategory
            let isMark = category == .nonspacingMark || category == .enclosingMark
            return Cell(text: Character(scalar), width: isMark ? 0 : 1)
        }
    }

    /// Takes cells away on both sides until the window is narrow enough, the caret inside.
    private mutating func fit() {
        var lower = 0
        var upper = cells.count
        var width = cells.reduce(0) { $0 + $1.width } + (isCutBefore ? 1 : 0)
        width += isCutAfter ? 1 : 0
        // The caret may stand behind the last character.
        if caret == upper { width += 1 }
        while width > Self.columnLimit {
            let isRightLonger = upper - caret > caret - lower
            if isRightLonger {
                upper -= 1
                width -= cells[upper].width
                if !isCutAfter { width += 1 }
                isCutAfter = true
            } else {
                width -= cells[lower].width
                lower += 1
                if !isCutBefore { width += 1 }
                isCutBefore = true
            }
        }
        cells = Array(cells[lower..<upper])
        caret -= lower
    }

    /// The two lines: the window with the line's number, and the caret below.
    func lines(number: Int, terminal: Terminal) -> [String] {
        guard !cells.isEmpty else { return [] }
        let label = String(number)
        var text = isCutBefore ? "…" : ""
        for cell in cells { text.append(cell.text) }
        if isCutAfter { text += "…" }
        let indent = cells[..<caret].reduce(isCutBefore ? 1 : 0) { $0 + $1.width }
        let blanks = String(repeating: " ", count: label.count)
        return [
            "  \(label) | \(text)",
            "  \(blanks) | " + String(repeating: " ", count: indent) + terminal.styled("^", .caret),
        ]
    }
}
