// SPDX-License-Identifier: Apache-2.0

// How the providers spell one failure: HTTP status, google.rpc code, and the names of errors.

import JSONLCodec

/// Translates errors by way of the HTTP status (ruling C "Errors", H20 and I17).
enum ErrorMap {
    /// The HTTP status of a batch that ran out of time.
    static let expiredStatus = 408
    /// The HTTP status of a batch that was canceled.
    static let canceledStatus = 499

    /// What is said of a request that expired, where the provider says nothing.
    static let expiredMessage: StaticString = "This request expired before it was processed."
    /// What is said of a request that was canceled, where the provider says nothing.
    static let canceledMessage: StaticString = "This request was canceled before it was processed."

    /// The HTTP status that another one is read as: 529 is what overloaded servers say for 503.
    static func status(http status: Int) -> Int { status == 529 ? 503 : status }

    // MARK: - google.rpc

    /// The HTTP status of a google.rpc code; codes from 100 on are HTTP statuses already.
    static func status(googleCode: Int) -> Int {
        switch googleCode {
        case 1: 499
        case 3, 9, 11: 400
        case 4: 504
        case 5: 404
        case 6, 10: 409
        case 7: 403
        case 8: 429
        case 12: 501
        case 14: 503
        case 16: 401
        case 100...: status(http: googleCode)
        default: 500
        }
    }

    /// The google.rpc code of an HTTP status; 13 (internal) where there is none.
    static func googleCode(status: Int) -> Int {
        switch status {
        case 400, 413: 3
        case 401: 16
        case 402: 9
        case 403: 7
        case 404: 5
        case 408, 504: 4
        case 409: 10
        case 429: 8
        case 499: 1
        case 501: 12
        case 503, 529: 14
        default: 13
        }
    }

    /// The name of a google.rpc code.
    static func googleName(code: Int) -> StaticString {
        switch code {
        case 1: "CANCELLED"
        case 3: "INVALID_ARGUMENT"
        case 4: "DEADLINE_EXCEEDED"
        case 5: "NOT_FOUND"
        case 7: "PERMISSION_DENIED"
        case 8: "RESOURCE_EXHAUSTED"
        case 9: "FAILED_PRECONDITION"
        case 10: "ABORTED"
        case 12: "UNIMPLEMENTED"
        case 14: "UNAVAILABLE"
        case 16: "UNAUTHENTICATED"
        default: "INTERNAL"
        }
    }

    /// What HTTP says beside a status, which Vertex AI begins its texts with.
    static func phrase(status: Int) -> StaticString {
        switch status {
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Payload Too Large"
        case 429: "Too Many Requests"
        case 499: "Client Closed Request"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 400..<500: "Bad Request"
        default: "Internal Server Error"
        }
    }

    // MARK: - Anthropic

    /// The HTTP status of Anthropic's `error.type`; 500 for types that nobody knows.
    static func status(anthropicType type: ByteView) -> Int {
        if type == "invalid_request_error" { return 400 }
        if type == "rate_limit_error" { return 429 }
        if type == "overloaded_error" { return 503 }
        if type == "authentication_error" { return 401 }
        if type == "billing_error" { return 402 }
        if type == "permission_error" { return 403 }
        if type == "not_found_error" { return 404 }
        if type == "request_too_large" { return 413 }
        if type == "timeout_error" { return 504 }
        return 500
    }

    /// Anthropic's `error.type` for an HTTP status.
    static func anthropicType(status: Int) -> StaticString {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 429: "rate_limit_error"
        case 503, 529: "overloaded_error"
        case 504: "timeout_error"
        case 400..<500: "invalid_request_error"
        default: "api_error"
        }
    }

    // MARK: - OpenAI

    /// The HTTP status of an OpenAI error's `type` or `code`; nil for names that nobody knows.
    static func status(openAIName name: ByteView) -> Int? {
        if name.count == 3, name.isDigits, let status = Int(name.text), status >= 100 {
            return self.status(http: status)
        }
        if name == "invalid_request_error" || name == "context_length_exceeded" { return 400 }
        // What a Responses answer is refused for.
        if name == "invalid_prompt" || name == "bio_policy" || name == "empty_image_file"
            || name == "unsupported_image_media_type" || name == "failed_to_download_image"
            || name == "data_residency_mismatch" || name == "misalignment_policy_violation"
            || name == "invalid_base64_image" || name.starts(with: "invalid_image")
            || name.starts(with: "image_")
        {
            return 400
        }
        if name == "rate_limit_error" || name == "rate_limit_exceeded" { return 429 }
        if name == "server_error" { return 500 }
        if name == "authentication_error" || name == "invalid_api_key" { return 401 }
        if name == "insufficient_quota" { return 402 }
        if name == "permission_error" { return 403 }
        if name == "not_found_error" || name == "model_not_found" { return 404 }
        if name == "conflict_error" { return 409 }
        if name == "batch_expired" { return expiredStatus }
        if name == "batch_cancelled" { return canceledStatus }
        return nil
    }

    /// OpenAI's `error.type` for an HTTP status.
    static func openAIType(status: Int) -> StaticString {
        switch status {
        case 401: "authentication_error"
        case 402: "insufficient_quota"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 429: "rate_limit_error"
        case 400..<500: "invalid_request_error"
        default: "server_error"
        }
    }
}
