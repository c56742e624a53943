// SPDX-License-Identifier: Apache-2.0

// What can be wrong with the bytes of a line: a stable code, what was met, and where.

/// A fault in the JSON text of one line.
///
/// The value is trivial: throwing it allocates nothing. The JSON path is not part of it; it is
/// worked out from the offset when somebody asks (``JSONPath``).
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The stable codes of faults in a line.
    public enum Code: String, Sendable, CaseIterable {
        /// The grammar, the UTF-8 or the control characters of RFC 8259 are broken.
        case syntax = "json.syntax"
        /// More containers are open than the depth limit allows.
        case tooDeep = "json.too_deep"
        /// A `\u` escape names half of a surrogate pair.
        case loneSurrogate = "json.lone_surrogate"
    }

    /// What exactly was met; each has one English sentence.
    public enum Fault: UInt8, Sendable, CaseIterable {
        case expectedValue, expectedKey, expectedColon, expectedCommaOrBrace
        case expectedCommaOrBracket, trailingComma, trailingBytes, unexpectedEnd
        case unterminatedString, controlCharacter, invalidEscape, invalidUTF8, invalidNumber
        case invalidLiteral, notANumber, tooDeep, loneSurrogate, tooLong
    }

    /// What was met.
    public let fault: Fault

    /// The offset of the first byte at fault, counted from the start of the line.
    public let offset: Int

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - fault: What was met.
    ///   - offset: The offset of the first byte at fault.
    public init(_ fault: Fault, at offset: Int) {
        self.fault = fault
        self.offset = offset
    }

    /// The stable code of the fault.
    public var code: Code {
        switch fault {
        case .tooDeep: .tooDeep
        case .loneSurrogate: .loneSurrogate
        default: .syntax
        }
    }

    /// The fault as a sentence without a full stop.
    public var description: String {
        switch fault {
        case .expectedValue: "expected a value"
        case .expectedKey: "expected a member name in double quotes"
        case .expectedColon: "expected ':' after a member name"
        case .expectedCommaOrBrace: "expected ',' or '}' after a member"
        case .expectedCommaOrBracket: "expected ',' or ']' after an element"
        case .trailingComma: "a comma before a closing bracket"
        case .trailingBytes: "unexpected bytes after the record"
        case .unexpectedEnd: "the line ends in the middle of a value"
        case .unterminatedString: "the line ends inside a string"
        case .controlCharacter: "a control character inside a string must be escaped"
        case .invalidEscape: "invalid escape in a string"
        case .invalidUTF8: "invalid UTF-8"
        case .invalidNumber: "invalid number"
        case .invalidLiteral: "invalid literal"
        case .notANumber: "NaN and Infinity are not JSON"
        case .tooDeep: "nested too deeply"
        case .loneSurrogate: "a \\u escape names half of a surrogate pair"
        case .tooLong: "the text is longer than the limit"
        }
    }
}
