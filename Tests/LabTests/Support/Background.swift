import Foundation
import Testing

/// A program that runs on a machine while a test goes on, with what it has printed so far.
final class Background {
    private let child: pid_t
    private let directory: String
    private let machine: Machine

    /// Starts it; it ends with this object, or with the machine at the latest.
    init(_ words: [String], on machine: Machine, environment: [String: String?] = [:]) throws {
        let directory = NSTemporaryDirectory() + "/netlab-test-\(UUID().uuidString)"
        self.directory = directory
        self.machine = machine
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let flags = O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC
        let files =
            [open("/dev/null", O_RDONLY | O_CLOEXEC)] + ["out", "err"].map { open("\(directory)/\($0)", flags, 0o600) }
        defer { for file in files { close(file) } }
        child = try machine.spawn(
            ["bash", "-c", "echo $$ >&2; exec \"$@\"", "bash"] + words, files, environment: environment)
    }

    deinit {
        kill(child, SIGKILL)
        _ = Command.wait(for: child, limit: 20)
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The whole lines of standard output so far.
    var lines: [String] { text("out") }
    var errorLines: [String] { Array(text("err").dropFirst()) }

    /// Ends it, by its process id on the machine, which it printed first.
    func stop() throws {
        guard let process = text("err").first.flatMap({ Int($0) }) else { return }
        try machine.shell("kill \(process)")
        _ = end()
    }

    /// Waits for it to end by itself; nil when it did not.
    func end(limit: Double = 30) -> Int32? { Command.wait(for: child, limit: limit) }

    private func text(_ name: String) -> [String] {
        let text = (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)) ?? ""
        var lines = text.components(separatedBy: "\n")
        // What stands behind the last line feed is not a line yet.
        lines.removeLast()
        return lines
    }
}
