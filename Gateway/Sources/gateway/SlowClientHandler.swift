// SPDX-License-Identifier: Apache-2.0

// Clients that hold a connection and send next to nothing: a head that never ends, a body that
// trickles. Neither is idle, so neither is found by a timeout of silence.

import NIOCore
import NIOHTTPTypes

/// Ends connections whose client is too slow.
///
/// A head has to be there in time, and of a body some bytes in each span of time in which nobody
/// but the client holds things up.
final class SlowClientHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    /// The bytes of a body that have to come in that time: a kibibyte a second.
    private let leastByteCount: Int

    /// Requests whose answer has not ended.
    private var openCount = 0
    private var isInBody = false
    private var byteCount = 0
    /// Whether the gateway asked for bytes all the time: else it is its own disk that is slow.
    private var isAsking = false
    private var wasAsking = true
    private var timer: Scheduled<Void>?

    /// Creates a handler.
    ///
    /// - Parameter patience: The time for a head, and for each look at a body.
    init(patience: TimeAmount) {
        self.patience = patience
        leastByteCount = Int(patience.nanoseconds / 1_000_000_000) << 10
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { restart(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        restart(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        isAsking = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isAsking = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            openCount += 1
            isInBody = true
            restart(context)
        case .body(let bytes): byteCount += bytes.readableBytes
        case .end:
            isInBody = false
            restart(context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            openCount -= 1
            if !isInBody { restart(context) }
        }
        context.write(data, promise: promise)
    }

    /// Begins the span of time anew, if it is the client's turn.
    private func restart(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        byteCount = 0
        wasAsking = isAsking
        guard isInBody || openCount <= 0 else { return }
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: patience) {
            bound.value.handler.judge(bound.value.context)
        }
    }

    private func judge(_ context: ChannelHandlerContext) {
        let isTooSlow = !isInBody || (byteCount < leastByteCount && wasAsking && isAsking)
        guard isTooSlow else { return restart(context) }
        context.close(promise: nil)
    }
}
