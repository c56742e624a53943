// SPDX-License-Identifier: Apache-2.0

// OpenAI has one envelope around bodies of several endpoints: which one it is, tells the url, and
// where there is none, the body's members.

import JSONLCodec

/// The endpoints whose bodies are read and written.
enum OpenAIEndpoint {
    /// `/v1/chat/completions`.
    case chat
    /// `/v1/responses`.
    case responses
    /// `/v1/embeddings`.
    case embeddings

    /// The name of its dialect, behind the slash.
    var name: String {
        switch self {
        case .chat: "chat"
        case .responses: "responses"
        case .embeddings: "embeddings"
        }
    }

    /// Its path, as requests name it behind the version.
    var path: StaticString {
        switch self {
        case .chat: "/chat/completions"
        case .responses: "/responses"
        case .embeddings: "/embeddings"
        }
    }

    // MARK: - Requests

    /// The endpoint of a path, with or without a version in front (ruling G8).
    init?(path node: NodeID, _ view: JSONView) {
        if view.hasEscapes(node) {
            var plain = ByteBuffer(capacity: 64)
            plain.append(unescaping: view.interior(node))
            self.init(path: plain.view)
        } else {
            self.init(path: view.interior(node))
        }
    }

    private init?(path: ByteView) {
        var rest = path
        if path.starts(with: "/v") {
            let version = path.slice(2, path.count)
            guard let slash = version.firstIndex(of: UInt8(ascii: "/")),
                version.slice(0, slash).isDigits
            else { return nil }
            rest = version.slice(slash, version.count)
        }
        if rest == "/chat/completions" {
            self = .chat
        } else if rest == "/responses" {
            self = .responses
        } else if rest == "/embeddings" {
            self = .embeddings
        } else {
            return nil
        }
    }

    /// The endpoint of a request body that comes without one.
    ///
    /// - Returns: nil where the body is that of another endpoint, or says too little: a text as
    ///   `input` can be meant for embeddings, moderations or a response. An empty one is taken as
    ///   a chat, so that its reader says what is missing.
    init?(input body: NodeID, _ view: JSONView) {
        var input: NodeID?
        var hasPrompt = false
        var isResponses = false
        var isEmbedding = false
        for (key, value) in view.members(body) where view.kind(value) != .null {
            switch ResponsesTerms.body.name(of: key, view) {
            case .input: input = value
            case .prompt: hasPrompt = true
            // Embeddings and moderations have them as well.
            case .model, .user: break
            case nil:
                if view.string(key, is: "messages") {
                    self = .chat
                    return
                }
                if view.string(key, is: "dimensions") || view.string(key, is: "encoding_format") {
                    isEmbedding = true
                }
            default: isResponses = true
            }
        }
        if let input, Self.holdsMessages(input, view) {
            self = .responses
        } else if let input, isEmbedding || Self.holdsTexts(input, view) {
            self = .embeddings
        } else if input != nil, isResponses || hasPrompt {
            self = .responses
        } else if input == nil, !hasPrompt {
            self = .chat
        } else {
            return nil
        }
    }

    /// Whether some element is a message or another item of a conversation.
    private static func holdsMessages(_ input: NodeID, _ view: JSONView) -> Bool {
        for element in view.elements(input) {
            for (key, _) in view.members(element) {
                if view.string(key, is: "role") || view.string(key, is: "call_id") { return true }
            }
        }
        return false
    }

    /// Whether the first element is a text, or tokens in place of one.
    private static func holdsTexts(_ input: NodeID, _ view: JSONView) -> Bool {
        for element in view.elements(input) { return view.kind(element) != .object }
        return false
    }

    // MARK: - Results

    /// Members that tell answers apart.
    private enum OutputMark: String, MemberName {
        case object, choices, output, data

        static let table = MemberTable<OutputMark>()
    }

    /// The endpoint of an answer.
    ///
    /// Vectors beside an empty list of choices are embeddings, since the list says nothing (H13).
    ///
    /// - Returns: nil where it is that of another endpoint. An answer that says too little is
    ///   taken as one of a chat, so that its reader says what is missing.
    init?(output body: NodeID, _ view: JSONView) {
        var object: NodeID?
        var output: NodeID?
        var hasChoices = false
        var marks = OperationMarks()
        for (key, value) in view.members(body) where view.kind(value) != .null {
            switch OutputMark.table.name(of: key, view) {
            case .choices:
                hasChoices = true
                marks.note(conversation: value, view)
            case .object: object = value
            case .output: output = value
            case .data where view.kind(value) == .array: marks.note(embedding: value, view)
            case .data, nil: break
            }
        }
        if hasChoices {
            self = marks.isEmbedding ? .embeddings : .chat
        } else if let object, view.string(object, is: "response") {
            self = .responses
        } else if marks.isEmbedding {
            self = .embeddings
        } else if let object, !view.string(object, is: "chat.completion") {
            return nil
        } else if let output, view.kind(output) == .array {
            self = .responses
        } else {
            self = .chat
        }
    }
}
