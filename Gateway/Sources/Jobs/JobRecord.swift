// SPDX-License-Identifier: Apache-2.0

// What is kept of a job: all of it in one record, changed by compare-and-swap.

import Providers
import Storage
import Transcoder
import Wire

/// Where a job stands, in the words of Bedrock; there are no others.
public enum JobStatus: String, Codable, Sendable, CaseIterable {
    case submitted = "Submitted"
    case validating = "Validating"
    case scheduled = "Scheduled"
    case inProgress = "InProgress"
    case completed = "Completed"
    case partiallyCompleted = "PartiallyCompleted"
    case failed = "Failed"
    case stopping = "Stopping"
    case stopped = "Stopped"
    case expired = "Expired"

    /// Nothing changes any more.
    public var isFinal: Bool {
        switch self {
        case .completed, .partiallyCompleted, .failed, .stopped, .expired: true
        case .submitted, .validating, .scheduled, .inProgress, .stopping: false
        }
    }
}

/// What the worker does next; each step ends with one write of the record.
enum JobPhase: String, Codable, Sendable {
    /// The request is durable, nothing was done.
    case prepared
    /// The parts are there; they go to the provider.
    case uploading
    /// The files are there; batches are made of them.
    case creating
    /// The provider works.
    case running
    /// The provider is done; results are fetched and converted.
    case collecting
    case done
}

/// One upstream batch of a job.
struct JobPart: Codable, Sendable {
    /// The requests in the provider's dialect.
    var blob: Blob
    var recordCount: Int
    /// The upload was tried, so a file may be there even if no id is known.
    var isUploadTried = false
    var fileID: String?
    /// The file is that of the client's own upload.
    var isReused = false
    /// The batch was asked for, so it may be there even if no id is known.
    var isBatchTried = false
    var batchID: String?
    var state: String?
    var total: Int?
    var succeeded: Int?
    var failed: Int?
    var outputs: [String] = []
    var message: String?
    var isCancelSent = false
}

/// A bad line of the input that was left out.
struct JobRejection: Codable, Sendable {
    /// The id of the record, where it could be read.
    var id: String?
    /// Line, column, path and code, and what is wrong.
    var message: String

    /// The most that are kept of one job.
    static var limit: Int { JobWorker.badLineMaximum }

    init(_ error: Diagnostic) {
        id = error.recordID
        message =
            "\(error.place.line):\(error.place.column) \(error.path): \(error.message) "
            + "[\(error.code)]"
    }
}

/// A job.
struct JobRecord: Codable, Sendable {
    var id: String
    var tenant: String
    var arn: String
    var name: String
    var modelID: String
    var roleARN: String
    var provider: String
    var token: String
    /// Tells a repeated request from another one with the same token.
    var digest: String
    var inputURI: String
    var inputFormat: String?
    var inputOwner: String?
    var outputURI: String
    var outputKeyID: String?
    var outputOwner: String?
    var timeoutHours: Int?
    var invocationType: String?
    var tags: [String: String] = [:]
    var input: Blob
    var inputName: String
    /// The file that the provider of the job has already: the client's own upload.
    var inputFileID: String?
    var submitted: Int64
    var modified: Int64
    var ended: Int64?
    var status = JobStatus.submitted
    var message: String?
    var phase = JobPhase.prepared
    var isStopWanted = false
    /// The dialect of the client's file.
    var sourceFormat: String?
    /// How Bedrock is to read the records.
    var upstreamInvocation: String?
    /// The path that all lines for OpenAI name.
    var upstreamEndpoint: String?
    var parts: [JobPart] = []
    /// Bad lines of the input that were left out.
    var rejections: [JobRejection] = []
    var total: Int?
    var succeeded: Int?
    var failed: Int?
    /// Tries of the present step that failed.
    var attempts = 0
    /// When the first of them was.
    var troubledSince: Int64?
    /// The process that works at the job; it does as long as it lives.
    var leaseOwner: String?

    /// Where the results go.
    var resultPlace: ResultPlace? {
        guard let place = ObjectPlace(outputURI) else { return nil }
        let folder = place.key.isEmpty || place.key.hasSuffix("/") ? place.key : place.key + "/"
        return ResultPlace(bucket: place.bucket, prefix: "\(folder)\(id)/")
    }
}
