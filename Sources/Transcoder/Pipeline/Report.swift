// SPDX-License-Identifier: Apache-2.0

// What a conversion did: counts, losses by code and path, errors, and where each was met.

import JSONLCodec

/// A place in the input.
public struct SourcePlace: Sendable, Hashable {
    /// The index of the input file, in the order in which files were begun.
    public let file: Int
    /// The physical line, counted from 1.
    public let line: Int
    /// The byte in the line, counted from 1.
    public let column: Int

    /// Creates a place.
    public init(file: Int, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// A record that was not converted, and why.
public struct Diagnostic: Sendable, Hashable {
    /// Where.
    public let place: SourcePlace
    /// The JSON path, with `$` in front.
    public let path: String
    /// The stable code.
    public let code: String
    /// One sentence without a full stop.
    public let message: String
    /// The id of the record, where it was known already.
    public let recordID: String?
    /// Where an id was used first, for `duplicate_custom_id`.
    public let firstUse: SourcePlace?
    /// A window of the line around the place: at most 160 bytes.
    public let excerpt: Excerpt

    /// Some bytes of a line, and where in them the fault is.
    public struct Excerpt: Sendable, Hashable {
        /// The bytes; broken UTF-8 and control characters are as they are in the line.
        public let bytes: [UInt8]
        /// The offset of the fault in `bytes`.
        public let caret: Int
        /// The window does not begin at the start of the line.
        public let isCutBefore: Bool
        /// The window ends before the end of the line.
        public let isCutAfter: Bool
    }
}

/// A loss that was met once or more at one path.
public struct LossEntry: Sendable, Hashable {
    /// What was lost.
    public let code: LossCode
    /// The JSON path, with `$` in front.
    public let path: String
    /// In how many places of the input.
    public let count: Int
    /// Where it was met first.
    public var first: SourcePlace
}

/// How many records ask for vectors, and for how many.
public struct EmbeddingCount: Sendable, Hashable {
    /// The records.
    public var records = 0
    /// The inputs of all of them, of which each becomes a vector.
    public var inputs = 0

    /// Counts nothing.
    public init() {}

    /// Counts a record with so many inputs; one without any asks for no vectors.
    public mutating func add(inputs count: Int) {
        guard count > 0 else { return }
        records += 1
        inputs += count
    }
}

/// What a conversion did so far.
public struct Report: Sendable {
    /// The source's format, or nil before the first record.
    public var source: FormatID?
    /// The target's format.
    public var target: FormatID?
    /// Requests or results, or nil before the first record.
    public var kind: RecordKind?
    /// Lines that hold a record, good or bad.
    public var recordsRead = 0
    /// Records in the output.
    public var recordsWritten = 0
    /// Records left out because of an error.
    public var recordsRejected = 0
    /// Records of the output that were copied as they were.
    public var recordsPassedThrough = 0
    /// Lines with nothing but blanks.
    public var blankLines = 0
    /// Bytes of the input, line feeds included.
    public var bytesRead = 0
    /// Bytes of the output.
    public var bytesWritten = 0
    /// Bytes of the output that were copied unchanged from the input.
    public var bytesCopied = 0
    /// Bytes of the input that were spelled anew.
    public var bytesRewritten = 0
    /// The requests for embeddings among the written ones, and what they ask vectors for.
    public var embeddings = EmbeddingCount()
    /// The losses, in the order in which they were first met.
    public var losses: [LossEntry] = []
    /// The errors, in the order of the input; no more than `Configuration.errorLimit`.
    public var errors: [Diagnostic] = []
    /// The models that the records name, with the number of records, in order of appearance.
    public var models: [(name: String, records: Int)] = []

    /// Creates an empty report.
    public init() {}
}
