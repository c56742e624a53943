// SPDX-License-Identifier: Apache-2.0

// Whether two spellings of JSON mean the same: for requests that come back in other spellings.

import JSONLCodec

extension JSONView {
    /// A hash of what a value means, whatever its spelling.
    ///
    /// Members count in any order, those that are null not at all; numbers count by their value and
    /// texts by their characters (ruling G3).
    ///
    /// - Complexity: O(*n*).
    func meaning(of node: NodeID) -> UInt64 {
        switch kind(node) {
        case .null: return Self.mixed(1, 0)
        case .true: return Self.mixed(2, 0)
        case .false: return Self.mixed(3, 0)
        case .number:
            let value = Double(source(node).text) ?? 0
            // Zero has two spellings.
            return Self.mixed(4, value == 0 ? 0 : value.bitPattern)
        case .string, .key:
            return Self.mixed(5, characterHash(of: node))
        case .array:
            var hash: UInt64 = 6
            for element in elements(node) { hash = Self.mixed(hash, meaning(of: element)) }
            return hash
        case .object:
            // A sum, since it does not know an order.
            var sum: UInt64 = 7
            for (name, value) in members(node) where kind(value) != .null {
                sum &+= Self.mixed(characterHash(of: name), meaning(of: value))
            }
            return sum
        }
    }

    private func characterHash(of text: NodeID) -> UInt64 {
        guard hasEscapes(text) else { return interior(text).hash }
        var plain = ByteBuffer(capacity: 64)
        plain.append(unescaping: interior(text))
        return plain.view.hash
    }

    private static func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (first ^ 0x9E37_79B9_7F4A_7C15)
            .multipliedFullWidth(by: second ^ 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
