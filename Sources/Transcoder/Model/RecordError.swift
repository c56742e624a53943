// SPDX-License-Identifier: Apache-2.0

// Why a record cannot be converted: a stable code, where, and one sentence.

import JSONLCodec

/// The codes of faults that fail a record or a line.
///
/// The raw value is the stable code of reports and messages.
public enum ErrorCode: String, Sendable, CaseIterable, Hashable {
    case jsonSyntax = "json.syntax"
    case jsonTooDeep = "json.too_deep"
    case jsonLoneSurrogate = "json.lone_surrogate"
    case jsonDuplicateKey = "json.duplicate_key"
    case notAnObject = "not_an_object"
    case lineTooLong = "line_too_long"
    case mixedFormats = "mixed_formats"
    case unknownFormat = "unknown_format"
    case missingField = "missing_field"
    case wrongType = "wrong_type"
    case bodyUnsupported = "body.unsupported"
    case promptUnsupported = "prompt.unsupported"
    case endpointUnsupported = "endpoint.unsupported"
    case duplicateCustomID = "duplicate_custom_id"
    case toolResultOrphan = "tool_result.orphan"
    case firstNotUser = "messages.first_not_user"
    case contentEmpty = "content.empty"
    case contentRemoteURL = "content.remote_url"
    case contentMediaType = "content.media_type"
    case unsupportedImage = "content.unsupported:image"
    case unsupportedAudio = "content.unsupported:audio"
    case unsupportedVideo = "content.unsupported:video"
    case unsupportedDocument = "content.unsupported:document"
    case unsupportedTool = "content.unsupported:tool"
    case unsupportedModality = "content.unsupported:modality"
    case unsupportedBlock = "content.unsupported:block"
    case unsupportedToolResultImage = "content.unsupported:tool_result.image"
    case embeddingInputs = "embedding.multiple_inputs"
    case embeddingTokens = "embedding.token_input"
    case embeddingDimensions = "embedding.dimensions"
    case embeddingEncoding = "embedding.encoding"
    /// A loss that a strict conversion does not accept; the loss's own code is reported.
    case lossRefused = "loss_refused"
}

/// A fault that fails one record.
///
/// The value is trivial: throwing it allocates nothing. Path, column and message are worked out
/// from it where it is reported.
struct RecordError: Error {
    /// Where in the record the fault is.
    enum Place {
        /// At a member or element.
        case node(NodeID)
        /// At a member that an object should have.
        case member(of: NodeID, StaticString)
        /// At a byte of the line.
        case offset(Int)
    }

    /// The stable code.
    let code: ErrorCode
    /// Where it is.
    let place: Place
    /// One sentence without a full stop.
    let message: StaticString
    /// The loss that was refused, where `code` is `lossRefused`.
    private(set) var loss: Loss?
    /// What exactly is wrong with the JSON text.
    private(set) var jsonFault: JSONError.Fault?

    init(_ code: ErrorCode, at id: NodeID, _ message: StaticString) {
        self.code = code
        place = .node(id)
        self.message = message
    }

    init(_ code: ErrorCode, _ place: Place, _ message: StaticString) {
        self.code = code
        self.place = place
        self.message = message
    }

    /// A fault of the line's JSON text.
    init(_ error: JSONError) {
        switch error.code {
        case .syntax: code = .jsonSyntax
        case .tooDeep: code = .jsonTooDeep
        case .loneSurrogate: code = .jsonLoneSurrogate
        }
        place = .offset(error.offset)
        message = ""
        jsonFault = error.fault
    }

    /// A loss that a strict conversion does not accept.
    init(refusing loss: Loss) {
        code = .lossRefused
        place = .offset(0)
        message = "a strict conversion does not accept this loss"
        self.loss = loss
    }

    /// A required member is absent or null.
    static func missing(_ name: StaticString, in object: NodeID) -> RecordError {
        RecordError(.missingField, .member(of: object, name), "a required member is missing")
    }

    /// A value has another type than its member allows.
    static func wrongType(_ id: NodeID, _ message: StaticString) -> RecordError {
        RecordError(.wrongType, at: id, message)
    }
}
