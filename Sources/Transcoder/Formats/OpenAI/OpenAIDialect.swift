// SPDX-License-Identifier: Apache-2.0

// OpenAI has one envelope around bodies of several endpoints: which one it is, tells the url, and
// where there is none, the body's members.

import JSONLCodec

/// The dialects of OpenAI's bodies that are conversations: everything in which they differ and
/// that is spelled in more than one place.
enum OpenAIDialect {
    /// `/v1/chat/completions`.
    case chat

    /// The name behind the slash.
    var name: String {
        switch self {
        case .chat: "chat"
        }
    }

    /// The endpoint, as requests name it.
    var path: StaticString {
        switch self {
        case .chat: "/v1/chat/completions"
        }
    }

    /// What is about a function stands in a member `function` of its own, not beside `type`.
    var nestsFunctions: Bool { self == .chat }

    /// The type of a text in a message of the user.
    var textType: StaticString {
        switch self {
        case .chat: "text"
        }
    }

    /// Tools may answer with pictures and files, not only with text.
    var takesMediaInResults: Bool { self != .chat }

    // MARK: - Requests

    /// The dialect of an endpoint, with or without a version in front (ruling G8).
    init?(endpoint node: NodeID, _ view: JSONView) {
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
        guard rest == "/chat/completions" else { return nil }
        self = .chat
    }
}
