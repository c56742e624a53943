// SPDX-License-Identifier: Apache-2.0

// AWS Signature Version 4: what is signed, and with which key.
// AWS General Reference, "Create a signed AWS API request", read 2026-11.

import Crypto
import HTTPTypes
public import Wire

/// The parts of Signature Version 4 that signing and verifying share; a namespace.
public enum SigV4 {
    /// The name of the algorithm.
    public static let algorithm = "AWS4-HMAC-SHA256"

    /// What differs between services.
    public enum Service: String, Sendable {
        /// Paths are signed as they are sent.
        case s3
        /// Paths are encoded once more, as for all services but S3.
        case bedrock
    }

    /// The date, region and service that a key is good for.
    public struct Scope: Sendable, Hashable {
        /// `20261124`.
        public var date: String
        /// For example `us-west-2`.
        public var region: String
        /// For example `s3`.
        public var service: String

        /// Creates a scope.
        public init(date: String, region: String, service: String) {
            self.date = date
            self.region = region
            self.service = service
        }

        /// `20261124/us-west-2/s3/aws4_request`.
        public var text: String { "\(date)/\(region)/\(service)/aws4_request" }
    }

    /// The key of a day, region and service.
    public static func signingKey(secret: String, _ scope: Scope) -> [UInt8] {
        let date = hmac(scope.date, key: Array("AWS4\(secret)".utf8))
        let region = hmac(scope.region, key: date)
        let service = hmac(scope.service, key: region)
        return hmac("aws4_request", key: service)
    }

    /// The signature of a text in hexadecimal digits.
    public static func signature(of text: String, key: [UInt8]) -> String {
        hex(hmac(text, key: key))
    }

    /// The text that is signed.
    public static func stringToSign(_ request: String, date: String, _ scope: Scope) -> String {
        "\(algorithm)\n\(date)\n\(scope.text)\n\(sha256(Array(request.utf8)))"
    }

    /// The canonical request.
    ///
    /// - Parameters:
    ///   - method: The HTTP method.
    ///   - target: The path and query as they are sent.
    ///   - headers: The signed headers in order, names in lower case.
    ///   - payload: The digest of the body, or what stands for it.
    ///   - service: How paths are encoded.
    /// - Returns: The text of which the digest is signed.
    public static func canonicalRequest(
        method: String, target: RequestTarget, headers: [(name: String, value: String)],
        payload: String, service: Service
    ) -> String {
        let path =
            service == .s3 ? target.path : PercentCoding.encode(target.path, keepsSlash: true)
        var lines = [method, path.isEmpty ? "/" : path, canonicalQuery(target)]
        for header in headers { lines.append("\(header.name):\(trimmed(header.value))") }
        lines.append("")
        lines.append(headers.map(\.name).joined(separator: ";"))
        lines.append(payload)
        return lines.joined(separator: "\n")
    }

    /// The parameters sorted by their encoded names; the signature is not among them.
    private static func canonicalQuery(_ target: RequestTarget) -> String {
        guard let query = target.query else { return "" }
        var items: [(name: String, value: String)] = []
        for item in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = item.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = recoded(parts[0])
            guard name != "X-Amz-Signature" else { continue }
            items.append((name, parts.count > 1 ? recoded(parts[1]) : ""))
        }
        items.sort { ($0.name, $0.value) < ($1.name, $1.value) }
        return items.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    private static func recoded(_ bytes: Substring.UTF8View) -> String {
        PercentCoding.decode(bytes).map { PercentCoding.encode($0) }
            ?? String(decoding: bytes, as: UTF8.self)
    }

    /// Without blanks around it, and with single ones inside.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    /// The value of a header as it is signed, or nil where it is not there.
    static func value(of name: String, in head: HTTPRequest) -> String? {
        if name == "host" { return head.authority }
        guard let field = HTTPField.Name(name) else { return nil }
        let values = head.headerFields[values: field]
        return values.isEmpty ? nil : values.joined(separator: ",")
    }

    /// The SHA-256 of bytes in hexadecimal digits.
    public static func sha256(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

    /// Bytes as hexadecimal digits in lower case.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        for byte in bytes {
            for half in [byte >> 4, byte & 15] {
                digits.append(half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "a") + half - 10)
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    static func hmac(_ text: String, key: [UInt8]) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(
                for: Array(text.utf8), using: SymmetricKey(data: key)))
    }

    /// Compares signatures in a time that does not tell where they differ.
    static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
