internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import PodLifecycle

/// The standard streams of a container: two pipes, or a terminal. The far ends are the container's, the near ends its
/// shim's, which never waits at them.
struct ContainerStreams {
    /// Where output arrives.
    let output: Int32
    /// Where input is written; nil when there is none.
    let input: Int32?
    let isTerminal: Bool
    /// What becomes standard input, output and error; nil leaves it as it is, which is /dev/null.
    private let far: (input: Int32?, output: Int32)

    /// Opens them among the container's own devices.
    ///
    /// - Throws: what the system refuses.
    init(_ spec: ContainerSpec) throws(KernelError) {
        isTerminal = spec.hasTerminal == true
        if isTerminal {
            var number: UInt32 = 0
            let terminal = netlab_open_terminal("/dev/ptmx", &number)
            guard terminal >= 0 else { throw KernelError(errno: errno, "open a terminal") }
            let end = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
            guard end >= 0 else { throw KernelError(errno: errno, "open a terminal") }
            output = terminal
            input = spec.hasInput == true ? terminal : nil
            far = (end, end)
        } else {
            let (reader, writer) = try Self.pipe()
            output = reader
            if spec.hasInput == true {
                let (inputReader, inputWriter) = try Self.pipe()
                input = inputWriter
                far = (inputReader, writer)
            } else {
                input = nil
                far = (nil, writer)
            }
        }
        for near in [output, input].compactMap({ $0 }) {
            _ = fcntl(near, F_SETFL, fcntl(near, F_GETFL) | O_NONBLOCK)
        }
        // A program that opens /dev/stdout once more does so as the container's user.
        for end in [far.input, far.output].compactMap({ $0 }) {
            _ = fchown(end, spec.security.user, spec.security.group)
        }
    }

    private static func pipe() throws(KernelError) -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw KernelError(errno: errno, "make a pipe") }
        return (ends[0], ends[1])
    }

    /// In the first process of the container: the far ends become its streams, and nothing else is left of them.
    func becomeStandard() {
        if isTerminal {
            _ = setsid()
            _ = netlab_take_terminal(far.output)
        }
        if let input = far.input { dup2(input, 0) }
        dup2(far.output, 1)
        dup2(far.output, 2)
        letGoOfFarEnds()
        if let input, input != output { close(input) }
        close(output)
    }

    /// In the shim: only the container holds them, so that its end is theirs.
    func letGoOfFarEnds() {
        if let input = far.input, input != far.output { close(input) }
        close(far.output)
    }
}
