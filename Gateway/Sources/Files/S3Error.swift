// SPDX-License-Identifier: Apache-2.0

// What S3 answers when it says no: codes and statuses of the Amazon S3 API Reference, "Error
// responses", read 2026-11.

import HTTPTypes
public import Hummingbird
import NIOCore
public import Signing
import Wire

/// A refusal in the words of S3.
public struct S3Error: Error, Sendable, Hashable {
    /// The code that clients look at.
    public var code: String
    /// The HTTP status.
    public var status: Int
    /// One sentence.
    public var message: String
    /// What a signature was held against.
    private var details: [AuthenticationError.Detail] = []

    init(_ code: String, _ status: Int, _ message: String) {
        self.code = code
        self.status = status
        self.message = message
    }

    /// The refusal of a signature.
    public init(_ error: AuthenticationError) {
        self.init(error.code, error.status, error.message)
        details = error.details
    }

    /// The answer.
    ///
    /// - Parameters:
    ///   - resource: The path of the request.
    ///   - requestID: The request's id.
    ///   - hasBody: False for HEAD, which has none.
    /// - Returns: The response.
    public func response(resource: String, requestID: String, hasBody: Bool) -> Response {
        let (status, bytes) = document(resource: resource, requestID: requestID)
        let isEmpty = !hasBody || status == 304
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: isEmpty ? [:] : [.contentType: "application/xml"],
            body: isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The answer's status and document.
    public func document(resource: String, requestID: String) -> (status: Int, bytes: [UInt8]) {
        var xml = XMLWriter()
        xml.element("Error") { xml in
            xml.element("Code", code)
            xml.element("Message", message)
            for detail in details { xml.element(detail.name, detail.text) }
            xml.element("Resource", resource)
            xml.element("RequestId", requestID)
        }
        return (status, xml.bytes)
    }
}

extension S3Error {
    static let noSuchKey = S3Error("NoSuchKey", 404, "The specified key does not exist.")
    static let noSuchBucket = S3Error("NoSuchBucket", 404, "The specified bucket does not exist")
    static let noSuchUpload = S3Error(
        "NoSuchUpload", 404,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
            + "been aborted or completed.")
    static let preconditionFailed = S3Error(
        "PreconditionFailed", 412,
        "At least one of the pre-conditions you specified did not hold")
    static let notModified = S3Error("NotModified", 304, "Not Modified")
    static let invalidRange = S3Error(
        "InvalidRange", 416, "The requested range is not satisfiable")
    static let malformedXML = S3Error(
        "MalformedXML", 400,
        "The XML you provided was not well-formed or did not validate against our published schema")
    static let incompleteBody = S3Error(
        "IncompleteBody", 400,
        "You did not provide the number of bytes specified by the Content-Length HTTP header.")
    static let missingLength = S3Error(
        "MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
    static let tooLarge = S3Error(
        "EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed object size.")
    static let invalidURI = S3Error("InvalidURI", 400, "Couldn't parse the specified URI.")
    static let keyTooLong = S3Error("KeyTooLongError", 400, "Your key is too long.")
    static let outOfSpace = S3Error(
        "InsufficientStorage", 507, "There is no room for the object; it was not stored.")
    /// S3 has no quotas; the code is that of Ceph's object gateway.
    static let quotaExceeded = S3Error(
        "QuotaExceeded", 403, "The object is beyond what this access key may keep.")
    static let slowDown = S3Error("SlowDown", 503, "Please reduce your request rate.")
    static let internalError = S3Error(
        "InternalError", 500, "We encountered an internal error. Please try again.")
    static let methodNotAllowed = S3Error(
        "MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
    static let wrongDigest = S3Error(
        "XAmzContentSHA256Mismatch", 400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.")

    static func notImplemented(_ what: String) -> S3Error {
        S3Error(
            "NotImplemented", 501,
            "A header or parameter you provided implies functionality that is not implemented: "
                + what)
    }

    static func badDigest(_ name: String) -> S3Error {
        S3Error(
            "BadDigest", 400, "The \(name) you specified did not match the calculated checksum.")
    }

    static func invalidArgument(_ message: String) -> S3Error {
        S3Error("InvalidArgument", 400, message)
    }

    static func invalidRequest(_ message: String) -> S3Error {
        S3Error("InvalidRequest", 400, message)
    }
}
