import LabFiles
import Testing

/// What manifests may ask of the machine, and what may not slip through them.
@Suite struct ManifestSecurityTests {
    private func pod(_ container: String, _ spec: String = "") -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          containers:
          - {name: c, image: "hello-app:1.0", \(container)}
        \(spec)
        """
    }

    private func report(_ manifest: String, _ access: HostAccess) -> [String] {
        let source = LabSource(
            path: "lab", defaultName: "lab", kind: LabFile(path: "kind.yaml", text: goodKind),
            manifests: [LabFile(path: "manifests/a.yaml", text: manifest)])
        do {
            return try LabFiles.parse(source, overrides: LabFiles.Overrides(access: access)).warnings.map(\.description)
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(
        "a container that would reach beyond itself is refused in the API server's words, unless it was allowed",
        arguments: [
            ("{privileged: true}", "privileged: Forbidden: disallowed by cluster policy"),
            ("{capabilities: {add: [SYS_ADMIN]}}", "add[0]: Forbidden: SYS_ADMIN reaches beyond the container"),
            ("{capabilities: {add: [NET_RAW, sys_ptrace]}}", "add[1]: Forbidden: sys_ptrace reaches beyond"),
            ("{capabilities: {add: [ALL]}}", "add[0]: Forbidden: ALL reaches beyond the container"),
        ])
    func privilegeIsRefused(context: String, message: String) {
        let manifest = pod("securityContext: \(context)")
        for access in [HostAccess.none, .confined] {
            let found = report(manifest, access)
            #expect(found.count == 1 && found[0].contains(message), "\(found)")
            #expect(found.first?.contains("; expected --allow-privileged") == true)
        }
        #expect(report(manifest, .privileged) == [])
    }

    @Test(
        "what stays inside a container is accepted",
        arguments: [
            "{capabilities: {add: [NET_ADMIN, net_raw], drop: [ALL]}, runAsUser: 1000, runAsGroup: 0}",
            "{runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}",
        ])
    func confinedIsAccepted(context: String) {
        #expect(report(pod("securityContext: \(context)"), .none) == [])
    }

    @Test(
        "a security context is read strictly",
        arguments: [
            ("{capabilities: {add: [CAP_NET_ADMIN]}}", "unknown capability \"CAP_NET_ADMIN\""),
            ("{capabilities: {drop: [EVERYTHING]}}", "unknown capability \"EVERYTHING\""),
            ("{runAsUser: -1}", "out of range"), ("{runAsUser: root}", "found the text \"root\""),
            ("{privilegd: true}", "did you mean \"privileged\"?"),
            (
                "{privileged: true, allowPrivilegeEscalation: false}",
                "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            ),
        ])
    func contextIsStrict(context: String, message: String) {
        let found = report(pod("securityContext: \(context)"), .privileged)
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test(
        "without host commands neither a command nor an exec probe is accepted",
        arguments: ["command: [\"true\"]", "readinessProbe: {exec: {command: [\"true\"]}}"])
    func hostCommandsAreRefused(container: String) {
        #expect(report(pod(container), .confined) == [])
        let found = report(pod(container), .none)
        #expect(found.count == 1 && found[0].contains("Forbidden: it runs a program of this machine"), "\(found)")
        #expect(report(pod("args: [x]"), .none) == [])
    }

    @Test(
        "what becomes a line of hosts or resolv.conf, or a variable's name, is one word of the right kind",
        arguments: [
            ("", "  hostAliases: [{ip: \"10.0.0.1\\n10.0.0.2 api\", hostnames: [a]}]", "is not an IP address"),
            ("", "  hostAliases: [{ip: 10.0.0.1, hostnames: [\"a\\n10.0.0.2 api\"]}]", "is not a valid name"),
            ("", "  dnsConfig: {nameservers: [\"10.0.0.1\\nsearch x\"]}", "is not an IP address"),
            ("", "  dnsConfig: {searches: [\"a\\nnameserver 10.0.0.2\"]}", "is not a valid name"),
            ("", "  dnsConfig: {options: [{name: \"a\\nnameserver 10.0.0.2\"}]}", "is not one word"),
            ("", "  dnsConfig: {options: [{name: a, value: \"1 2\"}]}", "is not one word"),
            ("", "  hostname: \"../x\"", "is not a valid name"), ("", "  subdomain: \"a\\tb\"", "is not a valid name"),
            ("env: [{name: \"A=B\", value: x}]", "", "is not a valid variable name"),
            ("env: [{name: \"A\\nB\", value: x}]", "", "is not a valid variable name"),
        ])
    func linesCannotBeAdded(container: String, spec: String, message: String) {
        let found = report(pod(container.isEmpty ? "args: []" : container, spec), .confined)
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
        #expect(!found.contains { $0.contains("\n") || $0.contains("\t") })
    }

    @Test(
        "names that become parts of paths cannot lead elsewhere",
        arguments: ["..", "../../etc", "a/b", "/etc", "a\\0b", ".hidden", ""])
    func namesAreNoPaths(name: String) {
        let found = report(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: "\(name)", namespace: "\(name)"}
            spec: {containers: [{name: "\(name)", image: "hello-app:1.0"}]}
            """, .confined)
        #expect(found.filter { $0.contains("is not a valid name") }.count == 3, "\(found)")
        #expect(LabFilesTests.report(lab: "apiVersion: netlab/v1alpha1\nname: \"\(name)\"\n").count == 1)
    }

    @Test("what would give real containers files or processes of the host is said to have no effect")
    func hostFilesAreSaidToHaveNoEffect() {
        let spec = """
              volumes: [{name: v, hostPath: {path: /etc}}]
              hostPID: true
              hostIPC: true
            """
        let found = report(pod("volumeMounts: [{name: v, mountPath: /mnt}]", spec), .confined)
        #expect(found.count == 4 && found.allSatisfy { $0.contains("warning: ") && $0.contains("has no effect") })
    }
}
