// SPDX-License-Identifier: Apache-2.0

// Signs requests to AWS.

public import HTTPTypes
public import Wire

/// Signs requests for one region and service.
public struct RequestSigner: Sendable {
    /// The region, for example `us-west-2`.
    public let region: String
    /// The service.
    public let service: SigV4.Service

    /// Creates a signer.
    public init(region: String, service: SigV4.Service) {
        self.region = region
        self.service = service
    }

    /// The digest that stands for a body that is not signed; for TLS only.
    public static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// Adds the headers that prove who sends a request.
    ///
    /// - Parameters:
    ///   - head: The request; method, authority and path are as they will be sent.
    ///   - payload: The SHA-256 of the body in hexadecimal digits, or ``unsignedPayload``.
    ///   - credentials: The keys.
    ///   - date: Now.
    public func sign(
        _ head: inout HTTPRequest, payload: String, with credentials: Credentials, at date: UTCDate
    ) {
        head.set("x-amz-date", date.basic)
        if service == .s3 { head.set("x-amz-content-sha256", payload) }
        if let token = credentials.sessionToken { head.set("x-amz-security-token", token) }
        let names = Self.signedNames(of: head)
        let headers = names.map { ($0, SigV4.value(of: $0, in: head) ?? "") }
        let scope = SigV4.Scope(
            date: String(date.basic.prefix(8)), region: region, service: service.rawValue)
        let request = SigV4.canonicalRequest(
            method: head.method.rawValue, target: RequestTarget(head.path ?? "/"),
            headers: headers, payload: payload, service: service)
        let signature = SigV4.signature(
            of: SigV4.stringToSign(request, date: date.basic, scope),
            key: SigV4.signingKey(secret: credentials.secretAccessKey, scope))
        head.set(
            "authorization",
            "\(SigV4.algorithm) Credential=\(credentials.accessKeyID)/\(scope.text), "
                + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)")
    }

    private static func signedNames(of head: HTTPRequest) -> [String] {
        var names: Set<String> = ["host"]
        for field in head.headerFields {
            let name = field.name.canonicalName
            let isSigned = name.hasPrefix("x-amz-") || name == "content-type"
            if isSigned || name == "content-md5" { names.insert(name) }
        }
        return names.sorted()
    }
}

extension HTTPRequest {
    fileprivate mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPField.Name(name) else { return }
        headerFields[name] = value
    }
}
