// SPDX-License-Identifier: Apache-2.0

// `gateway serve`: from flags, environment and file to a server that runs until it is told to end.

import ArgumentParser
import Foundation
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the Files API (/bedrock/files) and the Bedrock batch API (/bedrock).",
        discussion: """
            Settings come from the environment, or from a file of NAME=VALUE lines:
            OPENAI_API_KEY, OPENAI_BASE_URL, GEMINI_API_KEY, GEMINI_BASE_URL, AWS_ACCESS_KEY_ID,
            AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL_S3,
            AWS_ENDPOINT_URL_BEDROCK, BEDROCK_BATCH_ROLE_ARN, BEDROCK_BATCH_BUCKET,
            BEDROCK_ALLOWED_BUCKETS,
            GATEWAY_ACCESS_KEYS (ID:SECRET[:PROVIDER+PROVIDER][,...]), GATEWAY_POLL_INTERVAL (seconds),
            GATEWAY_BATCH_RECORDS (the most records of one upstream batch), GATEWAY_BAD_LINES (the
            bad lines that a file may have and still run; 0), GATEWAY_TENANT_BYTES and
            GATEWAY_TENANT_JOBS (what one access key may keep, and have running),
            GATEWAY_CLIENT_TIMEOUT (seconds). docs/GATEWAY.md says more of each.
            Without access keys everybody on this machine is let in, and nobody else.
            """)

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0: any that is free.") var port = 8080
    @Option(help: "The folder for files and jobs.") var data = "gateway-data"
    @Option(help: "A file of settings, which nobody else may read.") var config: String?
    @Flag(help: "Start emulated providers, so that all works offline.") var sandbox = false
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel = "info"
    @Option(help: "The certificate chain for TLS, in PEM.") var tlsCertificate: String?
    @Option(help: "The private key for TLS, in PEM.") var tlsKey: String?

    func run() async throws {
        let settings: Settings
        do throws(SettingsError) {
            settings = try Settings(self, environment: ProcessInfo.processInfo.environment)
        } catch {
            FileHandle.standardError.write(Data("gateway: \(error.message)\n".utf8))
            // sysexits(3): something is wrong with the configuration.
            throw ExitCode(78)
        }
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: settings.logLevel) }
        try await GatewayServer(settings).run()
    }
}
