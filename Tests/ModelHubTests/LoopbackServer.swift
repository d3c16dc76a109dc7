import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small HTTP server on loopback that answers as a test says, faults included.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        let path: String
        let headers: [String: String]
        /// How many requests for this path came before.
        let earlier: Int

        /// The first byte that a `Range` header asks for.
        var firstByte: Int {
            headers["range"].flatMap { $0.split(separator: "=").last }.flatMap { Int($0.dropLast()) } ?? 0
        }
    }

    struct Reply: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// The connection is cut after so many bytes of the body.
        var cutAfter: Int?
        /// The connection stays open and silent instead of the cut.
        var hangs = false
    }

    let port: Int
    private let channel: any Channel
    private let log: Log

    /// - Parameter answer: called for each request, on an event loop.
    init(_ answer: @escaping @Sendable (Request) -> Reply) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { log.requests.withLock { $0 } }

    func close() async throws { try await channel.close() }

    private final class Log: Sendable {
        let requests = Mutex<[Request]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private let answer: @Sendable (Request) -> Reply

        init(log: Log, answer: @escaping @Sendable (Request) -> Reply) {
            self.log = log
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
            let request = log.requests.withLock { requests in
                let earlier = requests.count { $0.path == head.uri }
                let request = Request(path: head.uri, headers: headers, earlier: earlier)
                requests.append(request)
                return request
            }
            send(answer(request), context)
        }

        private func send(_ reply: Reply, _ context: ChannelHandlerContext) {
            var headers = HTTPHeaders(reply.headers)
            if headers["Content-Length"].isEmpty {
                headers.add(name: "Content-Length", value: "\(reply.body.count)")
            }
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            let bytes = reply.body.prefix(reply.cutAfter ?? reply.body.count)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
            if reply.hangs {
                context.flush()
            } else if reply.cutAfter != nil {
                context.flush()
                context.close(promise: nil)
            } else {
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
