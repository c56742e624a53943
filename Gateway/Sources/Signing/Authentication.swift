// SPDX-License-Identifier: Apache-2.0

// What a request's signature proves, and what it leaves to prove while the body streams in.

public import HTTPTypes
public import Wire

/// A request whose signature is right.
public struct Authentication: Sendable {
    /// Who sent it.
    public var caller: Caller
    /// What the signature says of the body, still to be held against the bytes.
    public var payload: PayloadPromise

    /// Creates the outcome of a verification.
    public init(caller: Caller, payload: PayloadPromise) {
        self.caller = caller
        self.payload = payload
    }
}

/// What a signature says of a body.
public enum PayloadPromise: Sendable {
    /// The whole body has this SHA-256, in hexadecimal digits.
    case sha256(String)
    /// Nothing: `UNSIGNED-PAYLOAD`, or a presigned URL.
    case unsigned
    /// The body is aws-chunked without signatures, with trailers:
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    case unsignedChunks
    /// The body is aws-chunked and each chunk is signed: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`,
    /// with `-TRAILER` where there is a signed trailer too.
    case signedChunks(ChunkVerifier, hasTrailer: Bool)
}

/// Says who sent a request.
public protocol Authenticator: Sendable {
    /// Verifies a request by its head, and by its body where no header tells its digest.
    ///
    /// - Parameters:
    ///   - head: The request, its path raw.
    ///   - service: How the canonical request is made.
    ///   - bodyHash: The SHA-256 of the body in hexadecimal digits; nil where it streams in later.
    /// - Returns: The caller, and what is left to prove of the body.
    /// - Throws: Why the request is refused.
    func authenticate(
        _ head: HTTPRequest, service: SigV4.Service, bodyHash: String?
    ) throws(AuthenticationError) -> Authentication
}

/// A request that is not let in.
public struct AuthenticationError: Error, Sendable, Hashable {
    /// The code as S3 names it: `AccessDenied`, `SignatureDoesNotMatch`, `RequestTimeTooSkewed`, ...
    public var code: String
    /// The HTTP status.
    public var status: Int
    /// One sentence for the client; never a secret.
    public var message: String
    /// What the signature was held against, under the names that S3 has for it.
    ///
    /// With it a client finds out what a proxy has changed. All of it came from the client.
    public var details: [Detail] = []

    /// A piece of what a signature was held against.
    public struct Detail: Sendable, Hashable {
        /// The name of the element.
        public let name: String
        /// The text.
        public let text: String
    }

    /// Creates an error.
    public init(code: String, status: Int, message: String) {
        self.code = code
        self.status = status
        self.message = message
    }

    static func malformed(_ message: String) -> AuthenticationError {
        AuthenticationError(code: "AuthorizationHeaderMalformed", status: 400, message: message)
    }

    static func denied(_ message: String) -> AuthenticationError {
        AuthenticationError(code: "AccessDenied", status: 403, message: message)
    }

    /// A signature that is not the one of a request.
    static func wrongSignature(
        _ claim: SignatureClaim, _ canonicalRequest: String, _ stringToSign: String
    ) -> AuthenticationError {
        var error = AuthenticationError(
            code: "SignatureDoesNotMatch", status: 403,
            message: "The request signature we calculated does not match the signature you "
                + "provided. A proxy that changes paths or the host breaks signatures.")
        error.details = [
            Detail(name: "AWSAccessKeyId", text: claim.accessKeyID),
            Detail(name: "StringToSign", text: stringToSign),
            Detail(name: "SignatureProvided", text: claim.signature),
            Detail(name: "CanonicalRequest", text: canonicalRequest),
        ]
        return error
    }
}
