// SPDX-License-Identifier: Apache-2.0

// Writes Bedrock's records around the text bodies and answers of a family.

import JSONLCodec

/// A family of text bodies, as a type that writers can be made for.
protocol PromptFamily {
    /// The family's vocabulary.
    static var terms: PromptTerms { get }
}

/// Meta's Llama.
enum LlamaPrompts: PromptFamily { static var terms: PromptTerms { .llama } }

/// Mistral's text completion.
enum MistralPrompts: PromptFamily { static var terms: PromptTerms { .mistral } }

/// Amazon's Titan Text.
enum TitanPrompts: PromptFamily { static var terms: PromptTerms { .titan } }

/// Writes text bodies, for jobs of the type InvokeModel.
enum PromptRequestWriter<Family: PromptFamily>: RequestWriting, BedrockRequestWriting {
    static var capabilities: Capabilities { Family.terms.capabilities }

    static func writeBody(
        of request: Request, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try PromptBody.write(request, to: &output, &context, Family.terms)
    }
}

/// Writes results with the answers to text bodies.
enum PromptResultWriter<Family: PromptFamily>: ResultWriting, BedrockResultWriting {
    static var traits: ResultTraits { PromptAnswer.traits }

    static func writeAnswer(
        of response: Response, to output: inout ByteBuffer, _ context: inout RecordContext
    ) throws(RecordError) {
        try PromptAnswer.write(response, to: &output, &context, Family.terms)
    }
}
