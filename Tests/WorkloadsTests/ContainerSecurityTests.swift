import KubernetesModel
import PodLifecycle
import Testing
import Workloads

/// core/v1 SecurityContext as kubelet and containerd carry it out.
@Suite struct ContainerSecurityTests {
    private func security(_ own: [String: JSONValue]?, pod: [String: JSONValue]? = nil) throws -> ContainerSecurity {
        let container = Container(name: "c", securityContext: own.map { .object($0) })
        let spec = PodSpec(containers: [container], securityContext: pod.map { .object($0) })
        return try ContainerSecurity(container, of: Pod(metadata: ObjectMeta(name: "p"), spec: spec))
    }

    private func capabilities(add: [String] = [], drop: [String] = []) throws -> Set<LinuxCapability> {
        let lists = ["add": add, "drop": drop].mapValues { JSONValue.array($0.map { .string($0) }) }
        return try security(["capabilities": .object(lists)]).capabilities
    }

    @Test("without a security context a container has the default list, root, and no new privileges")
    func defaults() throws {
        #expect(try security(nil) == ContainerSecurity())
        #expect(ContainerSecurity().serverCapabilities == [] && !ContainerSecurity().allowsNewPrivileges)
        for capability in [LinuxCapability.SYS_ADMIN, .MKNOD, .SETFCAP, .NET_ADMIN, .SYS_PTRACE, .DAC_READ_SEARCH] {
            #expect(!ContainerSecurity.defaultCapabilities.contains(capability))
        }
    }

    @Test("ALL goes first, then what is named, in any case; a drop wins over an add")
    func addAndDrop() throws {
        #expect(try capabilities(add: ["NET_RAW"], drop: ["ALL"]) == [.NET_RAW])
        #expect(try capabilities(add: ["ALL"], drop: ["sys_admin"]).count == LinuxCapability.allCases.count - 1)
        #expect(try capabilities(add: ["net_admin"]).subtracting(ContainerSecurity.defaultCapabilities) == [.NET_ADMIN])
        #expect(try !capabilities(add: ["CHOWN"], drop: ["CHOWN"]).contains(.CHOWN))
    }

    @Test("a container's own user and groups go over the pod's")
    func identities() throws {
        let pod: [String: JSONValue] = [
            "runAsUser": .integer(1), "runAsGroup": .integer(2), "fsGroup": .integer(4),
            "supplementalGroups": .array([.integer(3)]),
        ]
        let merged = try security(["runAsUser": .integer(9)], pod: pod)
        #expect(merged.user == 9 && merged.group == 2 && merged.supplementaryGroups == [3, 4])
    }

    @Test("runAsNonRoot refuses root in kubelet's words")
    func nonRoot() throws {
        let words = "container has runAsNonRoot and image will run as root"
        #expect(throws: PodEnvironment.Unavailable(message: words)) { try security(["runAsNonRoot": .bool(true)]) }
        #expect(throws: PodEnvironment.Unavailable(message: "container's runAsUser breaks non-root policy")) {
            try security(["runAsUser": .integer(0)], pod: ["runAsNonRoot": .bool(true)])
        }
        #expect(try security(["runAsNonRoot": .bool(true), "runAsUser": .integer(7)]).user == 7)
    }

    @Test("privileged is everything, and what it executes may have more")
    func privileged() throws {
        let all = try security(["privileged": .bool(true)])
        #expect(all.isPrivileged && all.allowsNewPrivileges)
        #expect(all.capabilities == Set(LinuxCapability.allCases))
    }

    @Test("the position of a capability is its number in the kernel")
    func numbers() {
        for (capability, number) in [
            (LinuxCapability.CHOWN, 0), (.KILL, 5), (.NET_BIND_SERVICE, 10), (.NET_ADMIN, 12), (.NET_RAW, 13),
            (.SYS_ADMIN, 21), (.MKNOD, 27), (.SETFCAP, 31), (.SYSLOG, 34), (.BPF, 39), (.CHECKPOINT_RESTORE, 40),
        ] { #expect(capability.bit == 1 << UInt64(number)) }
    }

    @Test("a server that is built in gets one capability, and only for a port below 1024")
    func lowPorts() {
        #expect(BuiltInImages.needsPrivilegedPort(["PORT": "80"]))
        #expect(BuiltInImages.needsPrivilegedPort(["PORT": "8080", "UDP_PORT": "53"]))
        #expect(!BuiltInImages.needsPrivilegedPort(["PORT": "1024", "OTHER": "80"]))
        #expect(!BuiltInImages.needsPrivilegedPort([:]))
    }
}
