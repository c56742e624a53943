// SPDX-License-Identifier: Apache-2.0

// Verifies requests of clients that sign with keys of the gateway's own.

public import HTTPTypes
public import Wire

/// Lets in whoever signs with a known key.
public struct SigV4Verifier: Authenticator {
    /// A key that clients may sign with.
    public struct AccessKey: Sendable {
        /// The secret half.
        public var secret: String
        /// Who uses it.
        public var caller: Caller

        /// Creates a key.
        public init(secret: String, caller: Caller) {
            self.secret = secret
            self.caller = caller
        }
    }

    private let keys: [String: AccessKey]
    private let now: @Sendable () -> UTCDate

    /// The seconds that clocks may differ by, as at AWS.
    private static var skewLimit: Int64 { 15 * 60 }
    /// The longest that a presigned URL may be good for, in seconds.
    private static var expiryLimit: Int64 { 7 * 24 * 3600 }

    /// Creates a verifier.
    ///
    /// - Parameters:
    ///   - keys: The keys by access key id.
    ///   - now: Tells the time.
    public init(keys: [String: AccessKey], now: @escaping @Sendable () -> UTCDate) {
        self.keys = keys
        self.now = now
    }

    /// Verifies a request; see ``Authenticator``.
    ///
    /// - Parameters:
    ///   - head: The request.
    ///   - service: How its canonical request is made.
    ///   - bodyHash: The digest of the body, where it is known already.
    /// - Returns: The caller, and what is left to prove of the body.
    /// - Throws: Why the request is refused.
    public func authenticate(
        _ head: HTTPRequest, service: SigV4.Service, bodyHash: String?
    ) throws(AuthenticationError) -> Authentication {
        let target = RequestTarget(head.path ?? "/")
        let claim = try SignatureClaim(head, target)
        guard claim.scope.service == service.rawValue else {
            throw .malformed("The credential is for service \"\(claim.scope.service)\".")
        }
        let key = keys[claim.accessKeyID]
        guard let key else {
            throw AuthenticationError(
                code: "InvalidAccessKeyId", status: 403,
                message: "The access key id does not exist here.")
        }
        try requireFresh(claim)
        let payload: String
        if claim.expiry != nil {
            payload = RequestSigner.unsignedPayload
        } else if let bodyHash {
            payload = bodyHash
        } else if let header = SigV4.value(of: "x-amz-content-sha256", in: head) {
            payload = header
        } else {
            throw AuthenticationError(
                code: "InvalidRequest", status: 400,
                message: "Missing required header for this request: x-amz-content-sha256")
        }
        let signingKey = SigV4.signingKey(secret: key.secret, claim.scope)
        let headers = try claim.headers(of: head)
        let request = SigV4.canonicalRequest(
            method: head.method.rawValue, target: target, headers: headers, payload: payload,
            service: service)
        let text = SigV4.stringToSign(request, date: claim.date, claim.scope)
        let expected = SigV4.signature(of: text, key: signingKey)
        guard SigV4.isSame(expected, claim.signature) else {
            throw .wrongSignature(claim, request, text)
        }
        let verifier = ChunkVerifier(
            key: signingKey, date: claim.date, scope: claim.scope, seed: expected)
        return Authentication(
            caller: key.caller, payload: try PayloadPromise(payload, chunks: verifier))
    }

    private func requireFresh(_ claim: SignatureClaim) throws(AuthenticationError) {
        guard let date = UTCDate(basic: claim.date), claim.date.hasPrefix(claim.scope.date) else {
            throw .malformed("The date of the credential is not that of the request.")
        }
        let age = now().seconds - date.seconds
        if let expiry = claim.expiry {
            guard (1...Self.expiryLimit).contains(expiry) else {
                throw AuthenticationError(
                    code: "AuthorizationQueryParametersError", status: 400,
                    message: "X-Amz-Expires must be between 1 and 604800 seconds")
            }
            guard age >= -Self.skewLimit, age <= expiry else {
                throw .denied("Request has expired")
            }
        } else if abs(age) > Self.skewLimit {
            throw AuthenticationError(
                code: "RequestTimeTooSkewed", status: 403,
                message: "The difference between the request time and the current time is too "
                    + "large.")
        }
    }
}

/// Lets everybody in: for a gateway that serves its own machine only.
public struct OpenAuthenticator: Authenticator {
    private let caller: Caller

    /// Creates an authenticator that takes everybody for one caller.
    public init(caller: Caller = Caller(tenant: "local")) {
        self.caller = caller
    }

    /// Lets a request in; the body must still be what its headers say.
    ///
    /// - Parameters:
    ///   - head: The request.
    ///   - service: Not looked at.
    ///   - bodyHash: Not looked at.
    /// - Returns: The one caller.
    /// - Throws: Where the header of the body's digest is no digest.
    public func authenticate(
        _ head: HTTPRequest, service: SigV4.Service, bodyHash: String?
    ) throws(AuthenticationError) -> Authentication {
        guard let payload = SigV4.value(of: "x-amz-content-sha256", in: head) else {
            return Authentication(caller: caller, payload: .unsigned)
        }
        return Authentication(
            caller: caller, payload: try PayloadPromise(payload, chunks: nil))
    }
}

extension PayloadPromise {
    /// Reads `x-amz-content-sha256`; chunks that nobody can verify count as unsigned.
    fileprivate init(_ header: String, chunks: ChunkVerifier?) throws(AuthenticationError) {
        switch header {
        case RequestSigner.unsignedPayload: self = .unsigned
        case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": self = .unsignedChunks
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
            self = chunks.map { .signedChunks($0, hasTrailer: false) } ?? .unsignedChunks
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
            self = chunks.map { .signedChunks($0, hasTrailer: true) } ?? .unsignedChunks
        default:
            let isDigest =
                header.utf8.count == 64
                && header.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
                }
            guard isDigest else {
                throw AuthenticationError(
                    code: "InvalidArgument", status: 400,
                    message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING value or "
                        + "a valid sha256 value.")
            }
            self = .sha256(header)
        }
    }
}
