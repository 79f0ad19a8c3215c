internal import NIOPosix

/// Where calls that block run: never on the thread that decides, never on the Swift concurrency pool.
package struct BlockingWork: Sendable {
    package typealias Body = @Sendable () -> Void

    private let submit: @Sendable (@escaping Body) -> Void

    /// - Parameter submit: runs each body it is given, once.
    package init(_ submit: @escaping @Sendable (@escaping Body) -> Void) { self.submit = submit }

    /// Threads of its own, which start here and inherit this thread's namespaces: the host's.
    package static func threads(_ count: Int) -> BlockingWork {
        let pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
        return BlockingWork { body in pool.submit { state in if state == .active { body() } } }
    }

    func callAsFunction(_ body: @escaping Body) { submit(body) }
}
