internal import CLinux
internal import Glibc
internal import NetworkPlanning
package import PodLifecycle

extension NamespacedProcesses {
    /// Shims, and first processes that have not yet become their program, whose containers stand below a directory;
    /// found by their command lines, so also when the directory itself is lost.
    package static func leftovers(below root: String) -> [ProcessIdentity] {
        stages(below: root).map(\.process)
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
    package static func running(below root: String) -> Int {
        ContainerDirectory.all(below: root).count { id in
            let processes = ContainerDirectory(root: root, id: id)?.processes()
            return processes.map { !$0.shim.waitForEnd(timeout: 0) } ?? false
        }
    }

    /// The processes that are, or are the first of, a container below this directory, each with the container's own.
    private static func stages(below root: String) -> [(process: ProcessIdentity, directory: String)] {
        StateFile.list("/proc").compactMap { Int32($0) }.compactMap { pid in
            guard let process = ProcessIdentity(current: pid),
                let bytes = try? StateFile.read("/proc/\(pid)/cmdline")
            else { return nil }
            let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.count >= 4, words[1] == ContainerStage.word, words[3].hasPrefix(root + "/") else { return nil }
            return (process, words[3])
        }
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
