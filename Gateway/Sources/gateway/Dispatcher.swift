// SPDX-License-Identifier: Apache-2.0

// Which service a request belongs to: decided by the raw path, after it is known who sent it.

import Files
import Foundation
import HTTPTypes
import Hummingbird
import Jobs
import Logging
import NIOCore
import Signing
import Storage
import Wire

/// Answers all requests.
struct Dispatcher: HTTPResponder {
    typealias Context = BasicRequestContext

    let files: FilesAPI
    let jobs: JobsAPI
    let authenticator: any Authenticator
    let blobs: LocalBlobStore
    let state: any StateStore
    let log: Logger
    private let metrics = GatewayMetrics()

    init(
        files: FilesAPI, jobs: JobsAPI, authenticator: any Authenticator, blobs: LocalBlobStore,
        state: any StateStore, log: Logger
    ) {
        self.files = files
        self.jobs = jobs
        self.authenticator = authenticator
        self.blobs = blobs
        self.state = state
        self.log = log
    }

    /// The bytes that a body of the control plane may have.
    private static var controlByteLimit: Int { 1 << 20 }

    private enum Service: String {
        case files, jobs, health, none

        init(path: String) {
            if path == FilesAPI.pathPrefix || path.hasPrefix(FilesAPI.pathPrefix + "/") {
                self = .files
            } else if path.hasPrefix("/bedrock/") {
                self = .jobs
            } else if ["/healthz", "/readyz", "/metrics"].contains(path) {
                self = .health
            } else {
                self = .none
            }
        }
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let start = ContinuousClock.now
        let id = Self.makeID()
        let path = RequestTarget(request.head.path ?? "/").path
        let service = Service(path: path)
        var response = await answer(request, service, path, id)
        for name in ["x-amz-request-id", "x-amzn-requestid"] {
            if let name = HTTPField.Name(name) { response.headers[name] = id }
        }
        let elapsed = ContinuousClock.now - start
        let seconds =
            Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        metrics.note(
            service: service.rawValue, method: request.method.rawValue,
            status: response.status.code, seconds: seconds)
        if service != .health {
            log.info(
                "request",
                metadata: [
                    "id": "\(id)", "method": "\(request.method.rawValue)", "path": "\(path)",
                    "status": "\(response.status.code)", "seconds": "\(seconds)",
                ])
        }
        return response
    }

    private func answer(
        _ request: Request, _ service: Service, _ path: String, _ id: String
    ) async -> Response {
        guard request.head.authority != nil else {
            return Response(status: .badRequest)
        }
        switch service {
        case .health: return await health(path)
        case .none: return Response(status: .notFound)
        case .files: return await answerFiles(request, path, id)
        case .jobs: return await answerJobs(request, id)
        }
    }

    private func answerFiles(_ request: Request, _ path: String, _ id: String) async -> Response {
        do throws(AuthenticationError) {
            let authentication = try authenticator.authenticate(
                request.head, service: .s3, bodyHash: nil)
            return await files.respond(to: request, authentication, requestID: id)
        } catch {
            return S3Error(error).response(
                resource: path, requestID: id, hasBody: request.method != .head)
        }
    }

    private func answerJobs(_ request: Request, _ id: String) async -> Response {
        var request = request
        guard let body = try? await request.collectBody(upTo: Self.controlByteLimit) else {
            return ControlPlaneError.validation("The request body is too large.").response
        }
        let bytes = Array(buffer: body)
        do throws(AuthenticationError) {
            let authentication = try authenticator.authenticate(
                request.head, service: .bedrock, bodyHash: SigV4.sha256(bytes))
            return await jobs.respond(
                to: request.head, body: bytes, authentication.caller, requestID: id)
        } catch {
            return ControlPlaneError(error).response
        }
    }

    // MARK: - Before the body

    /// Why a request is refused before its body is sent, if it is.
    @Sendable
    func refusal(of head: HTTPRequest) -> EarlyRefusal? {
        let path = RequestTarget(head.path ?? "/").path
        guard Service(path: path) == .files else { return nil }
        var error: S3Error?
        do throws(AuthenticationError) {
            let authentication = try authenticator.authenticate(head, service: .s3, bodyHash: nil)
            let free = (try? blobs.freeByteCountNow()) ?? 0
            error = files.refusal(of: head, authentication, freeByteCount: free)
        } catch {
            return Self.early(S3Error(error), path)
        }
        return error.map { Self.early($0, path) }
    }

    private static func early(_ error: S3Error, _ path: String) -> EarlyRefusal {
        let (status, body) = error.document(resource: path, requestID: makeID())
        var head = HTTPResponse(status: HTTPResponse.Status(code: status))
        head.headerFields[.contentType] = "application/xml"
        head.headerFields[.contentLength] = String(body.count)
        head.headerFields[.connection] = "close"
        return EarlyRefusal(head: head, body: ByteBuffer(bytes: body))
    }

    private static func makeID() -> String {
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    // MARK: - Health

    private func health(_ path: String) async -> Response {
        let free = (try? blobs.freeByteCountNow()) ?? 0
        switch path {
        case "/healthz": return Self.text("ok\n", .ok)
        case "/readyz":
            guard await isStateThere(), free > 0 else {
                return Self.text("not ready\n", .serviceUnavailable)
            }
            return Self.text("ready\n", .ok)
        default:
            let running = await jobs.runningCount()
            return Self.text(
                metrics.text(gauges: [
                    ("gateway_disk_free_bytes", "Bytes up to the low-water mark.", Double(free)),
                    ("gateway_jobs_running", "Jobs that are not final.", Double(running)),
                ]), .ok)
        }
    }

    private func isStateThere() async -> Bool {
        do {
            _ = try await state.get("health", "probe")
            return true
        } catch {
            return false
        }
    }

    private static func text(_ text: String, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; version=0.0.4"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
