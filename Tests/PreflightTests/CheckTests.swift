import NetworkModel
import Testing

@testable import Preflight

/// Each check judged on a machine with one thing spoilt.
struct CheckTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var id: String
        var state: Finding.State
        /// Stands in what was found.
        var found: String
        var fix = ""
        var needs = LabNeeds.general
        var spoil: @Sendable (inout MachineFacts) -> Void
        var testDescription: String { "\(id): \(state) (\(found))" }
    }

    static let cases: [Case] = rights + kernel + limits + rest

    private static let rights: [Case] = [
        Case(id: "rights.root", state: .failure, found: "1000", fix: "sudo") { $0.userID = .known(1000) },
        Case(id: "rights.capabilities", state: .unknown, found: "come with root", fix: "sudo") {
            $0.userID = .known(1000)
            $0.capabilities = .known(0)
        },
        Case(id: "rights.capabilities", state: .failure, found: "without CAP_NET_ADMIN, CAP_SYS_ADMIN") {
            $0.capabilities = .known(1 << 13)
        },
        Case(id: "rights.mounts", state: .failure, found: "another user namespace") { $0.ownsMounts = .known(false) },
        Case(id: "rights.confinement", state: .warning, found: "docker-default (enforce)", fix: "--privileged") {
            $0.confinement = .known("docker-default (enforce)")
        },
        Case(id: "rights.confinement", state: .ok, found: "not in use") { $0.confinement = .absent },
        Case(id: "rights.confinement", state: .ok, found: "unconfined_t") {
            $0.confinement = .known("unconfined_u:unconfined_r:unconfined_t:s0")
        },
        Case(id: "rights.seccomp", state: .warning, found: "mode 2") { $0.seccompMode = .known(2) },
        Case(id: "rights.userns", state: .ok, found: "apparmor_restrict_unprivileged_userns=1; needed by") {
            $0.sysctls["kernel.apparmor_restrict_unprivileged_userns"] = .known("1")
        },
        Case(id: "rights.userns", state: .ok, found: "switched off") {
            $0.sysctls["user.max_user_namespaces"] = .known("0")
        },
    ]

    private static let masquerading = LabNeeds(lab: "m", nodes: 2, features: [.nftMasquerade])
    private static let kernel: [Case] = [
        Case(id: "kernel.version", state: .failure, found: "4.19.0-6-amd64", fix: "newer") {
            $0.kernelRelease = "4.19.0-6-amd64"
        },
        Case(id: "kernel.version", state: .ok, found: "5.10.1") { $0.kernelRelease = "5.10.1" },
        Case(id: "link.veth", state: .failure, found: "Unknown device type", fix: "modprobe veth") {
            $0.features[.veth] = .absent("Unknown device type")
        },
        Case(id: "link.veth", state: .ok, found: "loads veth when a lab first uses it") {
            $0.features[.veth] = .loadable(module: "veth")
        },
        Case(id: "link.veth", state: .unknown, found: "needs root", fix: "sudo") {
            $0.userID = .known(1000)
            $0.features[.veth] = .untried("not tried: needs root")
        },
        Case(id: "ns.network", state: .failure, found: "not permitted", fix: "--privileged") {
            $0.features[.networkNamespace] = .refused("not permitted")
        },
        Case(id: "nft.masquerade", state: .warning, found: "No such file", fix: "modprobe -a nft_masq nft_chain_nat") {
            $0.features[.nftMasquerade] = .absent("No such file")
        },
        Case(id: "nft.masquerade", state: .failure, found: "No such file", fix: "modprobe -a", needs: masquerading) {
            $0.features[.nftMasquerade] = .absent("No such file")
        },
        Case(id: "nft.masquerade", state: .ok, found: "needed only by labs with", needs: threeNode) {
            $0.features[.nftMasquerade] = .absent("No such file")
        },
        Case(id: "nft.socket", state: .warning, found: "No such file") {
            $0.features[.nftSocket] = .absent("No such file")
        },
        Case(id: "qdisc.netem", state: .ok, found: "needed by no lab of this version") {
            $0.features[.netem] = .absent("Specified qdisc kind is unknown")
        },
    ]

    private static let hundred = LabNeeds(lab: "hundred", nodes: 100, pods: 1_000, servicePorts: 11)
    private static let limits: [Case] = [
        Case(id: "limit.open-files", state: .ok, found: "soft 1024", needs: threeNode) { _ in },
        Case(
            id: "limit.open-files", state: .failure, found: "24, and three-node needs 26", fix: "ulimit -n 4096",
            needs: threeNode
        ) {
            $0.openFiles = .known(.init(soft: 24, hard: 24))
        },
        Case(
            id: "limit.open-files", state: .warning, found: "4096, and hundred needs about", fix: "ulimit -n 16384",
            needs: hundred
        ) {
            $0.openFiles = .known(.init(soft: 1024, hard: 4096))
        },
        Case(id: "limit.open-files", state: .ok, found: "unlimited") {
            $0.openFiles = .known(.init(soft: nil, hard: nil))
        },
        Case(id: "limit.file-max", state: .warning, found: "5000, 4900 in use", fix: "sysctl -w fs.file-max=16384") {
            $0.sysctls["fs.file-max"] = .known("5000")
            $0.filesInUse = .known(4_900)
        },
        Case(id: "limit.processes", state: .ok, found: "root is not held to it") {
            $0.processes = .known(.init(soft: 1, hard: 1))
        },
        Case(
            id: "limit.processes", state: .failure, found: "5, and three-node needs 8", fix: "ulimit -u",
            needs: threeNode
        ) {
            $0.processes = .known(.init(soft: 5, hard: 5))
            $0.isInitialUserNamespace = .known(false)
        },
        Case(
            id: "limit.pid-max", state: .warning, found: "2500, 200 in use, and hundred needs about 3040",
            fix: "kernel.pid_max=8192", needs: LabNeeds(lab: "hundred", nodes: 100, pods: 100, containers: 1_000)
        ) {
            $0.sysctls["kernel.pid_max"] = .known("2500")
            $0.sysctls["kernel.threads-max"] = .known("192731")
        },
        Case(
            id: "limit.pid-max", state: .failure, found: "1500, and hundred needs 2004", fix: "kernel.threads-max=8192",
            needs: hundred
        ) {
            $0.sysctls["kernel.threads-max"] = .known("1500")
        },
        Case(
            id: "limit.cgroup-pids", state: .failure, found: "4, and three-node needs 8",
            fix: "> /sys/fs/cgroup/a/pids.max", needs: threeNode
        ) {
            $0.groupProcesses = .known(.init(maximum: 4, current: 2, path: "/sys/fs/cgroup/a/pids.max"))
        },
        Case(id: "limit.cgroup-pids", state: .ok, found: "no limit") { $0.groupProcesses = .absent },
        Case(
            id: "limit.net-namespaces", state: .failure, found: "5, and three-node needs 6",
            fix: "user.max_net_namespaces=1024", needs: threeNode
        ) {
            $0.sysctls["user.max_net_namespaces"] = .known("5")
        },
        Case(id: "limit.net-namespaces", state: .warning, found: "64, and 20 nodes with 100 pods need about 121") {
            $0.sysctls["user.max_net_namespaces"] = .known("64")
        },
        Case(id: "limit.mnt-namespaces", state: .failure, found: "0, and every lab needs 4") {
            $0.sysctls["user.max_mnt_namespaces"] = .known("0")
        },
        Case(
            id: "limit.memory", state: .warning, found: "64 MiB available, and three-node needs about 78 MiB",
            needs: threeNode
        ) {
            $0.availableMemory = .known(64 << 20)
        },
        Case(id: "limit.cgroup-memory", state: .warning, found: "64 MiB", fix: "memory.max", needs: threeNode) {
            $0.groupMemory = .known(.init(maximum: 64 << 20, current: 0, path: "/sys/fs/cgroup/a/memory.max"))
        },
        Case(
            id: "limit.neighbours", state: .warning, found: "1024, and hundred needs about 12000",
            fix: "gc_thresh3=32768", needs: hundred
        ) { _ in },
        Case(id: "limit.neighbours", state: .unknown, found: "host's own network namespace") {
            $0.sysctls["net.ipv4.neigh.default.gc_thresh3"] = .absent
        },
        Case(id: "limit.conntrack", state: .warning, found: "100 on", fix: "nf_conntrack_max=65536") {
            $0.sysctls["net.netfilter.nf_conntrack_max"] = .known("100")
        },
        Case(id: "limit.conntrack", state: .ok, found: "no connection tracking yet") {
            $0.sysctls["net.netfilter.nf_conntrack_max"] = .absent
        },
        Case(id: "limit.backlog", state: .warning, found: "100", fix: "netdev_max_backlog=1000") {
            $0.sysctls["net.core.netdev_max_backlog"] = .known("100")
        },
    ]

    private static let rest: [Case] = [
        Case(id: "setting.writable", state: .failure, found: "read-only", fix: "mount -o remount,rw /proc/sys") {
            $0.sysctlsAreReadOnly = .known(true)
        },
        Case(id: "setting.congestion", state: .warning, found: "bbr", fix: "tcp_congestion_control=cubic") {
            $0.sysctls["net.ipv4.tcp_congestion_control"] = .known("bbr")
        },
        Case(id: "setting.rp-filter", state: .ok, found: "2, 2; cannot matter") { _ in },
        Case(id: "setting.bridge-filter", state: .ok, found: "not set; cannot matter") {
            $0.sysctls["net.bridge.bridge-nf-call-iptables"] = .absent
        },
        Case(id: "run.directory", state: .ok, found: "nosuid, nodev, which cannot matter") { _ in },
        Case(id: "run.directory", state: .failure, found: "read-only", fix: "mount -o remount,rw /run") {
            $0.run = .known(.init(isReadOnly: true, isWritable: false, freeBytes: 1 << 30, freeFiles: nil, options: []))
        },
        Case(id: "run.directory", state: .unknown, found: "for root", fix: "sudo") {
            $0.userID = .known(1000)
            $0.run = .known(
                .init(isReadOnly: false, isWritable: false, freeBytes: 1 << 30, freeFiles: nil, options: []))
        },
        Case(id: "run.space", state: .failure, found: "10 KiB free", fix: "mount -o remount,size=64M /run") {
            $0.run = .known(
                .init(isReadOnly: false, isWritable: true, freeBytes: 10 << 10, freeFiles: nil, options: []))
        },
        Case(
            id: "run.space", state: .warning, found: "1024 KiB free, and three-node needs about 1344 KiB",
            needs: threeNode
        ) {
            $0.run = .known(.init(isReadOnly: false, isWritable: true, freeBytes: 1 << 20, freeFiles: nil, options: []))
        },
        Case(id: "run.space", state: .warning, found: "100 files free", fix: "nr_inodes", needs: threeNode) {
            $0.run = .known(.init(isReadOnly: false, isWritable: true, freeBytes: 1 << 30, freeFiles: 100, options: []))
        },
        Case(id: "run.netns", state: .ok, found: "mounted private, 2 namespaces; becomes shared") {
            $0.namedNamespaces = .known(.init(propagation: "private", count: 2, stale: []))
        },
        Case(id: "run.stale", state: .ok, found: "old, older; none has a lab's mark") {
            $0.namedNamespaces = .known(.init(propagation: nil, count: 0, stale: ["old", "older"]))
        },
        Case(id: "leftovers.labs", state: .warning, found: "a, b, c, d, e and 1 more", fix: "netlab gc") {
            $0.leftovers = .known(["a", "b", "c", "d", "e", "f"])
        },
        Case(id: "conflict.subnet", state: .ok, found: "br-1 has 172.18.0.1/16; cannot matter") {
            $0.hostAddresses = .known([
                .init(link: "br-1", prefix: IPPrefix(IPAddress(172, 18, 0, 1), 16)),
                .init(link: "eth0", prefix: IPPrefix(IPAddress(192, 0, 2, 1), 24)),
            ])
        },
        Case(id: "conflict.services", state: .ok, found: "docker, firewalld; cannot matter") {
            $0.networkServices = .known(["docker", "firewalld"])
        },
        Case(id: "conflict.program", state: .warning, found: "/usr/bin/netlab", fix: "--name") {
            $0.otherPrograms = .known([.init(path: "/usr/bin/netlab", comesFirst: true)])
        },
        Case(id: "conflict.program", state: .ok, found: "this one is found first") {
            $0.otherPrograms = .known([.init(path: "/usr/bin/netlab", comesFirst: false)])
        },
        Case(id: "conflict.files", state: .ok, found: "netlab.lock; not read") {
            $0.namesakeFiles = .known(["netlab.lock"])
        },
        Case(id: "tool.ip", state: .warning, found: "not found", fix: "apt-get install iproute2") {
            $0.tools["ip"] = .absent
        },
    ]

    @Test("a check says what it found, how it stands, what it costs and what to type", arguments: cases)
    func judges(_ example: Case) throws {
        let check = try #require(Check.all.first { $0.id == example.id })
        let finding = check.finding(MachineFacts.good.with(example.spoil), example.needs)
        #expect(finding.state == example.state, "\(finding)")
        #expect(finding.found.contains(example.found), "\(finding)")
        #expect(finding.fix.contains(example.fix), "\(finding)")
        #expect(!finding.cost.isEmpty && !finding.neededBy.isEmpty)
        // What is wrong comes with a way out, unless nothing can be done about it.
        if finding.state == .failure || finding.state == .warning { #expect(!finding.fix.isEmpty, "\(finding)") }
    }

    @Test("every check has a case here that fails, warns or explains itself, or is a feature like any other")
    func everyCheckIsJudged() {
        let features = Set(KernelFeature.allCases.map(\.rawValue))
        let judged = Set(Self.cases.map(\.id))
        let like: Set = [
            "limit.uts-namespaces", "limit.pid-namespaces", "limit.inotify", "setting.forwarding",
            "setting.inheritance", "setting.ports", "tool.nft", "tool.curl",
        ]
        #expect(
            Check.all.map(\.id).filter { !judged.contains($0) && !features.contains($0) && !like.contains($0) } == [])
    }

    @Test("ids are unique, and every kernel feature has a check")
    func identifiers() {
        #expect(Set(Check.all.map(\.id)).count == Check.all.count)
        #expect(Set(KernelFeature.allCases.map(\.rawValue)).isSubset(of: Check.all.map(\.id)))
    }

    @Test("every feature: absent where every lab needs it is a failure, never tried is never good")
    func features() throws {
        for feature in KernelFeature.allCases {
            let check = try #require(Check.all.first { $0.id == feature.rawValue })
            func state(_ fact: FeatureFact?) -> Finding.State {
                check.finding(MachineFacts.good.with { $0.features[feature] = fact }, .general).state
            }
            #expect(state(.works) == .ok)
            #expect(state(.untried("no")) == .unknown && state(nil) == .unknown)
            switch check.need {
            case .everyLab: #expect(state(.absent("gone")) == .failure && state(.refused("no")) == .failure)
            case .labs: #expect(state(.absent("gone")) == .warning)
            case .nobody: #expect(state(.absent("gone")) == .ok)
            }
        }
    }

    @Test("on a machine of which nothing is known no requirement passes, and none fails")
    func nothingKnown() {
        for check in Check.all {
            guard case .everyLab = check.need else { continue }
            #expect(check.finding(MachineFacts(), .general).state == .unknown, "\(check.id)")
        }
    }
}
