// SPDX-License-Identifier: Apache-2.0

// Which family a model belongs to, told from its id: some settings have another name in each.

/// The families of models that the rulings tell apart (H15, L2): substrings of the model id.
///
/// The first one that fits is meant.
enum ModelFamily: String, Sendable, CaseIterable {
    case claude = "claude"
    case nova2 = "nova-2"
    case nova = "nova"
    case gptOSS = "gpt-oss"
    case gemini25 = "gemini-2.5"
    case gemini3 = "gemini-3"
    case unknown = ""

    /// A Nova of any generation.
    var isNova: Bool { self == .nova || self == .nova2 }

    /// The family of a model id; `unknown` for none and for all others.
    init(model: String?) {
        guard let model = model?.lowercased() else {
            self = .unknown
            return
        }
        self =
            Self.allCases.first { $0 != .unknown && model.contains(word: $0.rawValue) } ?? .unknown
    }
}

extension String {
    /// Whether another text stands in this one.
    func contains(word other: String) -> Bool {
        let text = Array(utf8)
        let pattern = Array(other.utf8)
        guard pattern.count <= text.count else { return false }
        return (0...text.count - pattern.count).contains { start in
            text[start..<start + pattern.count].elementsEqual(pattern)
        }
    }
}
