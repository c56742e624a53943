// SPDX-License-Identifier: Apache-2.0

// Turns a trivial error value into what a person reads: path, column, excerpt, sentence.

package import JSONLCodec

/// Describes the errors of one line; runs only when something is wrong.
struct ErrorDescriber {
    let line: ByteView
    /// The index of the line, or nil where it is no JSON.
    let view: JSONView?
    /// The provider whose format the record should have, and what kind of record it should be.
    let provider: String
    let kind: RecordKind
    let recordID: String?

    /// The most bytes of the line that an excerpt holds.
    private static var excerptByteLimit: Int { 160 }

    func describe(_ error: RecordError, at start: SourcePlace) -> Diagnostic {
        let other = otherFormat(for: error)
        let (path, offset) = location(of: error)
        return Diagnostic(
            place: SourcePlace(file: start.file, line: start.line, column: offset + 1),
            path: path, code: other == nil ? code(of: error) : ErrorCode.mixedFormats.rawValue,
            message: other ?? message(of: error, onLine: start.line), recordID: recordID,
            firstUse: nil,
            excerpt: Self.excerpt(of: line, around: offset))
    }

    private func code(of error: RecordError) -> String {
        error.loss?.code.rawValue ?? error.code.rawValue
    }

    private func message(of error: RecordError, onLine number: Int) -> String {
        if let fault = error.jsonFault { return LineDiagnosis.sentence(fault, in: line) }
        if error.code == .notAnObject, let view {
            return LineDiagnosis.sentence(view.kind(.root), onLine: number)
        }
        return "\(error.message)"
    }

    /// A sentence about the format that the record really has, where it is another one.
    private func otherFormat(for error: RecordError) -> String? {
        guard error.code == .missingField || error.code == .wrongType, let view,
            let detected = Detection.detect(view)
        else { return nil }
        guard detected.format.provider != provider else { return nil }
        let name = "\(detected.format.article) \(detected.format) \(detected.kind.rawValue)"
        return "this is \(name) among "
            + "\(provider) \(kind.rawValue)s"
    }

    private func location(of error: RecordError) -> (path: String, offset: Int) {
        if let loss = error.loss {
            switch loss.place {
            case .node(let node): return location(of: node)
            case .member(let object, let name):
                let (path, offset) = location(of: object)
                return ("\(path).\(name)", offset)
            case .path(let path): return ("$.\(path)", 0)
            }
        }
        switch error.place {
        case .node(let node):
            return location(of: node)
        case .member(let object, let name):
            let (path, offset) = location(of: object)
            return ("\(path).\(name)", offset)
        case .offset(let offset):
            return (JSONPath.path(toByte: offset, in: line), offset)
        }
    }

    private func location(of node: NodeID) -> (path: String, offset: Int) {
        guard let view else { return ("$", 0) }
        var path = ByteBuffer()
        path.append("$")
        if node != .root {
            if view.kind(.root) == .object { path.append(".") }
            path.append(pathTo: node, of: view)
        }
        return (path.view.text, view.start(node))
    }

    /// The bytes around an offset.
    static func excerpt(of line: ByteView, around offset: Int) -> Diagnostic.Excerpt {
        let middle = min(offset, line.count)
        let lower = max(0, min(middle - excerptByteLimit / 2, line.count - excerptByteLimit))
        let upper = min(line.count, lower + excerptByteLimit)
        var bytes: [UInt8] = []
        for index in lower..<upper { bytes.append(line[index]) }
        return Diagnostic.Excerpt(
            bytes: bytes, caret: middle - lower, isCutBefore: lower > 0,
            isCutAfter: upper < line.count)
    }
}

extension FormatID {
    /// The article before the name in a sentence.
    fileprivate var article: String {
        provider.first.map { "aeio".contains($0) } == true ? "an" : "a"
    }
}

/// Finds the id of a record that could not be read.
package enum RecordName {
    private static let members = ["recordId", "custom_id", "key", "id"]

    /// The id in any of the places where formats keep it.
    package static func find(in view: JSONView) -> String? {
        for name in members {
            for (key, value) in view.members(.root) where view.decoded(key) == name {
                return text(value, view)
            }
        }
        for (key, value) in view.members(.root) where view.string(key, is: "metadata") {
            for (inner, id) in view.members(value) where view.string(inner, is: "key") {
                return text(id, view)
            }
        }
        return nil
    }

    private static func text(_ node: NodeID, _ view: JSONView) -> String? {
        switch view.kind(node) {
        case .string: view.decoded(node)
        case .number: view.source(node).text
        default: nil
        }
    }
}
