// SPDX-License-Identifier: Apache-2.0

// The codes of faults that only records of embeddings have.

extension CodeDescription {
    static let ofEmbeddings = [
        CodeDescription(
            ErrorCode.embeddingInputs, "more inputs or vectors in one record than the target takes",
            "OpenAI takes up to 2048 inputs in a record and Cohere 96; Gemini and Titan take one "
                + "text and give one vector. A record becomes a record, so it is not cut: write "
                + "one input a record. The path names the first one that is too many.",
            example: #"{"input":["first text","second text"]}"#),
        CodeDescription(
            ErrorCode.embeddingTokens, "an input is given as numbers of tokens",
            "OpenAI takes texts that were cut into tokens already. The numbers belong to one "
                + "model's vocabulary, so no other provider can read them.",
            example: #"{"input":[9906,1917]}"#),
        CodeDescription(
            ErrorCode.embeddingDimensions, "the target has no vectors of the length asked for",
            "Titan V2 makes vectors of 256, 512 or 1024 numbers, Cohere v4 of 256, 512, 1024 or "
                + "1536; older models of both have one length only. Another length would not fit "
                + "to the vectors that there are, so the record is refused.",
            example: #"{"dimensions":768}"#),
        CodeDescription(
            ErrorCode.embeddingEncoding, "the vectors are no floats",
            "The answer holds vectors of whole numbers or bits only (int8, uint8, binary, "
                + "ubinary), from which nobody can tell what the floats were."),
    ]
}
