// SPDX-License-Identifier: Apache-2.0

// Reads why a request failed: a google.rpc.Status, or the text that Vertex makes of one.

import JSONLCodec

/// Failures of Gemini requests.
enum GeminiFailure {
    /// Reads an `error` object, or the text of Vertex's `status`.
    static func read(
        _ error: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Failure {
        if context.view.kind(error) == .string { return try readText(error, &context) }
        var members = try MemberReader(error, GeminiStatusMember.table, context.view)
        var status = GeminiStatus()
        while let member = try members.next() {
            switch member.name {
            case .code: status.code = try context.integer(member.value)
            case .message: status.message = try context.text(member.value)
            case .status: status.name = member.value
            case .error, nil: continue
            }
        }
        return status.failure(context.view)
    }

    /// Reads a status that stands in the line without an envelope.
    static func readBare(_ context: inout RecordContext) throws(RecordError) -> Failure {
        var status = GeminiStatus()
        for (key, value) in context.view.members(.root) where context.view.kind(value) != .null {
            switch GeminiStatusMember.table.name(of: key, context.view) {
            case .code: status.code = try context.integer(value)
            case .message: status.message = try context.text(value)
            case .status: status.name = value
            case .error, nil: continue
            }
        }
        return status.failure(context.view)
    }

    /// Reads a text such as `Bad Request: {"error": {"code": 400, "message": …}}`; of any other
    /// text all is the message (ruling I20).
    private static func readText(
        _ node: NodeID, _ context: inout RecordContext
    ) throws(RecordError) -> Failure {
        let text = try context.text(node)
        let interior = context.view.interior(node)
        guard let brace = interior.firstIndex(of: UInt8(ascii: "{")),
            let inner = context.embedded.index(interior.slice(brace, interior.count)),
            inner.kind(.root) == .object
        else { return Failure(status: 500, message: text) }
        var object = NodeID.root
        for (key, value) in inner.members(.root) where inner.string(key, is: "error") {
            object = value
        }
        var status = GeminiStatus()
        for (key, value) in inner.members(object) {
            switch GeminiStatusMember.table.name(of: key, inner) {
            case .code: status.code = inner.integer(value)
            case .message where inner.kind(value) == .string:
                status.message = context.makeText { $0.append(made: inner.interior(value)) }
            case .status: status.name = value
            default: continue
            }
        }
        guard status.message != nil else { return Failure(status: 500, message: text) }
        return status.failure(inner)
    }
}

/// The members of a google.rpc.Status.
private struct GeminiStatus {
    var code: Int?
    var message: Text?
    /// The name of the code.
    var name: NodeID?

    /// The names of google.rpc.Code, in the order of their numbers from 1 on.
    private static let names = [
        "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ]

    /// The failure in terms of HTTP.
    ///
    /// Wrappers write HTTP codes in place of google.rpc's: from 100 on they are taken as such.
    func failure(_ view: JSONView) -> Failure {
        var number = code
        if number == nil, let name, view.kind(name) == .string {
            number = Self.names.firstIndex(of: view.decoded(name)).map { $0 + 1 }
        }
        var status = 500
        if let number { status = number >= 100 ? number : ErrorMap.status(googleCode: number) }
        if status == 529 { status = 503 }
        var failure = Failure(status: status, message: message)
        if status == 499 { failure.kind = .canceled }
        if status == 408 { failure.kind = .expired }
        return failure
    }
}
