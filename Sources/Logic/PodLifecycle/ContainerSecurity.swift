package import KubernetesModel

/// What a container's processes may do: core/v1 SecurityContext as containerd carries it out.
package struct ContainerSecurity: Hashable, Sendable, Codable {
    /// All capabilities, and the host's files, devices and /proc as root has them.
    package var isPrivileged: Bool
    /// The bounding set: the most any process of the container can have.
    package var capabilities: Set<LinuxCapability>
    /// What a server that is part of netlab keeps of them as the first process; commands keep all.
    package var serverCapabilities: Set<LinuxCapability>
    /// Whether an executed program may have more rights than the one that executes it.
    package var allowsNewPrivileges: Bool
    package var user: UInt32
    package var group: UInt32
    package var supplementaryGroups: [UInt32]

    package init(
        isPrivileged: Bool = false, capabilities: Set<LinuxCapability> = defaultCapabilities,
        serverCapabilities: Set<LinuxCapability> = [], allowsNewPrivileges: Bool = false, user: UInt32 = 0,
        group: UInt32 = 0, supplementaryGroups: [UInt32] = []
    ) {
        self.isPrivileged = isPrivileged
        self.capabilities = capabilities
        self.serverCapabilities = serverCapabilities
        self.allowsNewPrivileges = allowsNewPrivileges
        self.user = user
        self.group = group
        self.supplementaryGroups = supplementaryGroups
    }

    /// containerd's and Docker's list without MKNOD, SETFCAP and AUDIT_WRITE, which only mean something on a file
    /// system or an audit log of the container's own.
    package static let defaultCapabilities: Set<LinuxCapability> = [
        .CHOWN, .DAC_OVERRIDE, .FSETID, .FOWNER, .NET_RAW, .SETGID, .SETUID, .SETPCAP, .NET_BIND_SERVICE, .SYS_CHROOT,
        .KILL,
    ]

    /// The security context of a container over that of its pod, as kubelet merges them
    /// (securitycontext.DetermineEffectiveSecurityContext).
    ///
    /// - Throws: kubelet's refusal: `runAsNonRoot` for a container that would run as root.
    package init(_ container: Container, of pod: Pod) throws(PodEnvironment.Unavailable) {
        let own = container.securityContext
        let shared = pod.spec?.securityContext
        func number(_ name: String) -> UInt32? {
            (own?[name] ?? shared?[name])?.integer.flatMap { UInt32(exactly: $0) }
        }
        let user = number("runAsUser") ?? 0
        if user == 0, (own?["runAsNonRoot"] ?? shared?["runAsNonRoot"]) == .bool(true) {
            throw PodEnvironment.Unavailable(
                message: number("runAsUser") == nil
                    ? "container has runAsNonRoot and image will run as root"
                    : "container's runAsUser breaks non-root policy")
        }
        let isPrivileged = own?["privileged"] == .bool(true)
        var capabilities = isPrivileged ? Set(LinuxCapability.allCases) : Self.defaultCapabilities
        let drops = Self.names(own?["capabilities"]?["drop"])
        let adds = Self.names(own?["capabilities"]?["add"])
        if adds.contains("ALL") { capabilities = Set(LinuxCapability.allCases) }
        if drops.contains("ALL") { capabilities = [] }
        capabilities.formUnion(adds.compactMap(LinuxCapability.init(rawValue:)))
        capabilities.subtract(drops.compactMap(LinuxCapability.init(rawValue:)))
        let groups = (shared?["supplementalGroups"]?.elements ?? []) + (shared?["fsGroup"].map { [$0] } ?? [])
        self.init(
            isPrivileged: isPrivileged, capabilities: capabilities,
            allowsNewPrivileges: isPrivileged || own?["allowPrivilegeEscalation"] == .bool(true), user: user,
            group: number("runAsGroup") ?? 0,
            supplementaryGroups: groups.compactMap { $0.integer.flatMap { UInt32(exactly: $0) } })
    }

    /// The CRI takes the names in any case.
    private static func names(_ list: JSONValue?) -> [String] {
        (list?.elements ?? []).compactMap { $0.text?.uppercased() }
    }
}
