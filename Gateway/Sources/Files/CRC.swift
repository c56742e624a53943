// SPDX-License-Identifier: Apache-2.0

// The cyclic redundancy checks of S3, eight bytes a step with tables made once.

import NIOCore

/// One kind of check: its polynomial, bits in reverse.
struct CRC: Sendable {
    private let tables: [[UInt64]]
    private let mask: UInt64
    /// The bytes of a value.
    let byteCount: Int

    /// CRC-32 of ISO-HDLC, as in gzip.
    static let crc32 = CRC(polynomial: 0xEDB8_8320, byteCount: 4)
    /// CRC-32C (Castagnoli).
    static let crc32c = CRC(polynomial: 0x82F6_3B78, byteCount: 4)
    /// CRC-64/NVME.
    static let crc64nvme = CRC(polynomial: 0x9A6C_9329_AC4B_C9B5, byteCount: 8)

    private init(polynomial: UInt64, byteCount: Int) {
        self.byteCount = byteCount
        mask = byteCount == 8 ? .max : 0xFFFF_FFFF
        var tables = [[UInt64]](repeating: [UInt64](repeating: 0, count: 256), count: 8)
        for byte in 0..<256 {
            var value = UInt64(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
            tables[0][byte] = value
        }
        for byte in 0..<256 {
            for step in 1..<8 {
                let value = tables[step - 1][byte]
                tables[step][byte] = value >> 8 ^ tables[0][Int(value & 0xFF)]
            }
        }
        self.tables = tables
    }

    /// The state before the first byte.
    var start: UInt64 { mask }

    /// The state after further bytes.
    ///
    /// - Complexity: O(*n*).
    func update(_ state: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = state
        var index = 0
        while index + 8 <= bytes.count {
            let word = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let mixed = state ^ word
            var next: UInt64 = 0
            for step in 0..<8 { next ^= tables[7 - step][Int(mixed >> (step * 8) & 0xFF)] }
            state = next
            index += 8
        }
        while index < bytes.count {
            state = state >> 8 ^ tables[0][Int((state ^ UInt64(bytes[index])) & 0xFF)]
            index += 1
        }
        return state
    }

    /// The value as it is sent: the last bytes of the state, most significant first.
    func value(_ state: UInt64) -> [UInt8] {
        let value = (state ^ mask) & mask
        return (0..<byteCount).map {
            UInt8(truncatingIfNeeded: value >> ((byteCount - 1 - $0) * 8))
        }
    }
}
