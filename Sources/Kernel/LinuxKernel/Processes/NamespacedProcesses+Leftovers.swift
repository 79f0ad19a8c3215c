internal import CLinux
internal import Glibc
internal import NetworkPlanning
package import PodLifecycle

extension NamespacedProcesses {
    /// A process of a container that runs without a daemon over it, and why it is known to be that.
    package struct Leftover: Hashable, Sendable {
        package var process: ProcessIdentity
        /// The container's directory, which need not be there any more.
        package var directory: String
        package var proof: String
    }

    /// Shims, and first processes that have not yet become their program, whose containers stand below a directory;
    /// found by their command lines, so also when the directory itself is lost.
    package static func leftovers(below root: String) -> [ProcessIdentity] {
        stages(below: root).map(\.process)
    }

    /// ``leftovers(below:)`` with what is known of each.
    package static func strays(below root: String) -> [Leftover] {
        stages(below: root).map { process, directory in
            let proof = "it was started as the shim of the container in \(directory)"
            return Leftover(process: process, directory: directory, proof: proof)
        }
    }

    /// Every process of a container below a directory: those the containers' own files name, by number and start time,
    /// and those ``leftovers(below:)`` finds.
    package static func running(below root: String) -> [Leftover] {
        var found: [Leftover] = []
        for id in ContainerDirectory.all(below: root) {
            guard let directory = ContainerDirectory(root: root, id: id), let processes = directory.processes() else {
                continue
            }
            for process in [processes.shim, processes.first].compactMap({ $0 }) where process.exists {
                let proof = "\(directory.path)/pid has its number and the time it was started"
                found.append(Leftover(process: process, directory: directory.path, proof: proof))
            }
        }
        let known = Set(found.map(\.process))
        return found + strays(below: root).filter { !known.contains($0.process) }
    }

    /// Kills shims that had not yet written down who they are when the process that started them died. No directory
    /// leads to them any more, and they would hold the ports of the containers that are started in their place.
    ///
    /// To be called when no container is being started.
    package static func endUnrecorded(below root: String) throws(ContainerRuntimeError) {
        do throws(KernelError) {
            let strays = stages(below: root).filter { ContainerDirectory(path: $0.directory).processes() == nil }
            for stray in strays { try stray.process.signal(SIGKILL) }
            for stray in strays { _ = stray.process.waitForEnd(timeout: endLimit) }
        } catch {
            throw ContainerRuntimeError(error)
        }
    }

    /// How many containers below a directory have a shim that is alive.
    package static func runningCount(below root: String) -> Int {
        ContainerDirectory.all(below: root).count { id in
            let processes = ContainerDirectory(root: root, id: id)?.processes()
            return processes.map { !$0.shim.waitForEnd(timeout: 0) } ?? false
        }
    }

    /// The processes that are, or are the first of, a container below this directory, each with the container's own.
    private static func stages(below root: String) -> [(process: ProcessIdentity, directory: String)] {
        StateFile.list("/proc").compactMap { Int32($0) }.compactMap { pid in
            // The words once more behind the identity, should the number have become another process's in between.
            guard let directory = directory(ofStage: pid), directory.hasPrefix(root + "/"),
                let process = ProcessIdentity(current: pid), self.directory(ofStage: pid) == directory
            else { return nil }
            return (process, directory)
        }
    }

    /// The container's directory, when the process with this number is one of a container's two.
    private static func directory(ofStage pid: Int32) -> String? {
        guard let bytes = try? StateFile.read("/proc/\(pid)/cmdline"), !bytes.isEmpty else { return nil }
        let words = bytes.split(separator: 0)
        guard words.count >= 4, words[1].elementsEqual(ContainerStage.word.utf8) else { return nil }
        return String(decoding: words[3], as: UTF8.self)
    }

    /// Kills every container below a directory without a runtime over it, and waits for their ends: for `gc` and
    /// `down` after the daemon has gone. A shim takes its container along. The files are left to the caller.
    ///
    /// - Throws: when a process cannot be killed, or does not go.
    package static func endAll(below root: String) throws(ContainerRuntimeError) {
        do throws(KernelError) {
            let found = leftovers(below: root)
            var firsts: [ProcessIdentity] = []
            for id in ContainerDirectory.all(below: root) {
                if let first = ContainerDirectory(root: root, id: id)?.processes()?.first { firsts.append(first) }
            }
            for process in firsts + found { try process.signal(SIGKILL) }
            for process in firsts + found where !process.waitForEnd(timeout: endLimit) {
                throw KernelError(.busy, "end process \(process.pid)", errno: EBUSY)
            }
        } catch {
            throw ContainerRuntimeError(error)
        }
    }
}

extension ProcessIdentity {
    /// The name the kernel shows for a process, to tell a reader which one is meant; empty when it is gone.
    package static func name(of pid: Int32) -> String {
        guard let bytes = try? StateFile.read("/proc/\(pid)/comm") else { return "" }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
