// SPDX-License-Identifier: Apache-2.0

// The few documents that clients send: elements and text. Document types, entities of one's own
// and processing instructions have no use here and are refused, so there is nothing to expand.

/// An element of a document.
public struct XMLElement: Sendable, Hashable {
    /// The name, without a prefix.
    public var name: String
    /// The text in it, without that of other elements.
    public var text = ""
    /// The elements in it.
    public var children: [XMLElement] = []

    /// The text of the first element of a name in it.
    public subscript(name: String) -> String? {
        children.first { $0.name == name }?.text
    }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - bytes: The document, in UTF-8.
    ///   - depthLimit: The most elements that may be open at once.
    /// - Returns: Nil for what is not well-formed, or holds anything but elements and text.
    public static func parse(_ bytes: [UInt8], depthLimit: Int = 16) -> XMLElement? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var parser = Parser(rest: Substring(text).unicodeScalars[...], depthLimit: depthLimit)
        return parser.document()
    }

    private struct Parser {
        var rest: Substring.UnicodeScalarView
        let depthLimit: Int

        mutating func document() -> XMLElement? {
            if rest.first == "\u{FEFF}" { rest.removeFirst() }
            if take("<?xml ") {
                guard skip(to: "?>") else { return nil }
            }
            guard skipSpaceAndComments(), let root = element(), skipSpaceAndComments(), rest.isEmpty
            else { return nil }
            return root
        }

        /// Elements are kept on a list, not on the call stack, so depth costs nothing.
        private mutating func element() -> XMLElement? {
            var open: [XMLElement] = []
            while true {
                if rest.first != "<" {
                    guard !open.isEmpty, let text = text() else { return nil }
                    open[open.count - 1].text += text
                } else if take("<!--") {
                    guard skip(to: "-->") else { return nil }
                } else if take("</") {
                    guard let name = name(), skipSpace(), take(">"), let last = open.popLast(),
                        last.name == name
                    else { return nil }
                    if open.isEmpty { return last }
                    open[open.count - 1].children.append(last)
                } else {
                    guard take("<"), open.count < depthLimit, let name = name(),
                        let isEmpty = attributes()
                    else { return nil }
                    guard isEmpty else {
                        open.append(XMLElement(name: name))
                        continue
                    }
                    if open.isEmpty { return XMLElement(name: name) }
                    open[open.count - 1].children.append(XMLElement(name: name))
                }
            }
        }

        /// Skips attributes; whether the element ends at once.
        private mutating func attributes() -> Bool? {
            while true {
                _ = skipSpace()
                if take("/>") { return true }
                if take(">") { return false }
                guard name() != nil, skipSpace(), take("="), skipSpace(),
                    let quote = rest.popFirst(), quote == "\"" || quote == "'"
                else { return nil }
                guard let end = rest.firstIndex(of: quote), !rest[..<end].contains("<") else {
                    return nil
                }
                rest = rest[rest.index(after: end)...]
            }
        }

        private mutating func name() -> String? {
            let end = rest.firstIndex { " \t\r\n/>=<&'\"".unicodeScalars.contains($0) }
            guard let end, end > rest.startIndex else { return nil }
            let name = String(rest[..<end])
            rest = rest[end...]
            return name.split(separator: ":").last.map(String.init)
        }

        private mutating func text() -> String? {
            var result = String.UnicodeScalarView()
            while let scalar = rest.first, scalar != "<" {
                rest.removeFirst()
                guard scalar == "&" else {
                    result.append(scalar)
                    continue
                }
                guard let end = rest.prefix(10).firstIndex(of: ";"),
                    let character = Self.character(String(rest[..<end]))
                else { return nil }
                result.append(character)
                rest = rest[rest.index(after: end)...]
            }
            return rest.isEmpty ? nil : String(result)
        }

        private static func character(_ name: String) -> Unicode.Scalar? {
            switch name {
            case "amp": "&"
            case "lt": "<"
            case "gt": ">"
            case "quot": "\""
            case "apos": "'"
            default:
                name.hasPrefix("#x")
                    ? UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
                    : name.hasPrefix("#")
                        ? UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init) : nil
            }
        }

        private mutating func take(_ text: String) -> Bool {
            guard rest.starts(with: text.unicodeScalars) else { return false }
            rest = rest.dropFirst(text.unicodeScalars.count)
            return true
        }

        private mutating func skip(to end: String) -> Bool {
            while !rest.isEmpty {
                if take(end) { return true }
                rest.removeFirst()
            }
            return false
        }

        private mutating func skipSpace() -> Bool {
            rest = rest.drop { " \t\r\n".unicodeScalars.contains($0) }
            return true
        }

        private mutating func skipSpaceAndComments() -> Bool {
            while skipSpace(), take("<!--") {
                guard skip(to: "-->") else { return false }
            }
            return true
        }
    }
}
