// SPDX-License-Identifier: Apache-2.0

// The header `Range`: one range of bytes (RFC 9110 section 14), as S3 takes it.

/// A part of an object that was asked for.
enum ByteRange {
    /// Reads a header.
    ///
    /// - Parameters:
    ///   - header: For example `bytes=0-1`, `bytes=5-` or `bytes=-3`.
    ///   - count: The bytes of the object.
    /// - Returns: The range; nil where the header means nothing to S3, which then sends it all.
    /// - Throws: `S3Error.invalidRange` where the range begins behind the end.
    static func parse(_ header: String, count: Int) throws(S3Error) -> Range<Int>? {
        guard header.hasPrefix("bytes=") else { return nil }
        let text = header.dropFirst("bytes=".count)
        guard let dash = text.firstIndex(of: "-"), !text.contains(",") else { return nil }
        let first = text[..<dash]
        let last = text[text.index(after: dash)...]
        guard isNumber(first), isNumber(last), !(first.isEmpty && last.isEmpty) else { return nil }
        if first.isEmpty {
            let length = Int(last) ?? .max
            guard length > 0, count > 0 else { throw .invalidRange }
            return max(0, count - length)..<count
        }
        let start = Int(first) ?? .max
        let end = last.isEmpty ? count - 1 : min(Int(last) ?? .max, count - 1)
        guard last.isEmpty || (Int(last) ?? .max) >= start else { return nil }
        guard start < count else { throw .invalidRange }
        return start..<end + 1
    }

    private static func isNumber(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
