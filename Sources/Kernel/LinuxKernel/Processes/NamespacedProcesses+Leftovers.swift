internal import CLinux
internal import Glibc
internal import NetworkPlanning
package import PodLifecycle

extension NamespacedProcesses {
    /// Shims, and first processes that have not yet become their program, whose containers stand below a directory;
    /// found by their command lines, so also when the directory itself is lost.
    package static func leftovers(below root: String) -> [ProcessIdentity] {
        StateFile.list("/proc").compactMap { Int32($0) }.filter { pid in
            guard let bytes = try? StateFile.read("/proc/\(pid)/cmdline") else { return false }
            let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words.count >= 4 && words[1] == ContainerStage.word && words[3].hasPrefix(root + "/")
        }.compactMap { ProcessIdentity(current: $0) }
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
