// SPDX-License-Identifier: Apache-2.0

// The path of a value or of a byte, worked out when a message needs it.

extension ByteBuffer {
    /// Appends the path of a value: member names as they are spelled, exact indices, no `$`.
    ///
    /// - Returns: Nothing; the outermost value has the empty path.
    /// - Complexity: O(*d* · *w*) for depth *d* and siblings *w*; for reports, not for every value.
    package mutating func append(pathTo target: NodeID, of view: JSONView) {
        var current = NodeID.root
        let start = count
        while current != target {
            switch view.kind(current) {
            case .object:
                guard let (name, value) = Self.member(holding: target, in: current, of: view)
                else { return }
                if count > start { append(UInt8(ascii: ".")) }
                append(made: view.interior(name))
                if name == target { return }
                current = value
            case .array:
                var index = 0
                var next: NodeID?
                for element in view.elements(current) {
                    if view.next(after: element).position > target.position {
                        next = element
                        break
                    }
                    index += 1
                }
                guard let next else { return }
                append(UInt8(ascii: "["))
                append(decimal: index)
                append(UInt8(ascii: "]"))
                current = next
            default:
                return
            }
        }
    }

    private static func member(
        holding target: NodeID, in object: NodeID, of view: JSONView
    ) -> (name: NodeID, value: NodeID)? {
        for member in view.members(object)
        where view.next(after: member.name).position > target.position {
            return member
        }
        return nil
    }
}

/// The path of a byte in a text that may be broken there.
package enum JSONPath {
    /// The path of the value that holds, or would hold, the byte at an offset.
    ///
    /// - Parameters:
    ///   - offset: An offset into `text`.
    ///   - text: The text; it need only be sound before `offset`.
    /// - Returns: The path, with `$` in front.
    /// - Complexity: O(*n*); it allocates, because it runs only when an error is reported.
    package static func path(toByte offset: Int, in text: ByteView) -> String {
        var levels: [(isObject: Bool, name: String, index: Int)] = []
        var index = 0
        var lastString = ""
        while index < min(offset, text.count) {
            switch text[index] {
            case UInt8(ascii: "\""):
                let end = endOfString(in: text, from: index)
                lastString = text.slice(index + 1, max(index + 1, min(end, text.count) - 1)).text
                index = end
                continue
            case UInt8(ascii: "{"): levels.append((true, "", 0))
            case UInt8(ascii: "["): levels.append((false, "", 0))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
            case UInt8(ascii: ":"):
                if !levels.isEmpty { levels[levels.count - 1].name = lastString }
            case UInt8(ascii: ","):
                if !levels.isEmpty {
                    levels[levels.count - 1].index += 1
                    levels[levels.count - 1].name = ""
                }
            default: break
            }
            index += 1
        }
        var path = "$"
        for level in levels.prefix(64) {
            if !level.isObject {
                path += "[\(level.index)]"
            } else if !level.name.isEmpty {
                path += ".\(level.name)"
            }
        }
        return path
    }

    private static func endOfString(in text: ByteView, from start: Int) -> Int {
        var index = start + 1
        while index < text.count {
            if text[index] == UInt8(ascii: "\"") { return index + 1 }
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return text.count
    }
}
