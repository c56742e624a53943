// SPDX-License-Identifier: Apache-2.0

// How many tokens some bytes may be, where nobody has counted them.

/// The rule of thumb for tokens: a quarter of the bytes, in whole.
enum TokenEstimate {
    static func tokens(bytes: Int) -> Int { bytes / 4 + (bytes % 4 > 0 ? 1 : 0) }
}
