// SPDX-License-Identifier: Apache-2.0

// What a request says of its signature, in a header or in its query.

import HTTPTypes
import Wire

/// A signature and what it claims to be made over.
struct SignatureClaim {
    let accessKeyID: String
    let scope: SigV4.Scope
    /// As in `x-amz-date`.
    let date: String
    let signedHeaders: [String]
    let signature: String
    /// The seconds that a presigned URL is good for.
    let expiry: Int64?

    init(_ head: HTTPRequest, _ target: RequestTarget) throws(AuthenticationError) {
        guard let parameters = target.parameters else {
            throw AuthenticationError(
                code: "InvalidURI", status: 400, message: "Couldn't parse the specified URI.")
        }
        let query = { (name: String) in parameters.first { $0.name == name }?.value }
        if let header = head.headerFields[.authorization] {
            try self.init(header: header, date: SigV4.value(of: "x-amz-date", in: head))
        } else if let algorithm = query("X-Amz-Algorithm") {
            guard algorithm == SigV4.algorithm, let credential = query("X-Amz-Credential"),
                let date = query("X-Amz-Date"), let expiry = query("X-Amz-Expires"),
                let names = query("X-Amz-SignedHeaders"), let signature = query("X-Amz-Signature")
            else {
                throw AuthenticationError(
                    code: "AuthorizationQueryParametersError", status: 400,
                    message: "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                        + "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, "
                        + "and X-Amz-Expires parameters.")
            }
            try self.init(
                credential: credential, date: date, names: names, signature: signature,
                expiry: Int64(expiry) ?? -1)
        } else if query("AWSAccessKeyId") != nil {
            throw AuthenticationError(
                code: "InvalidRequest", status: 400,
                message: "Signature version 2 is not supported; presign with version 4, in boto3 "
                    + "with Config(signature_version=\"s3v4\").")
        } else {
            throw .denied("Access Denied: the request is not signed.")
        }
    }

    private init(header: String, date: String?) throws(AuthenticationError) {
        guard header.hasPrefix(SigV4.algorithm + " ") else {
            throw AuthenticationError(
                code: "InvalidRequest", status: 400,
                message: "The authorization mechanism you have provided is not supported. Please "
                    + "use \(SigV4.algorithm).")
        }
        guard let date else { throw .denied("AWS authentication requires a valid x-amz-date.") }
        var parts: [Substring: Substring] = [:]
        for part in header.dropFirst(SigV4.algorithm.count + 1).split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { throw .malformed("The authorization header is broken.") }
            parts[pair[0]] = pair[1]
        }
        guard let credential = parts["Credential"], let names = parts["SignedHeaders"],
            let signature = parts["Signature"]
        else { throw .malformed("The authorization header lacks a part.") }
        try self.init(
            credential: String(credential), date: date, names: String(names),
            signature: String(signature), expiry: nil)
    }

    private init(
        credential: String, date: String, names: String, signature: String, expiry: Int64?
    ) throws(AuthenticationError) {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[4] == "aws4_request" else {
            throw .malformed(
                "The credential is not of the form KEY/DATE/REGION/SERVICE/aws4_request.")
        }
        accessKeyID = String(parts[0])
        scope = SigV4.Scope(
            date: String(parts[1]), region: String(parts[2]), service: String(parts[3]))
        self.date = date
        signedHeaders = names.split(separator: ";").map(String.init)
        self.signature = signature
        self.expiry = expiry
    }

    /// The signed headers with their values.
    ///
    /// The host and all headers that mean something to AWS must be among them: what is not signed,
    /// anybody on the way could have added.
    func headers(
        of head: HTTPRequest
    ) throws(AuthenticationError) -> [(name: String, value: String)] {
        guard signedHeaders.contains("host") else {
            throw .denied("There were headers present in the request which were not signed: host")
        }
        for field in head.headerFields {
            let name = field.name.canonicalName
            // A presigned URL has its date and digest in the query.
            guard name.hasPrefix("x-amz-"), !signedHeaders.contains(name) else { continue }
            throw .denied(
                "There were headers present in the request which were not signed: \(name)")
        }
        var headers: [(name: String, value: String)] = []
        for name in signedHeaders {
            guard let value = SigV4.value(of: name, in: head) else {
                throw .denied("The signed header \(name) is not there.")
            }
            headers.append((name, value))
        }
        return headers
    }
}
