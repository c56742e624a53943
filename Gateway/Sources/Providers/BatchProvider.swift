// SPDX-License-Identifier: Apache-2.0

// The seam between jobs and the outside: what a provider of batches can do. One folder each.

public import NIOCore
public import Wire

/// A provider's batch interface, as far as jobs need it.
///
/// Nothing is retried here: what may be tried again, and after how long, the error says, and the
/// worker decides. Whatever creates something upstream takes a name of ours, and what has that
/// name can be found again after a crash or a lost answer.
public protocol BatchProvider: Sendable {
    /// Who this is.
    var name: ProviderName { get }
    /// What one upstream batch may hold.
    var limits: UpstreamLimits { get }

    /// Uploads a request file in the provider's own dialect.
    ///
    /// - Parameters:
    ///   - file: The bytes; can be read again from any offset.
    ///   - name: Our name for it: lower-case letters, digits and hyphens, the same at every try.
    ///   - place: Where the client wants its results; nil where no job is meant.
    /// - Returns: What ``createBatch(_:)`` takes: a file id, or an S3 URI for Bedrock.
    /// - Throws: `UpstreamError`.
    func upload(
        _ file: any UploadSource, name: String, for place: ResultPlace?
    ) async throws(UpstreamError) -> String

    /// Finds a file that an earlier ``upload(_:name:for:)`` of that name left, or nil.
    func findUpload(name: String, since: Int64) async throws(UpstreamError) -> String?

    /// Starts a batch.
    ///
    /// - Returns: The provider's own id of the batch.
    func createBatch(_ order: BatchOrder) async throws(UpstreamError) -> String

    /// Finds the batch that an earlier ``createBatch(_:)`` with that token made, or nil.
    func findBatch(token: String, since: Int64) async throws(UpstreamError) -> String?

    /// Looks at a batch.
    func batch(id: String) async throws(UpstreamError) -> UpstreamBatch

    /// Asks the provider to end a batch early; one that has ended already is no failure.
    func cancelBatch(id: String) async throws(UpstreamError)

    /// Downloads a file of results, from an offset on.
    ///
    /// - Parameters:
    ///   - output: A name out of ``UpstreamBatch/outputs``.
    ///   - offset: The bytes that are there already.
    ///   - restart: Called before the first byte where the provider cannot go on at `offset`: the
    ///     file comes from its start then.
    ///   - write: Takes the bytes; awaited, so memory stays bounded.
    /// - Throws: `UpstreamError` also where fewer bytes came than were announced.
    func download(
        _ output: String, from offset: Int, restart: () async throws -> Void,
        write: (ByteBuffer) async throws -> Void
    ) async throws
}

/// A provider whose files are objects in buckets of its own or of the client: Bedrock's at S3.
public protocol ObjectStorage: Sendable {
    /// What a bucket that a client names is.
    func use(of bucket: String) -> BucketUse

    /// Puts an object of a client where the provider reads it.
    ///
    /// - Parameters:
    ///   - file: The bytes.
    ///   - bucket: The client's bucket.
    ///   - key: The client's key.
    /// - Returns: The ETag, without quotes.
    /// - Throws: `UpstreamError`.
    func putObject(
        _ file: any UploadSource, bucket: String, key: String
    ) async throws(UpstreamError) -> String?
}

/// What a bucket that a client names is to the gateway.
public enum BucketUse: Sendable, Hashable {
    /// A bucket at the provider.
    case clients
    /// A name only: its objects are in the gateway's own bucket.
    case gateways
    /// Nothing that the gateway may touch.
    case refused
}

/// Where the results of a job are wanted.
public struct ResultPlace: Sendable, Hashable {
    /// The bucket.
    public var bucket: String
    /// What keys begin with: nothing, or a text with a slash at its end.
    public var prefix: String

    /// Creates a place.
    public init(bucket: String, prefix: String) {
        self.bucket = bucket
        self.prefix = prefix
    }
}

/// Bytes that are uploaded: their number is known, and they can be read again.
public protocol UploadSource: Sendable {
    /// The number of bytes.
    var byteCount: Int { get }
    /// The SHA-256 of the bytes, in hexadecimal digits.
    var sha256: String { get }
    /// Reads bytes; fewer than asked for only at the end.
    func read(offset: Int, count: Int) async throws -> ByteBuffer
}

/// What one batch of a provider may hold.
public struct UpstreamLimits: Sendable, Hashable {
    /// The most records.
    public var recordCount: Int
    /// The most bytes.
    public var byteCount: Int
    /// The most inputs of all requests for embeddings.
    public var inputCount: Int

    /// Creates limits.
    public init(recordCount: Int, byteCount: Int, inputCount: Int = .max) {
        self.recordCount = recordCount
        self.byteCount = byteCount
        self.inputCount = inputCount
    }
}

/// A batch to start.
public struct BatchOrder: Sendable, Hashable {
    /// Our name for the batch, the same at every try: lower-case letters, digits and hyphens.
    public var token: String
    /// What ``BatchProvider/upload(_:name:for:)`` returned.
    public var file: String
    /// Where the client wants its results.
    public var place: ResultPlace
    /// What the batch is made for: OpenAI's path or Gemini's method; nil: that of conversations.
    public var endpoint: String?
    /// The model, as the client named it.
    public var model: String
    /// The client's name for the job.
    public var displayName: String
    /// `InvokeModel` or `Converse`: how Bedrock reads the records.
    public var invocationType: String
    /// The role that Bedrock assumes; nil: the server's own.
    public var roleARN: String?
    /// The hours that the batch may take.
    public var timeoutHours: Int?

    /// Creates an order.
    public init(
        token: String, file: String, place: ResultPlace, endpoint: String? = nil, model: String,
        displayName: String,
        invocationType: String = "InvokeModel", roleARN: String? = nil, timeoutHours: Int? = nil
    ) {
        self.token = token
        self.file = file
        self.place = place
        self.endpoint = endpoint
        self.model = model
        self.displayName = displayName
        self.invocationType = invocationType
        self.roleARN = roleARN
        self.timeoutHours = timeoutHours
    }
}

/// A batch as its provider shows it.
public struct UpstreamBatch: Sendable, Hashable {
    /// Where a batch stands, in the words of all providers.
    public enum State: String, Sendable, Hashable, Codable {
        case validating, scheduled, running, succeeded, failed, cancelling, cancelled, expired

        /// Nothing changes any more.
        public var isFinal: Bool {
            switch self {
            case .succeeded, .failed, .cancelled, .expired: true
            case .validating, .scheduled, .running, .cancelling: false
            }
        }
    }

    /// Where it stands.
    public var state: State
    /// The records, as far as the provider counts them.
    public var total: Int?
    /// The records that succeeded so far.
    public var succeeded: Int?
    /// The records that failed so far.
    public var failed: Int?
    /// Files of results and errors, for ``BatchProvider/download(_:from:restart:write:)``; there
    /// can be some even for a batch that was cancelled or has expired.
    public var outputs: [String] = []
    /// Why it failed, scrubbed of secrets.
    public var message: String?
    /// The provider's own word for what it is about.
    public var name: String?
    /// The model that runs it.
    public var model: String?
    /// When it was begun.
    public var created: UTCDate?
    /// When it ended, however it did.
    public var ended: UTCDate?

    /// Creates a description.
    public init(state: State) {
        self.state = state
    }
}
