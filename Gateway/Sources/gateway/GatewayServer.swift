// SPDX-License-Identifier: Apache-2.0

// The parts of the gateway put together, and the server in front of them.

import AsyncHTTPClient
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Jobs
import Logging
import NIOCore
import NIOSSL
import Providers
import Sandbox
import ServiceLifecycle
import Signing
import Storage
import Wire

/// One gateway.
struct GatewayServer {
    private let settings: Settings
    private let log = Logger(label: "gateway")

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// Tells the time.
    @Sendable
    static func now() -> UTCDate {
        UTCDate(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Serves until a signal says to end.
    func run() async throws {
        let member = try FolderMember(folder: settings.dataFolder)
        let blobs = try LocalBlobStore(folder: settings.dataFolder, member: member)
        let state = try SQLiteStateStore(path: settings.dataFolder + "/state.sqlite")
        let catalog = StateObjectCatalog(state: state)
        var upstreams = settings.providers
        var services: [any Service] = []
        if settings.isSandbox {
            let sandbox = try await Sandbox.start(log: Logger(label: "sandbox"))
            upstreams.useSandbox(sandbox.baseURL)
            services.append(sandbox)
            log.notice(
                "SANDBOX: all providers are emulated, no request leaves this machine",
                metadata: ["url": "\(sandbox.baseURL)"])
        }
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
        defer { client.shutdown { _ in } }
        let providers = upstreams.providers(client: client, now: Self.now)
        let authenticator: any Authenticator =
            settings.accessKeys.isEmpty
            ? OpenAuthenticator() : SigV4Verifier(keys: settings.accessKeys, now: Self.now)
        var limits = FilesLimits()
        limits.tenantByteCount = settings.tenantByteCount
        let files = FilesAPI(
            state: state, blobs: blobs, catalog: catalog,
            forwarder: ProviderForwarder(providers: providers, blobs: blobs), limits: limits,
            log: Logger(label: "files"), now: Self.now)
        services.append(
            Housekeeping(
                sweeper: BlobSweeper(state: state, blobs: blobs), files: files,
                log: Logger(label: "housekeeping")))
        let store = JobStore(state: state)
        let worker = JobWorker(
            store: store, blobs: blobs, catalog: catalog, providers: providers,
            member: member, recordLimit: settings.recordLimit, badLineLimit: settings.badLineLimit,
            pollInterval: settings.pollInterval,
            log: Logger(label: "jobs"), now: Self.now)
        services.append(worker)
        let jobs = JobsAPI(
            store: store, catalog: catalog, providers: providers, worker: worker,
            region: upstreams.region, tenantJobLimit: settings.tenantJobLimit, now: Self.now)
        let dispatcher = Dispatcher(
            files: files, jobs: jobs, authenticator: authenticator, blobs: blobs, state: state,
            log: log)
        if settings.accessKeys.isEmpty {
            log.notice("no access keys: everybody on this machine is let in, and nobody else")
        }
        let application = Application(
            responder: dispatcher, server: try server(dispatcher),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                serverName: "gateway",
                availableConnectionsDelegate: MaximumAvailableConnections(1000)),
            services: services,
            onServerRunning: { [log, settings] channel in
                let port = channel.localAddress?.port ?? settings.port
                let scheme = settings.tls == nil ? "http" : "https"
                log.notice("serving", metadata: ["url": "\(scheme)://\(settings.host):\(port)"])
            },
            logger: log)
        try await application.runService()
    }

    private static var clientConfiguration: HTTPClient.Configuration {
        // Nobody is followed elsewhere: an answer must not be able to send requests inside.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = HTTPClient.Configuration.Timeout(
            connect: .seconds(10), read: .seconds(60))
        return configuration
    }

    private func server(_ dispatcher: Dispatcher) throws -> HTTPServerBuilder {
        let patience = TimeAmount.nanoseconds(Int64(settings.clientTimeout * 1e9))
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                SlowClientHandler(patience: patience),
                ContinueHandler(refuse: dispatcher.refusal(of:)),
            ],
            idleTimeout: patience,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 64 << 10,
                maxHeaderFieldCount: 100))
        guard let tls = settings.tls else { return .http1(configuration: configuration) }
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate)
        let key = try NIOSSLPrivateKey(file: tls.key, format: .pem)
        return try .tls(
            .http1(configuration: configuration),
            tlsConfiguration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    }
}
