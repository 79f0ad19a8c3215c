/// The architecture as a table: which targets make a layer, what the layer sees, and what may enter from outside.
///
/// Package.swift says what each target depends on; this says what it may depend on at all. A new target, or a library
/// in a layer that had none, is a decision, and is written here as well as there.
struct Layer: Sendable {
    var name: String
    var targets: [String]
    /// Layers whose targets may be imported; its own is always allowed.
    var sees: [String]
    /// Modules of the toolchain and of the system.
    var system: Set<String>
    /// Modules of other packages.
    var packages: Set<String> = []

    static let all: [Layer] = [
        Layer(
            name: "Model", targets: ["NetworkModel", "KubernetesModel", "LabFiles"], sees: [],
            system: ["FoundationEssentials"], packages: ["Yams"]),
        Layer(
            name: "Logic",
            targets: [
                "NetworkPlanning", "Datapath", "ServiceRouting", "ClusterState", "PodLifecycle", "Preflight", "Checks",
                "Captures", "Snapshots", "Faults", "Traces", "Diagrams", "KubernetesAPI",
            ],
            sees: ["Model"], system: ["Synchronization"]),
        Layer(
            name: "Kernel", targets: ["CNetlink", "CNftables", "CLinux", "LinuxKernel"], sees: ["Model", "Logic"],
            system: ["FoundationEssentials", "Glibc", "Synchronization"]),
        Layer(
            name: "Services",
            targets: ["Reconciler", "Controllers", "ServiceProxy", "Workloads", "APIServer", "CZlib"],
            sees: ["Model", "Logic"], system: ["Dispatch", "FoundationEssentials", "Glibc", "Synchronization"],
            packages: [
                "Crypto", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "NIOWebSocket", "ServiceLifecycle",
                "SwiftASN1",
                "X509",
            ]),
        Layer(
            name: "App", targets: ["Daemon", "Commands", "netlab"],
            sees: ["Model", "Logic", "Kernel", "Services"],
            system: ["Dispatch", "FoundationEssentials", "Glibc", "Synchronization"],
            packages: ["ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals"]),
        Layer(
            name: "Testing", targets: ["NetlabTestSupport"], sees: ["Model", "Logic", "Kernel", "Services"],
            system: ["FoundationEssentials", "Glibc", "Synchronization", "Testing"]),
    ]

    static func named(_ name: String) -> Layer? { all.first { $0.name == name } }

    static func of(target: String) -> Layer? { all.first { $0.targets.contains(target) } }

    /// The C modules, which only the kernel layer may import; not even App, which sees the rest of that layer.
    static let doors: Set<String> = ["CNetlink", "CNftables", "CLinux"]
}
