// SPDX-License-Identifier: Apache-2.0

// A key pair of AWS, for a while or for good.

public import Wire

/// What requests to AWS are signed with.
public struct Credentials: Sendable, Hashable, CustomStringConvertible {
    /// The public half.
    public var accessKeyID: String
    /// The secret half.
    public var secretAccessKey: String
    /// Sent along with temporary keys.
    public var sessionToken: String?
    /// When temporary keys end.
    public var expiration: UTCDate?

    /// Creates credentials.
    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil,
        expiration: UTCDate? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// The public half only, so that a log line never shows the other one.
    public var description: String { "Credentials(\(accessKeyID))" }
}
