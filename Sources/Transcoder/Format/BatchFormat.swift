// SPDX-License-Identifier: Apache-2.0

// The seam between the engine and the formats: what a format has to bring along.

import JSONLCodec

/// A provider's batch record format; one folder under `Formats/` and one line in
/// ``FormatRegistry``.
protocol BatchFormat: Sendable {
    /// The name on the command line: `bedrock`.
    static var name: String { get }
    /// One line for tables of formats.
    static var summary: String { get }
    /// The body dialects that can be written, the default one first.
    static var dialects: [Dialect] { get }
    /// The body dialects of embeddings that can be written.
    static var embeddingDialects: [EmbeddingDialect] { get }
    /// What a request of it is refused with where the target lacks its operation.
    static var foreignRequest: ErrorCode { get }
    /// Why embeddings for it are refused where no dialect of theirs is settled.
    static var embeddingAdvice: StaticString { get }
    /// Body dialects that are read only.
    static var readOnlyDialects: [String] { get }
    /// How the model chooses what to write where `auto` is asked for; nil where it has no say.
    static var dialectChoice: DialectChoice? { get }
    /// Integers may stand in quotes in its records.
    static var acceptsQuotedNumbers: Bool { get }
    /// Results may stand in their lines without an envelope, and so without an id.
    static var hasBareResults: Bool { get }
    /// What the provider accepts in one batch.
    static var limits: [BatchLimit] { get }
    /// The member of the envelope that names a record: where a missing id is reported.
    static var idMember: StaticString { get }
    /// Whether ids must be unique and of which form, for requests that are written.
    static var requestIDs: RecordIDRule { get }
    /// The same for results that are written.
    static var resultIDs: RecordIDRule { get }
    static var requestReader: any RequestReading.Type { get }
    static var resultReader: any ResultReading.Type { get }

    /// What a record is, if it looks like one of this format.
    static func detect(_ view: JSONView) -> DetectedRecord?
}

extension BatchFormat {
    static var dialectChoice: DialectChoice? { nil }
    static var acceptsQuotedNumbers: Bool { false }
    static var hasBareResults: Bool { false }

    /// Whether a line is a response or a status without anything around it.
    static func isBareResult(_ view: JSONView) -> Bool {
        hasBareResults
            && !view.members(.root).contains { name, _ in
                view.string(name, is: "request") || view.string(name, is: "key")
                    || view.string(name, is: "response") || view.string(name, is: "error")
            }
    }
}

/// A body dialect that a format can write.
struct Dialect: Sendable {
    /// The name after the slash: `converse`.
    let name: String
    let requestWriter: any RequestWriting.Type
    let resultWriter: any ResultWriting.Type
    /// It is that of another service with the same bodies, which the provider's name alone does
    /// not mean.
    var isOtherService = false
    /// Requests are read into a table: a member has one type over the whole file.
    var hasColumns = false
}

/// The dialect that is written for a model, as `bedrock/auto` asks for it.
///
/// It is chosen once for a file: what a batch job takes, it takes for all of its records.
struct DialectChoice: Sendable {
    /// The name in place of a dialect's.
    static let name = "auto"

    /// Which models get which dialect, for tables.
    let summary: String
    /// The name of a family's dialect.
    let dialect: @Sendable (ModelFamily) -> String
}

/// What is known about a record from its members alone.
struct DetectedRecord: Equatable {
    var kind: RecordKind
    /// The name of the body's dialect, where it could be told.
    var dialect: String
    /// It has no body, or one that all dialects of its service spell alike: an error.
    var fitsAllDialects = false
    /// The body is of the dialect, and the line around it another service's.
    var isOtherService = false
    /// How sure the guess is: 2 for members that only this format has, 1 for a resemblance.
    var confidence = 2
}

/// Whether a file holds what goes to a provider or what comes back.
public enum RecordKind: String, Sendable, CaseIterable {
    case request, result
}

/// What a provider demands of the ids in one file.
enum RecordIDRule: Sendable {
    /// Any text, also twice.
    case any
    /// No id twice.
    case unique
    /// `^[a-zA-Z0-9_-]{1,64}$`, no id twice: others are rewritten.
    case restrictedUnique
    /// The same letters, for results: one source id always becomes the same id.
    case restricted

    /// Ids are rewritten to fit.
    var isRestricted: Bool { self == .restrictedUnique || self == .restricted }
}

/// Reads the requests of a format.
protocol RequestReading: SendableMetatype {
    /// Fills in a request from the record of the context.
    ///
    /// - Throws: What makes the record unreadable in every target.
    static func read(
        into request: inout Request, _ context: inout RecordContext
    ) throws(RecordError)
}

/// Writes the requests of a dialect.
protocol RequestWriting: SendableMetatype {
    /// What the dialect can express.
    static var capabilities: Capabilities { get }

    /// What the dialect can express to the service that the options name.
    static func capabilities(for options: ConversionOptions) -> Capabilities

    /// Spells out a request that ``RequestRules`` has fitted to the capabilities.
    static func write(
        _ request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError)
}

extension RequestWriting {
    static func capabilities(for options: ConversionOptions) -> Capabilities { capabilities }
}

/// Reads the results of a format.
protocol ResultReading: SendableMetatype {
    /// Fills in a response from the record of the context.
    static func read(
        into response: inout Response, _ context: inout RecordContext
    ) throws(RecordError)
}

/// Writes the results of a dialect.
protocol ResultWriting: SendableMetatype {
    /// What the dialect can express.
    static var traits: ResultTraits { get }

    /// Spells out a response that ``ResultRules`` has fitted to the traits.
    ///
    /// What else the dialect cannot carry, it reports.
    static func write(
        _ response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError)
}

/// Writes the body of an answer, inside of the line that the results of a format share.
typealias ResultBodyWriter =
    (Response, inout ByteBuffer, inout RecordContext) throws(RecordError) -> Void

/// Writes the body of a request, inside of the line that the requests of a format share.
typealias RequestBodyWriter =
    (Request, inout ByteBuffer, inout RecordContext) throws(RecordError) -> Void

/// A limit of a provider's batches: data with a source, not a promise.
public struct BatchLimit: Sendable, Hashable {
    /// What is limited.
    public enum Key: String, Sendable, CaseIterable {
        case maxRecords = "max-records"
        case minRecords = "min-records"
        case maxBytes = "max-bytes"
        /// Tokens of all records together, estimated from their bytes.
        case maxTokens = "max-tokens"
        /// What all records together ask vectors for: a record can hold several inputs.
        case maxInputs = "max-inputs"
    }

    /// What is limited.
    public let key: Key
    /// The bound, in records, bytes or tokens.
    public let value: Int
    /// Where the number stands, and when it was read.
    public let source: String
    /// The number was confirmed in the provider's own documentation.
    public let isConfirmed: Bool

    /// Creates a limit.
    public init(_ key: Key, _ value: Int, source: String, isConfirmed: Bool = true) {
        self.key = key
        self.value = value
        self.source = source
        self.isConfirmed = isConfirmed
    }
}
