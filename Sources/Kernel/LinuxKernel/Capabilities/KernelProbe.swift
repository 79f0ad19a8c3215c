internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
package import Preflight

/// Finds out what the kernel can do by doing it, on a thread in nameless namespaces that go away with it.
///
/// Neither the host's network nor its mounts are touched, and no module is loaded (``KernelModules``).
package enum KernelProbe {
    /// Every feature. Never throws: a failure is the finding.
    package static func run() -> [KernelFeature: FeatureFact] {
        var facts: [KernelFeature: FeatureFact] = [:]
        for (feature, probe) in anywhere { facts[feature] = outcome(probe) }
        guard geteuid() == 0 else {
            for feature in KernelFeature.allCases where facts[feature] == nil {
                facts[feature] = .untried("not tried: needs root")
            }
            return facts
        }
        do throws(KernelError) {
            try NamespaceThread.run { () throws(KernelError) in inside(&facts) }
        } catch {
            for feature in KernelFeature.allCases where facts[feature] == nil { facts[feature] = .untried("\(error)") }
        }
        return facts
    }

    /// Each kind of namespace by itself, then what can be tried in a network namespace. The PID namespace comes last:
    /// a thread that has asked for one cannot start further threads.
    private static func inside(_ facts: inout [KernelFeature: FeatureFact]) {
        facts[.mountNamespace] = outcome { () throws(KernelError) in try leave(CLONE_NEWNS) }
        facts[.hostNameNamespace] = outcome { () throws(KernelError) in try leave(CLONE_NEWUTS) }
        facts[.networkNamespace] = outcome { () throws(KernelError) in try leave(CLONE_NEWNET) }
        let modules = KernelModules()
        for (feature, needed, probe) in inNamespace {
            guard facts[.networkNamespace] == .works else {
                facts[feature] = .untried("not tried: there is no namespace to try it in")
                continue
            }
            switch modules.standing(needed) {
            case .settled: facts[feature] = outcome(probe)
            case .loadable(let name): facts[feature] = .loadable(module: name)
            case .absent(let name): facts[feature] = .absent("\(name) is neither built in nor among the modules")
            case .hidden(let name):
                facts[feature] = .untried("\(name) is not loaded, and there are no module files here to look at")
            }
        }
        facts[.processNamespace] = outcome { () throws(KernelError) in try leave(CLONE_NEWPID) }
    }

    private static func leave(_ kind: Int32) throws(KernelError) {
        if unshare(kind) != 0 { throw KernelError(errno: errno, "make a namespace") }
    }

    typealias Module = KernelModules.Module
    typealias Probe = @Sendable () throws(KernelError) -> Void

    private static func outcome(_ probe: Probe) -> FeatureFact {
        do throws(KernelError) {
            try probe()
            return .works
        } catch {
            let words = error.detail.isEmpty ? "\(error.code)" : error.detail
            return error.code == .notPermitted ? .refused(words) : .absent(words)
        }
    }

    // MARK: Tried in the process's own namespaces: none of these makes anything

    private static let anywhere: [(KernelFeature, Probe)] = [
        (.processDescriptor, { @Sendable () throws(KernelError) in try descriptor(pidfd_open(getpid(), 0)) }),
        (.eventPoll, { @Sendable () throws(KernelError) in try descriptor(epoll_create1(Int32(EPOLL_CLOEXEC))) }),
        (
            .socketMemory,
            { @Sendable () throws(KernelError) in
                // 55 is SO_MEMINFO of <asm-generic/socket.h>: nine counters of a socket's memory.
                var counters = [UInt32](repeating: 0, count: 9)
                var size = socklen_t(counters.count * 4)
                let socket = FileDescriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
                if getsockopt(socket.rawValue, SOL_SOCKET, 55, &counters, &size) != 0 {
                    throw KernelError(errno: errno, "read a socket's memory")
                }
            }
        ),
    ]

    private static func descriptor(_ raw: Int32) throws(KernelError) {
        if raw < 0 { throw KernelError(errno: errno, "open a descriptor") }
        close(raw)
    }

    // MARK: Tried in the nameless namespace

    private static let inNamespace: [(KernelFeature, [Module], Probe)] =
        [
            (
                .sysctl, [],
                { @Sendable () throws(KernelError) in
                    try SysctlFile("net.ipv4.ip_forward").write("1", "set net.ipv4.ip_forward")
                }
            ),
            (.transparentSocket, [], { @Sendable () throws(KernelError) in try transparentSocket() }),
            (.policyRule, [], { @Sendable () throws(KernelError) in try rule(withPorts: false) }),
            (.portRule, [], { @Sendable () throws(KernelError) in try rule(withPorts: true) }),
            (.veth, [Module("drivers/net/veth")], { @Sendable () throws(KernelError) in try link("veth") }),
            (.bridge, [Module("net/bridge/bridge")], { @Sendable () throws(KernelError) in try link("bridge") }),
            (
                .vxlan, [Module("drivers/net/vxlan/vxlan", "drivers/net/vxlan")],
                { @Sendable () throws(KernelError) in
                    try link("vxlan") { $0.put(Int(IFLA_VXLAN_ID), UInt32(1)) }
                }
            ),
            (
                .geneve, [Module("drivers/net/geneve")],
                { @Sendable () throws(KernelError) in
                    try link("geneve") { message in
                        message.put(Int(IFLA_GENEVE_ID), UInt32(1))
                        message.put(Int(IFLA_GENEVE_REMOTE), IPAddress(192, 0, 2, 1))
                    }
                }
            ),
            (.dummy, [Module("drivers/net/dummy")], { @Sendable () throws(KernelError) in try link("dummy") }),
            (
                .vrf, [Module("drivers/net/vrf")],
                { @Sendable () throws(KernelError) in
                    try link("vrf") { $0.put(Int(IFLA_VRF_TABLE), UInt32(100)) }
                }
            ),
            (
                .tun, [Module("drivers/net/tun")],
                { @Sendable () throws(KernelError) in try descriptor(open("/dev/net/tun", O_RDWR | O_CLOEXEC)) }
            ),
            (.netem, [Module("net/sched/sch_netem")], { @Sendable () throws(KernelError) in try netem() }),
            (
                .ipvs, [Module("net/netfilter/ipvs/ip_vs")],
                { @Sendable () throws(KernelError) in
                    if !StateFile.exists("/proc/net/ip_vs") { throw KernelError(.notFound, "look for IPVS") }
                }
            ),
        ] + firewall
}
