internal import LinuxKernel

/// What a node tells of the machine it runs on.
enum HostFacts {
    static var now: Double { ProcessEnvironment.now }
    static let kernelVersion = ProcessEnvironment.kernelRelease
    static let architecture = ProcessEnvironment.machine == "aarch64" ? "arm64" : "amd64"
}
