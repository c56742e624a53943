// SPDX-License-Identifier: Apache-2.0

// The step of all scans in Swift: sixteen bytes at once, on any processor.

/// Sixteen bytes, and how many of them stand before the first one of some kind; 16 for none.
struct ByteBlock {
    private let bytes: SIMD16<UInt8>

    /// Loads a block; sound only where sixteen bytes can be read.
    @inline(__always)
    init(loading start: UnsafePointer<UInt8>) {
        bytes = unsafe UnsafeRawPointer(start).loadUnaligned(as: SIMD16<UInt8>.self)
    }

    /// Stores the block; sound only where sixteen bytes can be written.
    @inline(__always)
    func store(to target: UnsafeMutablePointer<UInt8>) {
        unsafe UnsafeMutableRawPointer(target).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
    }

    /// Before a quote, backslash, control character or byte beyond ASCII.
    @inline(__always)
    var countOfPlainASCII: Int {
        // One signed comparison finds both control characters and bytes from 0x80 on.
        let signed = unsafe unsafeBitCast(bytes, to: SIMD16<Int8>.self)
        return count(before: (signed .< SIMD16(repeating: 0x20)) .| quotesAndBackslashes)
    }

    /// Before a quote, backslash or control character: what cannot stand in a string as it is.
    @inline(__always)
    var countOfUnescaped: Int {
        count(before: (bytes .< SIMD16(repeating: 0x20)) .| quotesAndBackslashes)
    }

    /// Before a backslash.
    @inline(__always)
    var countBeforeBackslash: Int {
        count(before: bytes .== SIMD16(repeating: UInt8(ascii: "\\")))
    }

    @inline(__always)
    private var quotesAndBackslashes: SIMDMask<SIMD16<Int8>> {
        (bytes .== SIMD16(repeating: UInt8(ascii: "\"")))
            .| (bytes .== SIMD16(repeating: UInt8(ascii: "\\")))
    }

    @inline(__always)
    private func count(before hits: SIMDMask<SIMD16<Int8>>) -> Int {
        let lanes = unsafe unsafeBitCast(hits, to: SIMD2<UInt64>.self)
        if lanes.x != 0 { return lanes.x.trailingZeroBitCount >> 3 }
        return 8 + lanes.y.trailingZeroBitCount >> 3
    }
}
