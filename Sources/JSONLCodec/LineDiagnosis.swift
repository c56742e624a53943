// SPDX-License-Identifier: Apache-2.0

// Sentences about lines that are no records, with a guess at what the file is instead.

/// What to say about a line that holds no JSON object.
package enum LineDiagnosis {
    /// A fault of the text as a sentence.
    package static func sentence(_ fault: JSONError.Fault, in line: ByteView) -> String {
        let sentence = JSONError(fault, at: 0).description
        guard fault == .unexpectedEnd, let bracket = onlyBracket(of: line) else { return sentence }
        return bracket == UInt8(ascii: "[")
            ? sentence + ": this looks like a JSON array, not JSONL"
            : sentence + ": a record must stand on one line"
    }

    /// A sentence about JSON that is no object; an array on the first line is a file of its own.
    package static func sentence(_ kind: JSONKind, onLine number: Int) -> String {
        let sentence = "a record must be a JSON object"
        return kind == .array && number == 1
            ? sentence + ": this looks like a JSON array, not JSONL" : sentence
    }

    /// The bracket that stands alone on the line, as in a file that is printed over many lines.
    private static func onlyBracket(of line: ByteView) -> UInt8? {
        line.count > 0 && line.slice(1, line.count).isBlank ? line[0] : nil
    }
}
