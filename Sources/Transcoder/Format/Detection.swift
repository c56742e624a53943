// SPDX-License-Identifier: Apache-2.0

// Finds out what a file is from its first record.

import JSONLCodec

/// What a file holds, as its first record shows.
public struct Detection: Sendable, Hashable {
    /// The format, with the dialect of the first body.
    public let format: FormatID
    /// Whether it holds requests or results.
    public let kind: RecordKind

    /// Says what is known in another way than from a record.
    public init(format: FormatID, kind: RecordKind) {
        self.format = format
        self.kind = kind
    }

    /// Looks at one line.
    ///
    /// - Parameters:
    ///   - line: A record without its line feed.
    ///   - provider: Where given, only this provider's format is considered.
    /// - Returns: nil where the line is no JSON object or looks like no known record.
    /// - Complexity: O(*n*).
    public static func detect(line: RawSpan, provider: String? = nil) -> Detection? {
        ByteView.with(line) { detect($0, provider: provider) }
    }

    static func detect(_ line: ByteView, provider: String? = nil) -> Detection? {
        var indexer = JSONIndexer()
        guard let view = try? indexer.index(line.withoutByteOrderMark) else { return nil }
        return detect(view, provider: provider)
    }

    static func detect(_ view: JSONView, provider: String? = nil) -> Detection? {
        guard view.kind(.root) == .object else { return nil }
        var best: (format: any BatchFormat.Type, record: DetectedRecord)?
        for format in FormatRegistry.all where provider == nil || provider == format.name {
            guard let record = format.detect(view) else { continue }
            if let known = best, known.record.confidence >= record.confidence { continue }
            best = (format, record)
        }
        return best.map {
            Detection(
                format: FormatID(provider: $0.format.name, dialect: $0.record.dialect),
                kind: $0.record.kind)
        }
    }

    /// Looks at the beginning of a file: the first line that is not blank.
    ///
    /// - Parameters:
    ///   - beginning: The first bytes of the file.
    ///   - isWhole: Nothing follows: the last line needs no line feed.
    ///   - provider: Where given, only this provider's format is considered.
    /// - Returns: What was found, or that more bytes are needed.
    public static func detect(
        beginning: RawSpan, isWhole: Bool, provider: String? = nil
    ) -> DetectionOutcome {
        ByteView.with(beginning) { bytes in
            var rest = bytes.withoutByteOrderMark
            while rest.count > 0 {
                let end = rest.firstIndex(of: UInt8(ascii: "\n"))
                if end == nil && !isWhole { return .needsMoreBytes }
                let line = rest.slice(0, end ?? rest.count)
                if !line.isBlank {
                    return detect(line, provider: provider).map { .found($0) } ?? .unknown
                }
                guard let end else { break }
                rest = rest.slice(end + 1, rest.count)
            }
            return isWhole ? .empty : .needsMoreBytes
        }
    }
}

/// What came of looking at the beginning of a file.
public enum DetectionOutcome: Sendable, Hashable {
    case found(Detection)
    /// The first record is not complete yet.
    case needsMoreBytes
    /// There is a first line, but it is no record of a known format.
    case unknown
    /// The file holds no record at all.
    case empty
}

extension ByteView {
    /// The bytes after a byte order mark at the start.
    var withoutByteOrderMark: ByteView {
        starts(with: "\u{FEFF}") ? slice(3, count) : self
    }
}
