internal import KubernetesModel
internal import LinuxKernel

/// What a node tells of the machine it runs on.
enum HostFacts {
    /// The time of day, to the second, as Kubernetes writes it.
    static var now: Timestamp { Timestamp(seconds: Int64(Clock.wall())) }
    /// The node's file system is the host's, so this is the host's /etc/os-release.
    static let osImage: String = {
        let text = (try? StateFile.read("/etc/os-release")).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
        let line = text?.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
        return line.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } } ?? "Linux"
    }()
    /// What runs the containers, where a kind node has `containerd://1.6.9`.
    static let runtime = "netlab://0.1.0"
    static let kernelVersion = ProcessEnvironment.kernelRelease
    static let bootID: String = {
        let text = (try? StateFile.read("/proc/sys/kernel/random/boot_id")).flatMap { $0 } ?? []
        return String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
    }()
    /// A node is the machine, as every kind node is docker's whole host.
    static let capacity: [String: Quantity] = {
        let host = HostCapacity()
        return [
            "cpu": Quantity("\(host.processors)"), "memory": Quantity("\(host.memory >> 10)Ki"),
            "ephemeral-storage": Quantity("\(host.storage >> 10)Ki"),
        ]
    }()
    static let architecture = ProcessEnvironment.machine == "aarch64" ? "arm64" : "amd64"
}
