internal import Glibc
internal import LinuxKernel

/// Whether tests that need the real kernel can run here.
package enum KernelTestGate {
    /// True when this process may make network namespaces.
    ///
    /// With `NETLAB_REQUIRE_KERNEL=1` (set by `scripts/test`) it is true whatever the rights: a privileged test then
    /// fails where it would have been skipped, so that a machine that lost its rights cannot look green.
    package static let canRun: Bool = isRequired || geteuid() == 0

    private static var isRequired: Bool {
        guard let value = getenv("NETLAB_REQUIRE_KERNEL") else { return false }
        return String(cString: value) == "1"
    }
}
