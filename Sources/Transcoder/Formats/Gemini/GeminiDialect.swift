// SPDX-License-Identifier: Apache-2.0

// Google has one body and two services around it, whose lines differ in their members.

import JSONLCodec

/// The lines of the two services that take and give Gemini's bodies.
enum GeminiDialect {
    /// The Developer API: `{"key", "request"}`, `{"key", "response"}`.
    case generateContent
    /// Vertex AI: tables, whose columns come back beside what the service adds to them.
    case vertex
    /// Embeddings in lines of the Developer API.
    case embedContent

    /// The name behind the slash.
    var name: String {
        switch self {
        case .generateContent: "generate-content"
        case .vertex: "vertex"
        case .embedContent: "embed-content"
        }
    }
}
