import Foundation
import Testing

/// A computer of the test's own: fresh network, mount and process namespaces with an empty /run.
///
/// Labs of other people on this computer cannot be seen in it, nor can it be seen by them, so a test may say "the only
/// lab", "no process at all" and "nothing changed on the host". Its first process ends with the socket that the test
/// holds, and takes everything in it along, also when the test is killed.
final class Machine {
    private let anchor: pid_t
    private let lifeline: Int32
    private var started: [pid_t] = []

    private init() throws {
        // Close-on-exec from birth: no other test's child may keep this machine alive.
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw Command.Refusal(what: "make a pair of sockets", errno: errno)
        }
        defer { close(ends[0]) }
        // The shell is the machine's first process: it reaps what loses its parent, as every init must.
        let script = "mount -t tmpfs none /run && mkdir /run/netns && ip link set lo up && printf . && read line"
        anchor = try Command.spawn(
            ["unshare", "-m", "-n", "-p", "-f", "--mount-proc", "--kill-child", "bash", "-c", script],
            [ends[0], ends[0], 2])
        lifeline = ends[1]
        var byte: UInt8 = 0
        guard read(lifeline, &byte, 1) == 1 else { throw Command.Refusal(what: "start a machine", errno: 0) }
    }

    /// A machine for the length of the body. At its end nothing of netlab may be left in it.
    static func with<Value>(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (Machine) throws -> Value
    ) throws -> Value {
        let machine = try Machine()
        defer {
            close(machine.lifeline)
            // All of them, or their remains would hide the ends of others from Swift Testing's exit tests, which look
            // at one ended child at a time and would wait for ever.
            for child in [machine.anchor] + machine.started { _ = Command.wait(for: child, limit: 20) }
        }
        let value = try body(machine)
        try machine.expectNothingLeft(sourceLocation: sourceLocation)
        return value
    }

    private func words(_ words: [String], directory: String = Repository.root) -> [String] {
        let path = "/proc/\(anchor)/ns"
        // Entering a mount namespace leaves the working directory behind.
        return ["nsenter", "--mount=\(path)/mnt", "--net=\(path)/net", "--pid=\(path)/pid_for_children", "--"]
            + ["env", "-C", directory] + words
    }

    /// Runs any program on the machine.
    func run(
        _ words: [String], input: String = "", environment: [String: String?] = [:],
        directory: String = Repository.root, limit: Double = 60
    ) throws -> Outcome {
        var outcome = try Command.run(
            self.words(words, directory: directory), input: input, environment: environment, limit: limit)
        outcome.command = words.joined(separator: " ")
        return outcome
    }

    /// Runs the program under test.
    func netlab(
        _ words: String..., input: String = "", environment: [String: String?] = [:],
        directory: String = Repository.root
    ) throws -> Outcome {
        try run([Repository.netlab] + words, input: input, environment: environment, directory: directory)
    }

    /// Runs a line of shell and answers what it printed.
    ///
    /// - Throws: ``Failure`` when it does not end with 0.
    @discardableResult
    func shell(_ line: String) throws -> String {
        let outcome = try run(["bash", "-c", line])
        guard outcome.exitCode == 0 else { throw Failure(description: outcome.transcript) }
        return outcome.output
    }

    /// Starts a program that goes on after this call; it ends with the machine at the latest.
    func start(_ words: [String]) throws {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        started.append(try Command.spawn(self.words(words), [null, null, null]))
    }

    /// Starts a program with these standard descriptors. Of it, and not of what enters the machine, is the process id.
    func spawn(_ words: [String], _ descriptors: [Int32], environment: [String: String?] = [:]) throws -> pid_t {
        try Command.spawn(self.words(words), descriptors, environment)
    }

    // MARK: The witness

    /// Every process but the first and the one that looks, as `ARGUMENTS`.
    func processes() throws -> [String] {
        let own = "ps -e -o pid=,args="
        return try run(own.split(separator: " ").map(String.init)).lines
            .filter { !$0.contains(own) && !$0.hasPrefix("      1 ") }
    }

    /// What the machine's own network looks like, line by line: a host that netlab must not touch.
    func hostNetwork() throws -> [String] {
        let commands = [
            "ip -s addr", "ip route show table all", "ip -6 route show table all", "ip rule", "ip neigh",
            "nft list ruleset",
        ]
        return try commands.flatMap { command in try ["# " + command] + shell(command).trimmedLines }
    }

    private func expectNothingLeft(sourceLocation: SourceLocation) throws {
        #expect(try shell("ls -A /run/netns") == "", "named namespaces are left", sourceLocation: sourceLocation)
        #expect(try shell("ls -A /run") == "netns\n", "files are left", sourceLocation: sourceLocation)
        #expect(try processes() == [], "processes are left", sourceLocation: sourceLocation)
        let links = try shell("ip -o link | cut -d: -f2").trimmedLines
        #expect(links == [" lo"], "links are left", sourceLocation: sourceLocation)
    }

    /// A witness that could not speak.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}
