// SPDX-License-Identifier: Apache-2.0

// Who can run a batch, as the header `x-model-provider` spells it.

/// A provider of models that runs batches.
public enum ProviderName: String, Sendable, Hashable, CaseIterable, Codable {
    case bedrock, openai, gemini

    /// The request header that picks the provider.
    ///
    /// boto3 adds it unsigned, so it grants nothing.
    public static let headerName = "x-model-provider"
}
