import NetlabTestSupport
import Testing

/// What the commands print about the tutorial's cluster, as text and as JSON.
@Suite(.enabled(if: KernelTestGate.canRun)) struct CommandOutputTests {
    @Test(
        "text commands end with 0 and begin with the header of the original",
        arguments: [
            ("nodes", "NAME STATUS ROLES AGE VERSION"),
            (
                "nodes -o wide",
                "NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME"
            ),
            ("pods", "NAME READY STATUS RESTARTS AGE"),
            ("pods -A", "NAMESPACE NAME READY STATUS RESTARTS AGE"),
            ("pods -o wide", "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES"),
            ("services", "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE"),
            ("services -o wide", "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR"),
            ("service list", "ID Frontend Service Type Backend"),
            ("ps", "NAMES STATUS ADDRESS PODS NAMESPACE"),
            ("ps kind-worker", "CONTAINER POD IMAGE PID STATUS"),
            ("network ls", "NETWORK ID NAME DRIVER SCOPE"),
        ])
    func headers(_ words: String, _ header: String) throws {
        try withLabUp("three-node") { lab throws in
            let outcome = try lab.netlab(words.split(separator: " ").map(String.init))
            #expect(outcome.exitCode == 0 && outcome.error == "", "\(outcome.transcript)")
            let words = outcome.lines.first?.split(separator: " ").joined(separator: " ")
            #expect(words == header, "\(outcome.transcript)")
            // Every column begins where its header does: the character before it is blank in every row.
            for column in Self.columns(outcome.lines[0]) {
                for line in outcome.lines where line.count > column && column > 0 {
                    #expect(Array(line)[column - 1] == " ", "\(outcome.transcript)")
                }
            }
        }
    }

    /// Where the words of a header begin that stand after two blanks or more.
    private static func columns(_ header: String) -> [Int] {
        let text = Array(header)
        return text.indices.filter { $0 > 2 && text[$0] != " " && text[$0 - 1] == " " && text[$0 - 2] == " " }
    }

    @Test("tutorial: netlab pods -o wide shows one pod on each worker")
    func podsTable() throws {
        try withLabUp("three-node") { lab throws in
            let rows = try lab.netlab("pods", "-o", "wide").lines.dropFirst().map {
                $0.split(separator: " ").map(String.init)
            }
            #expect(rows.allSatisfy { $0[1...3] == ["1/1", "Running", "0"] && $0.suffix(2) == ["<none>", "<none>"] })
            #expect(rows.map { $0[6] }.sorted() == ["kind-worker", "kind-worker2"])
            #expect(rows.allSatisfy { $0[0].hasPrefix("hello-app-") && $0[5].hasPrefix("10.0.") })
        }
    }

    @Test("tutorial: netlab service list shows the ClusterIP with both pods active, in cilium's format")
    func serviceList() throws {
        try withLabUp("three-node") { lab throws in
            let pods = try lab.pods.map { "\($0.address):8080 (active)" }.sorted()
            #expect(
                try lab.netlab("service", "list").lines == [
                    "ID   Frontend           Service Type   Backend",
                    "1    10.96.0.1:443      ClusterIP      1 => 172.18.0.4:6443 (active)",
                    "2    10.96.37.61:8080   ClusterIP      1 => \(pods[0])",
                    "                                       2 => \(pods[1])",
                ])
        }
    }

    @Test("tutorial: netlab status --wait draws cilium status, everything OK")
    func status() throws {
        try withLabUp("three-node") { lab throws in
            let outcome = try lab.netlab("status", "--wait")
            #expect(outcome.exitCode == 0)
            #expect(outcome.lines[1] == " /¯¯\\__/¯¯\\    Cilium:         OK")
            #expect(
                outcome.lines.contains("DaemonSet         cilium             Desired: 3, Ready: 3/3, Available: 3/3"))
            #expect(outcome.lines.contains("Cluster Pods:     2/2 managed by Cilium"))
            let status = try lab.json("status")
            #expect(
                status["lab"]?.text == lab.name && status["nodes"]?.number == 3 && status["readyNodes"]?.number == 3)
            for list in ["drift", "foreign", "errors", "warnings"] { #expect(status[list]?.array == []) }
        }
    }

    @Test("--json is JSON with the objects of the lab")
    func json() throws {
        try withLabUp("three-node") { lab throws in
            let nodes = ["kind-control-plane", "kind-worker", "kind-worker2"]
            #expect(try lab.json("nodes").array?.map { $0["metadata"]?["name"]?.text } == nodes)
            #expect(
                try lab.json("nodes").array?.allSatisfy { $0["kind"]?.text == "Node" && $0["apiVersion"]?.text == "v1" }
                    == true)
            #expect(try lab.json("pods").array?.map { $0["status"]?["phase"]?.text } == ["Running", "Running"])
            #expect(try lab.clusterIPs() == ["hello-app": "10.96.37.61", "kubernetes": "10.96.0.1"])
            #expect(try lab.json("service", "list")["entries"]?.array?.count == 2)
            #expect(try lab.json("ps").array?.map { $0["namespace"]?.text } == nodes.map { "\(lab.name).\($0)" })
            #expect(try lab.json("network", "ls").array?.first?["subnet"]?.text == "172.18.0.0/16")
            #expect(try lab.json("routes").array?.map { $0["routes"]?.array?.count } == [6, 6, 6])
            #expect(try lab.json("list").array == [.text(lab.name)])
            #expect(try lab.json("version")["cilium"]?.text == "1.12.4")
            #expect(try lab.json("gc", "--dry-run").array == [])
            #expect(try lab.json("doctor")["findings"]?.array?.isEmpty == false)
        }
    }

    @Test("netlab ps NODE names the processes that run, in the pod's network namespace")
    func containersAreProcesses() throws {
        try withLabUp("three-node") { lab throws in
            let pods = try lab.pods
            let containers = try lab.containers()
            #expect(containers.count == 2)
            for (name, process) in containers {
                let pod = try #require(pods.first { name == "\($0.name)/hello-app" })
                let seen = try lab.machine.shell("readlink /proc/\(process)/ns/net")
                #expect(try seen == lab.inside(pod.place, "readlink /proc/self/ns/net").output)
            }
        }
    }

    @Test("netlab exec: own host name, exit codes and standard input, on a node and in a pod")
    func exec() throws {
        try withLabUp("three-node") { lab throws in
            let pod = try lab.pods[0].name
            for place in ["kind-worker", pod] {
                func run(_ words: String..., input: String = "") throws -> Outcome {
                    try lab.netlab(["exec", place, "--"] + words, input: input)
                }
                #expect(try run("hostname").output == place + "\n")
                #expect(try run("sh", "-c", "echo out; echo err >&2; exit 3").exitCode == 3)
                #expect(try run("sh", "-c", "echo out; echo err >&2; exit 3").error == "err\n")
                #expect(try run("no-such-program").exitCode == 127)
                #expect(try run("/etc").exitCode == 126)
                #expect(try run("sh", "-c", "kill -9 $$").exitCode == 137)
                #expect(try run("cat", input: "one\ntwo\n").output == "one\ntwo\n")
                #expect(try run("wc", "-c", input: String(repeating: "x", count: 300_000)).output == "300000\n")
            }
            let unknown = try lab.netlab("exec", "kind-workr", "--", "true")
            #expect(unknown.exitCode == 2 && unknown.error.contains("kind-worker2"), "\(unknown.transcript)")
            #expect(try lab.netlab("exec", "kind-worker").exitCode == 2)
        }
    }

    @Test("a pod's hosts file, resolver and processes are its own")
    func podsHaveTheirOwnView() throws {
        try withLabUp("three-node") { lab throws in
            let pod = try lab.pods[0]
            #expect(
                try lab.netlab("exec", pod.name, "--", "cat", "/etc/hosts").lines.last == "\(pod.address)\t\(pod.name)")
            #expect(
                try lab.netlab("exec", pod.name, "--", "cat", "/etc/resolv.conf").lines == [
                    "search default.svc.cluster.local svc.cluster.local cluster.local", "nameserver 10.96.0.10",
                    "options ndots:5",
                ])
            // The program is the pod's first process, and ps the only other one.
            #expect(try lab.netlab("exec", pod.name, "--", "ps", "-e", "-o", "pid=").lines.count == 2)
        }
    }

    @Test("netlab logs POD is the pod's log; without a pod the daemon's")
    func logs() throws {
        try withLabUp("three-node") { lab throws in
            let pod = try lab.pods[0]
            #expect(try lab.netlab("logs", pod.name).lines.first?.hasSuffix("Server listening on port 8080") == true)
            _ = try lab.curl("kind-worker", "\(pod.address):8080/some/path")
            try eventually("the request is logged") {
                try lab.netlab("logs", pod.name, "--tail", "1").output.contains("Serving request: /some/path")
            }
            #expect(try lab.netlab("logs").output.contains("network changed"))
            #expect(try lab.netlab("logs", "no-such-pod").exitCode == 2)
        }
    }

    @Test("list, version, doctor, completion and help need no lab")
    func withoutALab() throws {
        try Machine.with { machine throws in
            let list = try machine.netlab("list")
            #expect(list.exitCode == 0 && list.output == "" && list.error == "No labs are up.\n")
            let available = try machine.netlab("list", "--available").lines
            #expect(Set(available).isSuperset(of: ["services", "seven-node", "single-node", "three-node"]))
            #expect(try machine.netlab("version").output.contains("Cilium 1.12.4"))
            let doctor = try machine.netlab("doctor")
            #expect(doctor.exitCode == 0 && !doctor.output.contains(" ✗ "), "\(doctor.transcript)")
            for shell in ["bash", "zsh", "fish"] {
                let script = try machine.netlab("completion", shell)
                #expect(script.exitCode == 0 && script.output.contains("netlab"))
            }
            #expect(try machine.netlab("completion", "tcsh").exitCode == 2)
            let bash = try machine.run(
                ["bash", "-n", "/dev/stdin"], input: machine.netlab("completion", "bash").output)
            #expect(bash.exitCode == 0, "\(bash.transcript)")
            for command in [
                "up", "create", "cni install", "down", "list", "status", "exec", "shell", "ps", "network ls",
                "routes", "nodes", "pods", "services", "service list", "logs", "gc", "doctor", "version", "completion",
            ] {
                let help = try machine.run(
                    [Repository.netlab] + command.split(separator: " ").map(String.init) + ["--help"])
                #expect(help.exitCode == 0 && help.output.contains("USAGE: netlab \(command)"), "\(help.transcript)")
            }
        }
    }
}
