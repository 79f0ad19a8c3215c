package import Checks
package import NetworkModel
package import NetworkPlanning
internal import Synchronization

/// Probes of checks on a real kernel: sockets opened inside a lab's namespaces by throw-away threads, used from threads
/// at home. Raw ICMP needs CAP_NET_RAW, entering needs CAP_SYS_ADMIN.
package struct LinuxProbes: LabProbes {
    private let network = LinuxNetwork()
    /// How many wait for their answers at the same time.
    private static let atOnce = 32

    package init() {}

    package func observe(_ namespaces: [NamespaceName]) throws(KernelError) -> NetworkState {
        // Kept sockets would keep a namespace alive that is taken down meanwhile.
        defer { network.forget() }
        return try network.observe(namespaces, sysctls: ["net.ipv4.ip_forward"])
    }

    package func send(_ probes: [Probe], timeout: Double) -> [ProbeOutcome] {
        let results = Mutex([ProbeOutcome](repeating: .timedOut, count: probes.count))
        let next = Mutex(0)
        let worker = {
            while true {
                let index = next.withLock { index in
                    defer { index += 1 }
                    return index
                }
                guard index < probes.count else { return }
                let outcome = Self.run(probes[index], timeout)
                results.withLock { $0[index] = outcome }
            }
        }
        NamespaceThread.concurrently(Array(repeating: worker, count: min(Self.atOnce, probes.count)))
        return results.withLock { $0 }
    }

    private static func run(_ probe: Probe, _ timeout: Double) -> ProbeOutcome {
        guard probe.to.family == .ipv4 else { return .failed("IPv6 is not yet supported", isEnvironment: false) }
        do throws(KernelError) {
            switch probe.kind {
            case .echo: return try EchoSocket(probe).echo(until: Clock.monotonic() + timeout)
            case .hops: return try EchoSocket(probe).hops(timeout)
            case .largest: return try EchoSocket(probe).largest(timeout)
            case .connect(let port): return try StreamProbe(probe, port).connect(until: Clock.monotonic() + timeout)
            case .datagram(let port): return try DatagramProbe(probe, port).exchange(until: Clock.monotonic() + timeout)
            case .get(let port, let path, let count): return try get(probe, port, path, count, timeout)
            case .seen(let far): return try SourceListener(at: far).seen(by: probe, until: Clock.monotonic() + timeout)
            }
        } catch {
            // A namespace that is gone is the lab's fault; whatever else keeps a socket from being had is not.
            let isLost = error.code == .notFound || error.code == .invalid
            return .failed("\(error.operation): \(error.code)", isEnvironment: !isLost)
        }
    }

    private static func get(
        _ probe: Probe, _ port: UInt16, _ path: String, _ count: Int, _ timeout: Double
    ) throws(KernelError) -> ProbeOutcome {
        var responses: [HTTPResponse] = []
        var failure = ProbeOutcome.timedOut
        // Once nothing is answered any more, waiting for each of a hundred requests would not teach anything.
        var failures = 0
        for _ in 0..<count where failures < 3 {
            let deadline = Clock.monotonic() + timeout
            let outcome = try StreamProbe(probe, port).get(path, until: deadline)
            if case .responses(let more) = outcome {
                responses += more
            } else {
                failure = outcome
                failures += 1
            }
        }
        return responses.isEmpty ? failure : .responses(responses)
    }

    /// The outcome that an errno of a connection, a datagram or an echo request means.
    static func outcome(errno code: Int32, by router: IPAddress? = nil) -> ProbeOutcome {
        ProbeErrno.outcome(code, by: router)
    }
}
