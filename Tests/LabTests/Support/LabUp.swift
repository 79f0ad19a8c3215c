import Foundation
import NetlabTestSupport
import Testing

/// A lab that is up on a machine.
struct LabUp {
    let machine: Machine
    /// Random, and nothing else has it.
    let name: String
    /// The word after `up`: a shipped lab's name, or a directory.
    let files: String

    struct Pod: Hashable {
        var name: String
        var namespace: String
        var node: String
        var address: String
    }

    /// `netlab up`, expected to succeed.
    @discardableResult
    func up(_ flags: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> Outcome {
        let outcome = try machine.run([Repository.netlab, "up", files, "--name", name] + flags)
        try #require(outcome.exitCode == 0, "\(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome
    }

    /// Any other command of the program, about this lab, whatever its outcome.
    func netlab(_ words: String..., input: String = "") throws -> Outcome { try netlab(words, input: input) }

    func netlab(_ words: [String], input: String = "") throws -> Outcome {
        try machine.run([Repository.netlab] + words, input: input, environment: ["NETLAB_LAB": name])
    }

    /// `--json` of a command, expected to succeed.
    func json(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let outcome = try netlab(words + ["--json"])
        #expect(outcome.exitCode == 0, "\(outcome.transcript)", sourceLocation: sourceLocation)
        return try JSONDecoder().decode(JSONValue.self, from: Data(outcome.output.utf8))
    }

    /// A command's output on a node or in a pod, by `ip netns exec` and not by netlab.
    ///
    /// - Parameter place: `kind-worker`, or `default_POD`.
    func inside(_ place: String, _ line: String) throws -> Outcome {
        try machine.run(["ip", "netns", "exec", "\(name).\(place)", "bash", "-c", line])
    }

    /// The body that curl got, or `curl: EXITCODE`.
    func curl(_ place: String, _ url: String) throws -> String {
        let outcome = try inside(place, "curl -sS --max-time 5 http://\(url)")
        return outcome.exitCode == 0 ? outcome.output : "curl: \(outcome.exitCode ?? -1)"
    }

    /// The lines of `ip -n NAMESPACE WORDS`.
    func ip(_ place: String, _ words: String) throws -> [String] {
        try machine.shell("ip -n \(name).\(place) \(words)").trimmedLines
    }

    var nodes: [String] {
        get throws { try json("nodes").array?.compactMap { $0["metadata"]?["name"]?.text } ?? [] }
    }

    /// The pods that have an address, sorted by name.
    var pods: [Pod] {
        get throws {
            let objects = try json("pods", "-A").array ?? []
            return objects.compactMap { pod in
                guard let name = pod["metadata"]?["name"]?.text, let space = pod["metadata"]?["namespace"]?.text,
                    let node = pod["spec"]?["nodeName"]?.text, let address = pod["status"]?["podIP"]?.text
                else { return nil }
                return Pod(name: name, namespace: space, node: node, address: address)
            }.sorted { $0.name < $1.name }
        }
    }

    /// Process ids of the containers, by pod.
    func containers() throws -> [String: Int] {
        var result: [String: Int] = [:]
        for node in try nodes {
            for row in try json("ps", node).array ?? [] {
                if let pod = row["pod"]?.text, let container = row["container"]?.text {
                    result["\(pod)/\(container)"] = row["pid"]?.number ?? -1
                }
            }
        }
        return result
    }

    /// What must not change when nothing is to be done: namespaces by inode, links by index, pods, process ids.
    func identity() throws -> [String: String] {
        let script = """
            cd /run/netns
            for n in \(name).*; do
                echo "$n $(stat -Lc %i "$n") $(ip -n "$n" -o link | cut -d: -f1,2 | tr '\\n' ' ')"
            done
            """
        var result: [String: String] = [:]
        for line in try machine.shell(script).trimmedLines {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            result[words[0]] = words.last
        }
        for pod in try pods { result[pod.name] = "\(pod)" }
        for (container, process) in try containers() { result[container] = "\(process)" }
        return result
    }
}

extension LabUp.Pod {
    /// What follows the lab's name in the pod's network namespace.
    var place: String { "\(namespace)_\(name)" }
}

/// Gives the body a lab's name on a machine, takes the lab down afterwards whatever happened, and expects nothing to be
/// left of it.
func withLab<Value>(
    _ files: String, on machine: Machine, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (LabUp) throws -> Value
) throws -> Value {
    let lab = LabUp(machine: machine, name: RandomName.lab(), files: files)
    let result = Result { try body(lab) }
    let down = try machine.netlab("down", lab.name)
    #expect(down.exitCode == 0, "\(down.transcript)", sourceLocation: sourceLocation)
    let namespaces = try machine.shell("ls -A /run/netns; ls -A /run/netlab 2>/dev/null || true").trimmedLines
    #expect(namespaces.filter { $0.hasPrefix(lab.name) } == [], sourceLocation: sourceLocation)
    #expect(try machine.processes().filter { $0.contains(lab.name) } == [], sourceLocation: sourceLocation)
    return try result.get()
}

/// A lab that is up, on a machine of its own.
func withLabUp<Value>(
    _ files: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: (LabUp) throws -> Value
) throws -> Value {
    try Machine.with(sourceLocation: sourceLocation) { machine in
        try withLab(files, on: machine, sourceLocation: sourceLocation) { lab in
            try lab.up(sourceLocation: sourceLocation)
            return try body(lab)
        }
    }
}
