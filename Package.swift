// swift-tools-version: 6.2
// One section per layer, from the values at the bottom to the program at the top. The arrows go one way:
// App -> {Services, Kernel} -> Logic -> Model. Services and Kernel never see each other (docs/architecture.md).
// Tests/ArchitectureTests holds what the compiler does not check.

import PackageDescription

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let certificates: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")

let model: [Target] = [
    .target(name: "NetworkModel", path: "Sources/Model/NetworkModel"),
    .target(name: "KubernetesModel", path: "Sources/Model/KubernetesModel"),
    .target(
        name: "LabFiles",
        dependencies: ["NetworkModel", "KubernetesModel", yams],
        path: "Sources/Model/LabFiles"),
]

let logic: [Target] = [
    .target(name: "NetworkPlanning", dependencies: ["NetworkModel"], path: "Sources/Logic/NetworkPlanning"),
    .target(
        name: "Datapath",
        dependencies: ["NetworkModel", "KubernetesModel", "LabFiles"],
        path: "Sources/Logic/Datapath"),
    .target(
        name: "ServiceRouting",
        dependencies: ["NetworkModel", "KubernetesModel"],
        path: "Sources/Logic/ServiceRouting"),
    .target(
        name: "ClusterState",
        dependencies: ["NetworkModel", "KubernetesModel"],
        path: "Sources/Logic/ClusterState"),
    .target(
        name: "PodLifecycle",
        dependencies: ["NetworkModel", "KubernetesModel"],
        path: "Sources/Logic/PodLifecycle"),
    .target(
        name: "Preflight",
        dependencies: ["NetworkModel", "KubernetesModel", "LabFiles"],
        path: "Sources/Logic/Preflight"),
    .target(
        name: "Snapshots",
        dependencies: ["NetworkModel", "LabFiles", "NetworkPlanning"],
        path: "Sources/Logic/Snapshots"),
    .target(name: "Diagrams", dependencies: ["NetworkModel"], path: "Sources/Logic/Diagrams"),
    .target(
        name: "Traces",
        dependencies: ["NetworkModel", "LabFiles", "NetworkPlanning", "Checks", "Diagrams"],
        path: "Sources/Logic/Traces"),
    .target(
        name: "Faults",
        dependencies: ["NetworkModel", "LabFiles", "NetworkPlanning", "Datapath", "Checks"],
        path: "Sources/Logic/Faults"),
    .target(
        name: "KubernetesAPI", dependencies: ["KubernetesModel", "LabFiles", "PodLifecycle", "ClusterState"],
        path: "Sources/Logic/KubernetesAPI"),
    .target(
        name: "Checks",
        dependencies: ["NetworkModel", "KubernetesModel", "LabFiles", "NetworkPlanning", "Datapath", "Snapshots"],
        path: "Sources/Logic/Checks"),
    .target(name: "Captures", dependencies: ["NetworkModel"], path: "Sources/Logic/Captures"),
]

let kernel: [Target] = [
    .systemLibrary(
        name: "CNetlink",
        path: "Sources/Kernel/CNetlink",
        pkgConfig: "libnl-route-3.0",
        providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
    .systemLibrary(
        name: "CNftables",
        path: "Sources/Kernel/CNftables",
        pkgConfig: "libnftables",
        providers: [.apt(["libnftables-dev"])]),
    .systemLibrary(name: "CLinux", path: "Sources/Kernel/CLinux"),
    .target(
        name: "LinuxKernel",
        dependencies: [
            "CNetlink", "CNftables", "CLinux", "NetworkModel", "KubernetesModel", "NetworkPlanning", "ServiceRouting",
            "PodLifecycle", "Preflight", "Checks", "Captures", "Snapshots", "Traces",
        ],
        path: "Sources/Kernel/LinuxKernel"),
]

let services: [Target] = [
    .systemLibrary(
        name: "CZlib", path: "Sources/Services/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
        name: "Reconciler",
        dependencies: ["NetworkModel", "NetworkPlanning"],
        path: "Sources/Services/Reconciler"),
    .target(
        name: "Controllers",
        dependencies: ["KubernetesModel", "ClusterState", "NetworkModel"],
        path: "Sources/Services/Controllers"),
    .target(
        name: "ServiceProxy",
        dependencies: ["ServiceRouting", "NetworkModel", "KubernetesModel"],
        path: "Sources/Services/ServiceProxy"),
    .target(
        name: "Workloads",
        dependencies: ["PodLifecycle", "KubernetesModel", "NetworkModel", nioCore, nioPosix, nioHTTP1],
        path: "Sources/Services/Workloads"),
    .target(
        name: "APIServer",
        dependencies: [
            "KubernetesAPI", "KubernetesModel", nioCore, nioPosix, nioHTTP1, "ClusterState", "CZlib", nioTLS,
            nioWebSocket, certificates,
            crypto, asn1,
        ],
        path: "Sources/Services/APIServer"),
]

let app: [Target] = [
    .target(
        name: "Daemon",
        dependencies: [
            "NetworkModel", "KubernetesModel", "LabFiles", "NetworkPlanning", "Datapath", "ServiceRouting",
            "ClusterState", "PodLifecycle", "Faults", "LinuxKernel", "Reconciler", "Controllers", "ServiceProxy",
            "Workloads", "KubernetesAPI", "APIServer", logging, serviceLifecycle, unixSignals,
        ],
        path: "Sources/App/Daemon"),
    .target(
        name: "Commands",
        dependencies: [
            "NetworkModel", "KubernetesModel", "LabFiles", "NetworkPlanning", "Datapath", "ServiceRouting",
            "ClusterState", "PodLifecycle", "Preflight", "Checks", "Captures", "Snapshots", "Faults", "Traces",
            "Diagrams", "KubernetesAPI", "LinuxKernel", "Reconciler", "Daemon", "Workloads", argumentParser,
        ],
        path: "Sources/App/Commands"),
    // Linked at a fixed address: no process has to relocate 100,000 pointers at its start (decision 0022).
    .executableTarget(
        name: "netlab",
        dependencies: ["Commands"],
        path: "Sources/App/netlab",
        linkerSettings: [.unsafeFlags(["-Xclang-linker", "-no-pie"], .when(configuration: .release))]),
]

let testing: [Target] = [
    .target(
        name: "NetlabTestSupport",
        dependencies: ["NetworkModel", "NetworkPlanning", "LinuxKernel"],
        path: "Sources/Testing/NetlabTestSupport")
]

let tests: [Target] = [
    .testTarget(name: "NetworkModelTests", dependencies: ["NetworkModel"]),
    .testTarget(name: "KubernetesModelTests", dependencies: ["KubernetesModel"]),
    .testTarget(name: "LabFilesTests", dependencies: ["LabFiles", "NetworkModel", "KubernetesModel"]),
    .testTarget(
        name: "NetworkPlanningTests", dependencies: ["NetworkPlanning", "NetworkModel", "NetlabTestSupport"]),
    .testTarget(
        name: "DatapathTests", dependencies: ["Datapath", "LabFiles", "NetworkModel", "KubernetesModel"]),
    .testTarget(
        name: "ServiceRoutingTests", dependencies: ["ServiceRouting", "KubernetesModel", "NetworkModel"]),
    .testTarget(
        name: "PreflightTests", dependencies: ["Preflight", "LabFiles", "NetworkModel", "KubernetesModel"]),
    .testTarget(name: "KubernetesAPITests", dependencies: ["KubernetesAPI", "KubernetesModel", "ClusterState"]),
    .testTarget(
        name: "APIServerTests", dependencies: ["APIServer", "KubernetesAPI", "KubernetesModel", nioCore]),
    .testTarget(
        name: "TracesTests",
        dependencies: ["Traces", "Diagrams", "Checks", "LabFiles", "Datapath", "NetworkPlanning", "NetworkModel"]),
    .testTarget(
        name: "FaultsTests",
        dependencies: ["Faults", "Checks", "LabFiles", "Datapath", "NetworkPlanning", "NetworkModel"]),
    .testTarget(name: "CapturesTests", dependencies: ["Captures", "NetworkModel"]),
    .testTarget(
        name: "SnapshotsTests", dependencies: ["Snapshots", "LabFiles", "NetworkPlanning", "NetworkModel"]),
    .testTarget(
        name: "ChecksTests", dependencies: ["Checks", "LabFiles", "NetworkPlanning", "NetworkModel"]),
    .testTarget(
        name: "ServiceProxyTests",
        dependencies: ["ServiceProxy", "ServiceRouting", "KubernetesModel", "NetworkModel"]),
    .testTarget(
        name: "ControllersTests",
        dependencies: ["Controllers", "ClusterState", "KubernetesModel", "NetworkModel"]),
    .testTarget(
        name: "ReconcilerTests",
        dependencies: ["Reconciler", "NetworkPlanning", "NetworkModel", "NetlabTestSupport"]),
    .testTarget(
        name: "WorkloadsTests",
        dependencies: ["Workloads", "PodLifecycle", "KubernetesModel", "NetworkModel"]),
    .testTarget(name: "CommandsTests", dependencies: ["Commands", "Daemon", "Preflight"]),
    .testTarget(
        name: "InputTests",
        dependencies: [
            "Daemon", "LabFiles", "NetworkModel", "KubernetesModel", "ClusterState", "ServiceRouting", "PodLifecycle",
            "NetlabTestSupport",
        ]),
    .testTarget(name: "ArchitectureTests"),
    .testTarget(
        name: "KernelTests",
        dependencies: [
            "LinuxKernel", "NetworkModel", "KubernetesModel", "NetworkPlanning", "Datapath", "ServiceRouting",
            "PodLifecycle", "Preflight", "Checks", "Captures", "Snapshots", "LabFiles", "NetlabTestSupport",
        ]),
    .testTarget(name: "LabTests", dependencies: ["NetlabTestSupport"]),
]

let package = Package(
    name: "netlab",
    products: [.executable(name: "netlab", targets: ["netlab"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: model + logic + kernel + services + app + testing + tests
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
