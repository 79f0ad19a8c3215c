internal import CLinux
internal import Glibc
internal import NetworkModel
internal import Preflight

/// What else is on the machine: of interest because other tools would get into each other's way.
enum HostSurroundings {
    static func fill(_ facts: inout MachineFacts) {
        facts.hostAddresses = .known(addresses())
        facts.networkServices = .known(services.filter { StateFile.exists($0.path) }.map(\.name))
        facts.otherPrograms = .known(otherPrograms())
        facts.namesakeFiles = .known(namesakeFiles())
        for name in ["ip", "nft", "curl"] {
            facts.tools[name] =
                (searchPath + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
                .map { "\($0)/\(name)" }.first { StateFile.isExecutable($0) }.map { .known($0) } ?? .absent
        }
        switch ProcFile.words("/proc/self/attr/current") {
        case .known(""): facts.confinement = .absent
        case let label: facts.confinement = label
        }
    }

    /// Files that are there while the service runs.
    private static let services = [
        (name: "docker", path: "/run/docker.pid"), (name: "NetworkManager", path: "/run/NetworkManager"),
        (name: "systemd-networkd", path: "/run/systemd/netif/state"), (name: "firewalld", path: "/run/firewalld"),
    ]

    private static var searchPath: [String] {
        (ProcessEnvironment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.map(String.init)
    }

    private static func otherPrograms() -> [MachineFacts.OtherProgram] {
        let own = NamespaceIdentity(path: "/proc/self/exe")
        var found: [MachineFacts.OtherProgram] = []
        var seen: Set<NamespaceIdentity> = []
        var cameBySelf = false
        for path in searchPath.map({ "\($0)/netlab" }) where StateFile.isExecutable(path) {
            guard let identity = NamespaceIdentity(path: path), seen.insert(identity).inserted else { continue }
            if identity == own {
                cameBySelf = true
            } else {
                found.append(MachineFacts.OtherProgram(path: path, comesFirst: !cameBySelf))
            }
        }
        return found
    }

    private static func namesakeFiles() -> [String] {
        let home = ProcessEnvironment["HOME"].map { ["\($0)/.netlab"] } ?? []
        return (home + [".netlab", "netlab.lock"]).filter { StateFile.exists($0) }
    }

    /// The addresses of the network namespace this process is in, those of its loopback left out.
    private static func addresses() -> [MachineFacts.HostAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [MachineFacts.HostAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            let name = String(cString: entry.ifa_name)
            guard name != "lo", let address = entry.ifa_addr, let mask = entry.ifa_netmask,
                let bytes = bytes(address), let ones = Self.bytes(mask, like: address),
                let value = IPAddress(bytes: bytes)
            else { continue }
            let length = ones.reduce(0) { $0 + $1.nonzeroBitCount }
            found.append(MachineFacts.HostAddress(link: name, prefix: IPPrefix(value, length)))
        }
        return found
    }

    /// The address inside a sockaddr; nil when it is neither IPv4 nor IPv6.
    private static func bytes(
        _ address: UnsafeMutablePointer<sockaddr>, like pattern: UnsafeMutablePointer<sockaddr>? = nil
    ) -> [UInt8]? {
        // A mask's own family is not always filled in.
        let (offset, count): (Int, Int)
        switch Int32((pattern ?? address).pointee.sa_family) {
        case AF_INET: (offset, count) = (4, 4)
        case AF_INET6: (offset, count) = (8, 16)
        default: return nil
        }
        return Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(address) + offset, count: count))
    }
}
