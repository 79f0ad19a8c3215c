internal import CLinux
internal import FoundationEssentials
internal import Glibc
internal import NetworkPlanning
package import PodLifecycle

/// The files of one container: ROOT/UID/NAME/ATTEMPT, mode 0700, every file 0600 but the two that are shown
/// inside.
///
///     spec.json     what was asked for
///     hosts         bound over /etc/hosts inside
///     resolv.conf   bound over /etc/resolv.conf inside
///     pid           the shim and the first process, each with its start time; when the container was started
///     status.json   how it ended; missing while it runs
///     warnings      what could not be mounted, one a line; missing when everything could
///     attach        a socket, on which the shim passes on output and takes input (``AttachFrame``)
package struct ContainerDirectory: Hashable, Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// - Returns: nil when a part of the identity is no plain file name.
    package init?(root: String, id: ContainerID) {
        let parts = [id.podUID, id.container]
        guard id.attempt >= 0, parts.allSatisfy({ !$0.isEmpty && $0.first != "." && !$0.utf8.contains(0x2f) }) else {
            return nil
        }
        self.init(path: "\(root)/\(id.podUID)/\(id.container)/\(id.attempt)")
    }

    package var hosts: String { "\(path)/hosts" }
    package var resolvConf: String { "\(path)/resolv.conf" }
    /// The socket of ``ContainerAttachment``.
    var door: String { "\(path)/attach" }
    private var pid: String { "\(path)/pid" }

    /// Which processes a container is made of. Times are seconds since the epoch.
    package struct Processes: Hashable, Sendable, Codable {
        /// The shim waits for the first process and writes its status; it outlives the daemon.
        package var shim: ProcessIdentity
        /// PID 1 of the container; nil while the shim is still preparing.
        package var first: ProcessIdentity?
        package var startedAt: Double
    }

    // MARK: Reading and writing

    /// Makes the directory and what the shim reads.
    func create(_ spec: ContainerSpec) throws(KernelError) {
        try StateFile.makeDirectory(path, lane: .containers)
        try StateFile.write(Array(spec.hosts.utf8), to: hosts, isShown: true, lane: .containers)
        try StateFile.write(Array(spec.resolvConf.utf8), to: resolvConf, isShown: true, lane: .containers)
        try encode(spec, to: "spec.json")
    }

    func spec() throws(KernelError) -> ContainerSpec { try decode("spec.json") }

    func status() -> ContainerStatus? { try? decode("status.json") }
    func write(_ status: ContainerStatus) throws(KernelError) { try encode(status, to: "status.json") }

    package func processes() -> Processes? { try? decode("pid") }
    func write(_ processes: Processes) throws(KernelError) { try encode(processes, to: "pid") }

    /// What could not be mounted inside.
    package func warnings() -> [String] {
        guard let bytes = try? StateFile.read("\(path)/warnings") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func write(warnings: [String]) throws(KernelError) {
        guard !warnings.isEmpty else { return }
        let bytes = Array((warnings.joined(separator: "\n") + "\n").utf8)
        try StateFile.write(bytes, to: "\(path)/warnings", lane: .containers)
    }

    /// Removes the directory, and those of its container and pod when they are empty then.
    func remove(below root: String) {
        for name in StateFile.list(path) {
            FaultPoint.attempt("remove \(path)/\(name)", lane: .containers) { unlink("\(path)/\(name)") }
        }
        var current = path
        while current.count > root.count, StateFile.list(current).isEmpty, let slash = current.lastIndex(of: "/") {
            FaultPoint.attempt("remove \(current)", lane: .containers) { rmdir(current) }
            current = String(current[..<slash])
        }
    }

    /// The containers whose directories stand below a root, in order.
    static func all(below root: String) -> [ContainerID] {
        StateFile.list(root).flatMap { uid in
            StateFile.list("\(root)/\(uid)").flatMap { container in
                StateFile.list("\(root)/\(uid)/\(container)").compactMap { Int($0) }.sorted().map {
                    ContainerID(podUID: uid, container: container, attempt: $0)
                }
            }
        }
    }

    private func decode<Value: Decodable>(_ name: String) throws(KernelError) -> Value {
        let file = "\(path)/\(name)"
        guard let bytes = try StateFile.read(file) else {
            throw KernelError(.notFound, "read \(file)")
        }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            throw KernelError(.invalid, "read \(path)/\(name)", detail: "\(error)")
        }
    }

    private func encode(_ value: some Encodable, to name: String) throws(KernelError) {
        let data: Data
        do {
            data = try JSONEncoder().encode(value)
        } catch {
            throw KernelError(.invalid, "write \(path)/\(name)", detail: "\(error)")
        }
        try StateFile.write(Array(data), to: "\(path)/\(name)", lane: .containers)
    }
}
