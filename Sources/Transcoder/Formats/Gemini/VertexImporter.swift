// SPDX-License-Identifier: Apache-2.0

// What the importer of Vertex AI takes: it reads lines into a table, and one line that has no
// columns fails the whole job.

import JSONLCodec

/// The limits of the importer (ruling G3).
enum VertexImporter {
    /// How many objects may be open inside of the record.
    static let depthLimit = 15

    /// Checks a line that was written.
    ///
    /// - Parameters:
    ///   - line: The record.
    ///   - request: What it was made of.
    ///   - context: Its memory is used for the index of the line.
    /// - Throws: `content.unsupported:block` at the part of the request that has no columns.
    /// - Complexity: O(*n*).
    static func check(
        _ line: ByteView, of request: Request, _ context: inout RecordContext
    ) throws(RecordError) {
        guard let view = context.embedded.index(plain: line) else { return }
        var ends: [UInt32] = []
        var position: UInt32 = 0
        while position < view.nodeCount {
            let node = NodeID(position)
            while let end = ends.last, position >= end { ends.removeLast() }
            if let message = fault(node, view, depth: ends.count) {
                throw RecordError(
                    .unsupportedBlock, at: request.place(of: node, view), message)
            }
            if view.kind(node) == .object { ends.append(view.next(after: node).position) }
            position += 1
        }
    }

    private static func fault(
        _ node: NodeID, _ view: JSONView, depth: Int
    ) -> StaticString? {
        switch view.kind(node) {
        case .object where view.isEmpty(node):
            "Vertex AI imports no empty objects"
        case .object where depth > depthLimit:
            "Vertex AI imports no more than 15 levels of objects"
        case .key where !view.interior(node).isColumnName:
            "Vertex AI imports no members whose names are no names of columns"
        default:
            nil
        }
    }
}

extension Request {
    /// The member of the source that became a part of the written line.
    fileprivate func place(of node: NodeID, _ view: JSONView) -> NodeID {
        for (key, body) in view.members(.root) where view.string(key, is: "request") {
            for (key, value) in view.members(body)
            where (key.position..<view.next(after: value).position).contains(node.position) {
                if view.string(key, is: "tools") { return tool(holding: node, in: value, view) }
                if view.string(key, is: "contents") { return messages }
                if view.string(key, is: "generationConfig"),
                    case .schema(let format) = responseFormat
                {
                    return format.node
                }
            }
        }
        return body
    }

    /// The tool that became the function in whose declaration a part stands.
    private func tool(holding node: NodeID, in list: NodeID, _ view: JSONView) -> NodeID {
        for element in view.elements(list) {
            for (key, declarations) in view.members(element)
            where view.string(key, is: "functionDeclarations") {
                for (index, declaration) in view.elements(declarations).enumerated()
                where view.next(after: declaration).position > node.position
                    && index < tools.count
                {
                    return tools[index].node
                }
            }
        }
        return body
    }
}

extension ByteView {
    /// Letters, digits and `_`, and no digit first.
    fileprivate var isColumnName: Bool {
        consistsOfLetters(and: "_") && !slice(0, 1).isDigits
    }
}
