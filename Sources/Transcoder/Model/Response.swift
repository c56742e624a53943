// SPDX-License-Identifier: Apache-2.0

// The hub of result conversions: one result as readers find it and writers need it.

import JSONLCodec

/// One result of a batch, as places in the record.
///
/// One value serves one record after the other. Unlike requests, results are taken as they are:
/// there are no rules between reader and writer but the losses that a writer reports.
struct Response {
    var id = RecordID()
    /// What is answered; embeddings have vectors in the place of choices.
    var operation = Operation.chat
    var vectors: [EmbeddingVector] = []
    /// Whether the client asked for vectors as base64; nil where its request is not known.
    var wantsBase64: Bool?
    /// The whole answer; faults without a member of their own are reported near it.
    var body = NodeID.root
    /// The provider's own id of the answer.
    var responseID: Text?
    /// The model that answered.
    var model: Text?
    var created = CreationTime.unknown
    /// Why there is no answer, or nil where there is one.
    var failure: Failure?
    var choices: [Choice] = []
    var parts: [Part] = []
    /// The prompt was refused: Gemini's block reason, with its message where there is one.
    var block: PromptBlock?
    var usage = Usage()
    /// Milliseconds that the answer took (Bedrock), a number.
    var latency: NodeID?
    /// The whole answer where the target may have it just as it is: the body of a Vertex line.
    var sameBody: NodeID?

    init() {}

    /// Makes the value ready for the next record and keeps its memory.
    mutating func reset() {
        id = RecordID()
        operation = .chat
        vectors.empty()
        wantsBase64 = nil
        body = .root
        responseID = nil
        model = nil
        created = .unknown
        failure = nil
        choices.empty()
        parts.empty()
        block = nil
        usage = Usage()
        latency = nil
        sameBody = nil
    }

    /// Opens a choice; parts appended from now on belong to it.
    mutating func beginChoice(at node: NodeID) {
        choices.append(Choice(parts: parts.count..<parts.count, node: node))
    }

    /// Adds a part to the open choice.
    mutating func append(_ part: Part) {
        parts.append(part)
        let last = choices.count - 1
        choices[last].parts = choices[last].parts.lowerBound..<parts.count
    }
}

/// When an answer was made.
enum CreationTime {
    case unknown
    /// Seconds since 1970 (OpenAI), a number or digits in quotes; anything else says nothing.
    case seconds(NodeID)
    /// An RFC 3339 time (Gemini), a string.
    case timestamp(NodeID)
}

/// One of the answers to a request.
struct Choice {
    /// Its content: a range of ``Response/parts``.
    var parts: Range<Int>
    var finish = FinishReason.unknown
    /// The member that holds the reason.
    var finishNode: NodeID?
    /// How the source spells the member.
    var finishName: StaticString = "finish_reason"
    /// The object that holds the member, or would.
    var finishOwner: NodeID
    /// The stop sequence that was met (Anthropic), a string.
    var stopSequence: NodeID?
    var logprobs: Logprobs?
    /// The candidate or choice.
    var node: NodeID

    init(parts: Range<Int>, node: NodeID) {
        self.parts = parts
        self.node = node
        finishOwner = node
    }
}

/// The probabilities of the tokens of an answer, in the spelling of the source.
enum Logprobs {
    /// The `logprobs` object of an OpenAI chat.
    case chat(NodeID)
    /// The `logprobs` lists of the texts of an OpenAI Responses answer.
    case responses([NodeID])
    /// Gemini's `logprobsResult` object.
    case gemini(NodeID)
}

/// Why a prompt was not answered.
struct PromptBlock {
    /// The reason's name, a string, or nil.
    var reason: NodeID?
    /// The provider's sentence about it, a string, or nil.
    var message: NodeID?
    var node: NodeID

    init(at node: NodeID) {
        self.node = node
    }
}

/// A request that failed: HTTP status, message, and what kind of end it was.
struct Failure {
    enum Kind { case http, expired, canceled }
    var kind = Kind.http
    /// The HTTP status.
    var status: Int
    /// The message, or nil.
    var message: Text?
    /// OpenAI's own code and type of the error, strings.
    var code: NodeID?
    var type: NodeID?
    var param: NodeID?

    /// A failure; the statuses of the two ends that are no HTTP answers tell its kind.
    init(status: Int, message: Text?) {
        self.status = ErrorMap.status(http: status)
        self.message = message
        if status == ErrorMap.expiredStatus { kind = .expired }
        if status == ErrorMap.canceledStatus { kind = .canceled }
    }

    /// Whether a number is an HTTP status; others, such as 0, say nothing.
    static func isStatus(_ number: Int) -> Bool { (100...599).contains(number) }
}

/// Token counts in one convention.
///
/// Input includes what the cache gave or took, output includes reasoning. An optional count is nil
/// exactly when the source lacks the member (H19).
struct Usage {
    /// The source has a usage object.
    var isPresent = false
    var input = TokenCount.zero
    var output = TokenCount.zero
    var cacheRead: TokenCount?
    var cacheWrite: TokenCount?
    var reasoning: TokenCount?
    /// Cache writes by lifetime: five minutes, one hour.
    var cacheWrite5m: TokenCount?
    var cacheWrite1h: TokenCount?
    /// Input and output tokens by modality.
    var inputByModality = ModalityCounts()
    var outputByModality = ModalityCounts()

    init() {}

    /// The counts of an answer with vectors: all tokens are those of the input.
    init(input: TokenCount) {
        isPresent = true
        self.input = input
    }
}

/// Token counts by modality, each nil where the source does not say.
struct ModalityCounts {
    var text: TokenCount?
    var image: TokenCount?
    var audio: TokenCount?
    var video: TokenCount?

    /// No modality is named.
    var isEmpty: Bool { text == nil && image == nil && audio == nil && video == nil }
}
