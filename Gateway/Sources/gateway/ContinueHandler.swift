// SPDX-License-Identifier: Apache-2.0

// `Expect: 100-continue`: boto3 waits a second for it before each body. It is said at once, but
// not to requests that will be refused anyhow; those are, before they send their body.

import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// A refusal of a request by its head.
struct EarlyRefusal: Sendable {
    let head: HTTPResponse
    let body: ByteBuffer
}

/// Answers the expectation of clients.
final class ContinueHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let refuse: @Sendable (HTTPRequest) -> EarlyRefusal?
    private var isRefused = false

    /// Creates a handler that asks before it says yes.
    init(refuse: @escaping @Sendable (HTTPRequest) -> EarlyRefusal?) {
        self.refuse = refuse
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        // What comes behind a refusal has nowhere to go: the connection is on its way down.
        guard !isRefused else { return }
        if case .head(let head) = part, head.headerFields[.expect]?.lowercased() == "100-continue" {
            if let refusal = refuse(head) {
                isRefused = true
                context.write(wrapOutboundOut(.head(refusal.head)), promise: nil)
                context.write(wrapOutboundOut(.body(refusal.body)), promise: nil)
                let channel = context.channel
                context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
                    channel.close(promise: nil)
                }
                return
            }
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }
}
