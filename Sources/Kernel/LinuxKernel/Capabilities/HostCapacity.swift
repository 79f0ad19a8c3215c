internal import Glibc

/// How large the machine is.
package struct HostCapacity: Hashable, Sendable {
    /// Those that run.
    package var processors: Int
    /// Bytes.
    package var memory: Int
    /// Bytes of the root file system.
    package var storage: Int

    package init() {
        processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        memory = max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
        var facts = statvfs()
        storage = statvfs("/", &facts) == 0 ? Int(facts.f_blocks) * Int(facts.f_frsize) : 0
    }
}
