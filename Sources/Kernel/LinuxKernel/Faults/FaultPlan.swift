internal import CLinux
internal import Glibc
internal import Synchronization

/// What `NETLAB_FAULT` asks for: rules with commas between them.
///
///     count:FILE               add a line to FILE for each point passed: PART/NUMBER NAME
///     kill:before:PART/NUMBER  end this process with SIGKILL before the point's call, or after it (`kill:after:`)
///     killall:...              the same, and the command that started this process with it
///     errno:ENOMEM:PART/NUMBER refuse the point's call with this errno (a name or a number)
///
/// PART is what passes the point: `command`; the daemon as `daemon` until its first request, then as `create`, `up`,
/// `cni` or `apply`, whichever request came last; `runtime` for the daemon's starting of containers; `shim` and
/// `container` for the first container's own two processes. Numbers begin with 1 in each. A rule acts once.
final class FaultPlan: Sendable {
    static let variable = "NETLAB_FAULT"

    enum Moment: String { case before, after }

    enum Fault: Hashable {
        case kill(Moment, withStarter: Bool)
        case refuse(errno: Int32)
    }

    /// A point that is being passed.
    struct Passage {
        var place: String
        var name: String
        var faults: [Fault]
    }

    private struct State {
        var part = "command"
        var isDaemon = false
        var numbers: [String: Int] = [:]
        var hasShim = false
        /// Those that have not acted yet, by place.
        var faults: [String: [Fault]]
    }

    private let text: String
    private let record: String?
    private let state: Mutex<State>

    private init(text: String, faults: [String: [Fault]], record: String?) {
        self.text = text
        self.record = record
        state = Mutex(State(faults: faults))
    }

    /// nil when the variable is not set. A rule that cannot be read ends the process with exit code 2: a test that
    /// asks for nothing would prove nothing.
    static func fromEnvironment() -> FaultPlan? {
        guard let text = ProcessEnvironment[variable], !text.isEmpty else { return nil }
        guard let plan = FaultPlan(parsing: text) else {
            StandardStream.error.write("netlab: \(variable) is wrong: \(text)\n")
            exit(2)
        }
        return plan
    }

    convenience init?(parsing text: String) {
        var faults: [String: [Fault]] = [:]
        var record: String?
        for rule in text.split(separator: ",") {
            let words = rule.split(separator: ":", maxSplits: 2).map(String.init)
            switch (words.first, words.count) {
            case ("count", 2): record = words[1]
            case ("kill", 3), ("killall", 3):
                guard let moment = Moment(rawValue: words[1]) else { return nil }
                faults[words[2], default: []].append(.kill(moment, withStarter: words[0] == "killall"))
            case ("errno", 3):
                guard let code = Self.codes[words[1]] ?? Int32(words[1]) else { return nil }
                faults[words[2], default: []].append(.refuse(errno: code))
            default: return nil
            }
        }
        self.init(text: text, faults: faults, record: record)
    }

    private static let codes: [String: Int32] = [
        "EACCES": EACCES, "EAGAIN": EAGAIN, "EBUSY": EBUSY, "EEXIST": EEXIST, "EINVAL": EINVAL, "EIO": EIO,
        "EMFILE": EMFILE, "ENOBUFS": ENOBUFS, "ENOENT": ENOENT, "ENOMEM": ENOMEM, "ENOSPC": ENOSPC, "EPERM": EPERM,
    ]

    func enter(_ part: String) {
        state.withLock { state in
            if part == "daemon" { state.isDaemon = true }
            state.part = part
            state.numbers[part] = nil
        }
    }

    func environmentOfNextShim() -> [String: String] {
        state.withLock { state in
            defer { state.hasShim = true }
            return state.hasShim ? [:] : [Self.variable: text]
        }
    }

    func pass(_ name: String, _ lane: FaultPoint.Lane) -> Passage {
        state.withLock { state in
            let part = lane == .containers && state.isDaemon ? "runtime" : state.part
            let number = state.numbers[part, default: 0] + 1
            state.numbers[part] = number
            let place = "\(part)/\(number)"
            write("\(place) \(name)")
            return Passage(place: place, name: name, faults: state.faults.removeValue(forKey: place) ?? [])
        }
    }

    func before(_ passage: Passage) throws(SystemCall.Failure) {
        for fault in passage.faults {
            switch fault {
            case .kill(.before, let withStarter): end(passage, withStarter: withStarter)
            case .kill(.after, _): continue
            case .refuse(let errno):
                write("! errno \(errno) at \(passage.place) \(passage.name)")
                throw SystemCall.Failure(errno: errno)
            }
        }
    }

    func after(_ passage: Passage) {
        for case .kill(.after, let withStarter) in passage.faults { end(passage, withStarter: withStarter) }
    }

    private func end(_ passage: Passage, withStarter: Bool) {
        write("! kill at \(passage.place) \(passage.name)")
        let starter = getppid()
        // The command, as long as it is there: a process that lost its parent has another, which is none of ours.
        if withStarter, NamespaceIdentity(path: "/proc/\(starter)/exe") == NamespaceIdentity(path: "/proc/self/exe") {
            kill(starter, SIGKILL)
        }
        kill(getpid(), SIGKILL)
        while true { pause() }
    }

    /// One write for the whole line: several processes share the file.
    private func write(_ line: String) {
        guard let record else { return }
        let file = FileDescriptor(
            owning: open(record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600))
        guard file.rawValue >= 0 else { return }
        _ = try? StateFile.writeAll(Array((line + "\n").utf8), to: file.rawValue)
    }
}
