// SPDX-License-Identifier: Apache-2.0

// Answers of S3: elements and text, nothing else of XML.

/// Writes an XML document.
public struct XMLWriter: Sendable {
    private var text: String

    /// Begins a document.
    public init() {
        text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    }

    /// The document as bytes.
    public var bytes: [UInt8] { Array(text.utf8) }

    /// Writes an element that holds others.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - namespace: The namespace that it and the others are in.
    ///   - body: Writes what it holds.
    public mutating func element(
        _ name: String, namespace: String? = nil, _ body: (inout XMLWriter) -> Void
    ) {
        text += "<\(name)" + (namespace.map { " xmlns=\"\($0)\"" } ?? "") + ">"
        body(&self)
        text += "</\(name)>"
    }

    /// Writes an element that holds text.
    public mutating func element(_ name: String, _ value: String) {
        text += "<\(name)>"
        for scalar in value.unicodeScalars { append(scalar) }
        text += "</\(name)>"
    }

    /// Writes an element that holds a number.
    public mutating func element(_ name: String, _ value: Int) { element(name, String(value)) }

    /// Writes an element that holds `true` or `false`.
    public mutating func element(_ name: String, _ value: Bool) { element(name, "\(value)") }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "&": text += "&amp;"
        case "<": text += "&lt;"
        case ">": text += "&gt;"
        case "\"": text += "&quot;"
        case "\r": text += "&#13;"
        case "\n", "\t": text.unicodeScalars.append(scalar)
        // XML 1.0 has no way to spell these; keys that hold them are listed percent-encoded.
        case "\0"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
        default: text.unicodeScalars.append(scalar)
        }
    }
}
