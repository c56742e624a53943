// SPDX-License-Identifier: Apache-2.0

// Follows the references inside a schema: JSON pointers in URI fragments (RFC 6901, section 6).

import JSONLCodec

/// Looks up the value that a local reference names.
enum JSONPointer {
    /// The value that a reference such as `#/$defs/Item` names.
    ///
    /// - Parameters:
    ///   - reference: The string that holds the reference.
    ///   - root: The value that `#` names.
    ///   - view: The text that both stand in.
    /// - Returns: nil where it names nothing, or something outside of the text.
    static func resolve(_ reference: NodeID, from root: NodeID, of view: JSONView) -> NodeID? {
        guard view.kind(reference) == .string else { return nil }
        var rest = view.interior(reference)
        guard rest.starts(with: "#") else { return nil }
        rest = rest.slice(1, rest.count)
        let isPlain = !view.hasEscapes(reference) && rest.isPlainPointer
        var current = root
        while rest.count > 0 {
            guard rest[0] == UInt8(ascii: "/") else { return nil }
            rest = rest.slice(1, rest.count)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.count
            let token = rest.slice(0, end)
            rest = rest.slice(end, rest.count)
            guard let next = step(token, isPlain: isPlain, from: current, of: view) else {
                return nil
            }
            current = next
        }
        return current
    }

    private static func step(
        _ token: ByteView, isPlain: Bool, from node: NodeID, of view: JSONView
    ) -> NodeID? {
        if view.kind(node) == .array {
            guard token.isDigits, token.count < 10, let index = Int(token.text) else { return nil }
            for (position, element) in view.elements(node).enumerated() where position == index {
                return element
            }
            return nil
        }
        for (key, value) in view.members(node) {
            if isPlain, !view.hasEscapes(key) {
                if view.interior(key) == token { return value }
            } else if view.decoded(key) == decode(token) {
                return value
            }
        }
        return nil
    }

    /// Takes off the escapes of JSON, of URIs and of pointers, in this order.
    private static func decode(_ token: ByteView) -> String {
        var plain = ByteBuffer(capacity: token.count)
        plain.append(unescaping: token)
        let bytes = plain.bytes
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(
                    String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: untilded(result), as: UTF8.self)
    }

    private static func untilded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let isEscape = bytes[index] == UInt8(ascii: "~") && index + 1 < bytes.count
            switch isEscape ? bytes[index + 1] : 0 {
            case UInt8(ascii: "0"): result.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): result.append(UInt8(ascii: "/"))
            default:
                result.append(bytes[index])
                index += 1
                continue
            }
            index += 2
        }
        return result
    }
}

extension ByteView {
    /// Whether a pointer holds no escape of its own.
    fileprivate var isPlainPointer: Bool {
        firstIndex(of: UInt8(ascii: "%")) == nil && firstIndex(of: UInt8(ascii: "~")) == nil
    }
}
