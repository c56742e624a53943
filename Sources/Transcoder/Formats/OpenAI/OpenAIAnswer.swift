// SPDX-License-Identifier: Apache-2.0

// What the answers of all of OpenAI's dialects begin with: id, time, model.

import JSONLCodec

/// The members that every answer has, whatever its dialect.
enum OpenAIAnswer {
    /// Writes the id of an answer: the source's own, or one made of the record's.
    static func writeID(
        of response: Response, prefix: StaticString, to output: inout ByteBuffer,
        _ context: borrowing RecordContext
    ) {
        output.append("\"")
        if let id = response.responseID, !id.isEmpty {
            output.append(copying: context.bytes(id, for: output))
        } else {
            output.append(prefix)
            if let id = response.id.text { output.append(copying: context.bytes(id, for: output)) }
        }
        output.append("\"")
    }

    /// Writes when an answer was made, in seconds.
    static func writeCreated(
        _ created: CreationTime, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        switch created {
        case .seconds(let node):
            if let seconds = context.view.unixSeconds(node) {
                return output.append(decimal: seconds)
            }
        case .timestamp(let node):
            if let seconds = UnixTime.seconds(ofRFC3339: context.view.interior(node)) {
                return output.append(decimal: seconds)
            }
        case .unknown:
            break
        }
        output.append(decimal: context.options.created ?? 0)
    }

    /// Writes the model that answered, or else the one that the batch is for.
    static func writeModel(
        of response: Response, to output: inout ByteBuffer, _ context: borrowing RecordContext
    ) {
        if let model = response.model {
            context.write(model, to: &output)
        } else {
            output.append(quoted: context.modelName.view)
        }
    }
}
