// SPDX-License-Identifier: Apache-2.0

// Who sent a request, as far as its signature proves it.

/// The client behind a request: a tenant of its own with its own files and jobs.
public struct Caller: Sendable, Hashable {
    /// The access key id, or `local` where the gateway serves loopback without keys.
    public let tenant: String
    /// The providers that the client may use.
    public let providers: Set<ProviderName>

    /// Creates a caller.
    public init(tenant: String, providers: Set<ProviderName> = Set(ProviderName.allCases)) {
        self.tenant = tenant
        self.providers = providers
    }
}
