// SPDX-License-Identifier: Apache-2.0

// Emulated providers in the gateway's own process, so that a newcomer runs a whole batch workflow
// without a key and without a network. They answer by rule: nothing in them thinks.

import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization
import Wire

/// A server that stands in for OpenAI, Gemini, S3 and Bedrock.
public struct Sandbox: Service {
    /// Where it is.
    public let baseURL: String
    private let task: Task<Void, any Error>

    /// Starts a server on a free port of this machine.
    ///
    /// - Parameters:
    ///   - log: Where it tells what it does.
    ///   - delay: The seconds that a batch takes.
    /// - Returns: The server, which is ready.
    /// - Throws: Where no port can be had.
    public static func start(log: Logger, delay: Double = 0.5) async throws -> Sandbox {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            responder: SandboxResponder(delay: delay),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), serverName: "sandbox"),
            onServerRunning: { channel in
                port.yield(channel.localAddress?.port ?? 0)
                port.finish()
            }, logger: log)
        let task = Task { try await application.run() }
        for await number in ports {
            return Sandbox(baseURL: "http://127.0.0.1:\(number)", task: task)
        }
        task.cancel()
        throw CancellationError()
    }

    /// Serves until the service is told to end.
    public func run() async throws {
        try? await gracefulShutdown()
        task.cancel()
    }
}

/// Sends requests to the provider that their path names.
struct SandboxResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    private let shelf: Shelf
    private let openAI: SandboxOpenAI
    private let gemini: SandboxGemini
    private let bedrock: SandboxBedrock

    init(delay: Double) {
        shelf = Shelf(delay: delay)
        openAI = SandboxOpenAI(shelf: shelf)
        gemini = SandboxGemini(shelf: shelf)
        bedrock = SandboxBedrock(shelf: shelf)
    }

    /// The bytes that an upload may have: more would not fit into memory beside the others.
    private static var uploadLimit: Int { 512 << 20 }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        var request = request
        let target = RequestTarget(request.head.path ?? "/")
        let body = try await request.collectBody(upTo: Self.uploadLimit)
        let call = SandboxCall(
            method: request.method, path: target.path, target: target, headers: request.headers,
            host: request.head.authority ?? "127.0.0.1", body: Array(buffer: body))
        if let rest = call.rest(behind: "/openai/v1/") { return openAI.respond(call, rest) }
        if let rest = call.rest(behind: "/gemini/") { return gemini.respond(call, rest) }
        if let rest = call.rest(behind: "/s3/") { return bedrock.respondAsS3(call, rest) }
        if let rest = call.rest(behind: "/bedrock/") { return bedrock.respond(call, rest) }
        return SandboxCall.error(404, "no such place")
    }
}
