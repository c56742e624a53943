// SPDX-License-Identifier: Apache-2.0

// The command line of the gateway.

import ArgumentParser

/// `gateway`.
@main
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Batch files for any provider, by the Bedrock batch API and S3.",
        version: "0.1.0", subcommands: [Serve.self, ListJobs.self, ShowJob.self],
        defaultSubcommand: Serve.self)
}
