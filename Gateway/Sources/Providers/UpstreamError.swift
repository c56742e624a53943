// SPDX-License-Identifier: Apache-2.0

// What went wrong with a call to a provider, and whether it may be tried again.

/// A call to a provider that failed.
public struct UpstreamError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is known of the call.
    public enum Outcome: Sendable, Hashable {
        /// The provider said no: nothing was done.
        case refused
        /// No answer came, or only a part of one: it may have been done.
        case unknown
    }

    /// What is known of the call.
    public var outcome: Outcome
    /// The HTTP status, where there was one.
    public var status: Int?
    /// The provider's own code, where it gave one.
    public var code: String?
    /// One sentence, scrubbed of keys, URLs with signatures and prompts.
    public var message: String
    /// The same call may succeed later: 408, 409 of a lock, 425, 429, 500, 502, 503, 504, no answer.
    public var isRetryable: Bool
    /// Seconds that the provider asked to wait.
    public var retryAfter: Double?

    /// Creates an error.
    public init(
        outcome: Outcome, status: Int? = nil, code: String? = nil, message: String,
        isRetryable: Bool, retryAfter: Double? = nil
    ) {
        self.outcome = outcome
        self.status = status
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
    }

    /// The message with its status.
    public var description: String {
        status.map { "\($0) \(message)" } ?? message
    }
}
