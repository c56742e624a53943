// SPDX-License-Identifier: Apache-2.0

// Writes images and documents as blocks of a Messages body.

import JSONLCodec

extension MessagesMedia {
    /// Writes a block up to its closing brace.
    static func write(
        _ media: Media, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) throws(RecordError) {
        let isDocument = media.type.kind == .document
        output.append(isDocument ? "{\"type\":\"document\"" : "{\"type\":\"image\"")
        output.append(",\"source\":{\"type\":")
        switch media.source {
        case .base64(let data, let needsRepair):
            output.append("\"base64\",\"media_type\":")
            output.append(quoted: media.type.mime)
            output.append(",\"data\":\"")
            context.write(base64: data, needsRepair: needsRepair, to: &output)
            output.append("\"}")
        case .url(let address):
            output.append("\"url\",\"url\":")
            context.write(address, to: &output)
            output.append("}")
        case .text(let text):
            output.append("\"text\",\"media_type\":\"text/plain\",\"data\":")
            context.write(text, to: &output)
            output.append("}")
        }
        if isDocument { writeDescription(of: media, to: &output, context) }
    }

    private static func writeDescription(
        of media: Media, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let title = media.name {
            output.append(",\"title\":")
            context.write(title, to: &output)
        }
        if let note = media.context {
            output.append(",\"context\":")
            context.write(note, to: &output)
        }
        if let citations = media.citations {
            output.append(",\"citations\":")
            context.write(citations, to: &output)
        }
    }
}
