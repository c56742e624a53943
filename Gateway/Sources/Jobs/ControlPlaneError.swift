// SPDX-License-Identifier: Apache-2.0

// Refusals in the words of Bedrock's control plane: the errors of its service model, with the
// statuses that it gives them (botocore 1.43.11).

import Foundation
import HTTPTypes
public import Hummingbird
import NIOCore
public import Signing

/// A refusal.
public struct ControlPlaneError: Error, Sendable, Hashable {
    let code: String
    let status: Int
    let message: String

    /// The refusal of a signature.
    public init(_ error: AuthenticationError) {
        switch error.code {
        case "InvalidAccessKeyId":
            self.init(
                "UnrecognizedClientException", 403,
                "The security token included in the request is invalid.")
        case "SignatureDoesNotMatch", "RequestTimeTooSkewed":
            self.init("InvalidSignatureException", 403, error.message)
        default: self.init("AccessDeniedException", 403, error.message)
        }
    }

    init(_ code: String, _ status: Int, _ message: String) {
        self.code = code
        self.status = status
        self.message = message
    }

    /// Something in the request is wrong.
    public static func validation(_ message: String) -> ControlPlaneError {
        ControlPlaneError("ValidationException", 400, message)
    }

    static func constraint(_ member: String, _ value: String, _ rule: String) -> ControlPlaneError {
        .validation(
            "1 validation error detected: Value '\(value)' at '\(member)' failed to satisfy "
                + "constraint: \(rule)")
    }

    static func notFound(_ what: String) -> ControlPlaneError {
        ControlPlaneError("ResourceNotFoundException", 404, what)
    }

    static func conflict(_ message: String) -> ControlPlaneError {
        ControlPlaneError("ConflictException", 400, message)
    }

    static func denied(_ message: String) -> ControlPlaneError {
        ControlPlaneError("AccessDeniedException", 403, message)
    }

    static let internalError = ControlPlaneError(
        "InternalServerException", 500, "The gateway could not do this; it may succeed later.")

    /// The answer.
    public var response: Response {
        struct Body: Encodable {
            let type: String
            let message: String

            enum CodingKeys: String, CodingKey {
                case type = "__type"
                case message
            }
        }
        let body = (try? JSONEncoder().encode(Body(type: code, message: message))) ?? Data()
        var response = Response(
            status: HTTPResponse.Status(code: status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        if let name = HTTPField.Name("x-amzn-errortype") { response.headers[name] = code }
        return response
    }
}
