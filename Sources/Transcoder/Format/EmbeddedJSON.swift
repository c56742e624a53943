// SPDX-License-Identifier: Apache-2.0

// JSON text inside a JSON string: one level is taken off, and the text is checked like a line.

import JSONLCodec

/// Memory to read JSON that stands in strings, one text after the other.
struct EmbeddedJSON: ~Copyable {
    private var bytes = ByteBuffer()
    /// Sixteen levels stay free for the record around the text when it is spliced in.
    static var depthLimit: Int { Limits().depthLimit - 16 }
    private var indexer = JSONIndexer(depthLimit: EmbeddedJSON.depthLimit)

    init() {}

    /// Decodes a string and indexes what it holds.
    ///
    /// - Parameter interior: The inside of the string.
    /// - Returns: A view that is valid until the next call, or nil where the string holds no
    ///   JSON text.
    mutating func index(_ interior: ByteView) -> JSONView? {
        bytes.removeAll(keepingAtMost: 1 << 20)
        bytes.append(unescaping: interior)
        return try? indexer.index(bytes.view)
    }

    /// Indexes a copy of JSON text that stands in no string.
    ///
    /// - Returns: A view that is valid until the next call, or nil where it is no JSON text.
    mutating func index(plain text: ByteView) -> JSONView? {
        bytes.removeAll(keepingAtMost: 1 << 20)
        bytes.append(made: text)
        return try? indexer.index(bytes.view)
    }
}
