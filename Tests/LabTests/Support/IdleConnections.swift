import Foundation
import NetlabTestSupport
import Testing

/// Many connections to a Service that say one byte each and then nothing: a program on a node or in a pod that holds
/// them, and an echo server on another node. Python, because the test's own descriptors are not for this.
final class IdleConnections {
    private let lab: LabUp
    private let directory: String

    /// The descriptors of both programs are raised to the hard limit first.
    private static let prelude = """
        import json, os, select, socket, sys, time, resource
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        """

    private static let server = """
        listener = socket.create_server(("", int(sys.argv[1])), backlog=1000)
        poll = select.epoll()
        poll.register(listener.fileno(), select.EPOLLIN)
        ends = {}
        while True:
            for number, _ in poll.poll():
                if number == listener.fileno():
                    end, _ = listener.accept()
                    ends[end.fileno()] = end
                    poll.register(end.fileno(), select.EPOLLIN)
                    continue
                data = ends[number].recv(4096)
                if data: ends[number].sendall(data)
                else: ends.pop(number).close()
        """

    /// Opens until so many are served or one is not, holds them, and does what files in the directory ask for.
    private static let client = """
        address, port, wanted, directory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        def tell(name, value):
            with open(directory + "/draft", "w") as file: json.dump(value, file)
            os.rename(directory + "/draft", directory + "/" + name)
        def served(end, patience):
            try:
                end.settimeout(patience)
                return end.recv(1) == b"x"
            except OSError: return False
        def open_one():
            end = socket.create_connection((address, port), timeout=30)
            end.sendall(b"x")
            return end
        held, waiting = [], []
        while len(held) < wanted and not waiting:
            end = open_one()
            # Generous, for a machine under load: without want of descriptors an answer comes in milliseconds.
            (held if served(end, 3) else waiting).append(end)
        tell("opened", {"held": len(held), "waiting": len(waiting)})
        while True:
            time.sleep(0.02)
            asked = [name for name in ("talk", "close") if os.path.exists(directory + "/" + name)]
            for name in asked:
                os.unlink(directory + "/" + name)
                if name == "talk":
                    good = 0
                    for end in held:
                        end.sendall(b"x")
                        good += served(end, 30)
                    tell("talked", {"good": good})
                else:
                    for end in held[:20]: end.close()
                    del held[:20]
                    tell("closed", {"good": sum(served(end, 30) for end in waiting)})
        """

    /// - Parameter place: where the clients are: a node, or `default_POD`.
    init(_ lab: LabUp, from place: String, to address: String, wanted: Int) throws {
        self.lab = lab
        directory = NSTemporaryDirectory() + "/netlab-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try start("kind-worker2", Self.server, ["9000"])
        try eventually("the server listens") {
            try lab.inside("kind-worker2", "ss -Hltn 'sport = :9000'").output.contains("LISTEN")
        }
        try start(place, Self.client, [address, "80", "\(wanted)", directory])
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func start(_ place: String, _ program: String, _ arguments: [String]) throws {
        try lab.machine.start(
            ["ip", "netns", "exec", "\(lab.name).\(place)", "python3", "-c", Self.prelude + "\n" + program] + arguments)
    }

    /// Connections served, and how many clients were left waiting.
    func opened() throws -> (held: Int, waiting: Int) {
        let answer = try answer("opened", limit: 300)
        return (answer["held"]?.number ?? -1, answer["waiting"]?.number ?? -1)
    }

    /// Has every held connection send a byte; how many came back.
    func talk() throws -> Int {
        try Data().write(to: URL(filePath: "\(directory)/talk"))
        return try answer("talked", limit: 300)["good"]?.number ?? -1
    }

    /// Closes twenty connections; how many of the waiting clients were then served.
    func closeSome() throws -> Int {
        try Data().write(to: URL(filePath: "\(directory)/close"))
        return try answer("closed", limit: 120)["good"]?.number ?? -1
    }

    private func answer(_ name: String, limit: Double) throws -> JSONValue {
        let path = "\(directory)/\(name)"
        try eventually("the clients say they have \(name)", limit: limit) {
            FileManager.default.fileExists(atPath: path)
        }
        return try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: URL(filePath: path)))
    }
}
