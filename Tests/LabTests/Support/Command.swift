import Foundation
import Testing

/// A command that ran to its end.
struct Outcome {
    var command: String
    /// As a shell has it: 128 + N for one that signal N ended; nil when the time limit did.
    var exitCode: Int32?
    var output: String
    var error: String

    /// The lines of standard output, without blanks at their ends.
    var lines: [String] { output.trimmedLines }
    var errorLines: [String] { error.trimmedLines }

    /// The whole of it, for the message of a failed expectation.
    var transcript: String {
        "$ \(command)\n\(output)\(error)(exit \(exitCode.map { "\($0)" } ?? "code: none, timed out"))"
    }
}

extension String {
    /// Lines without blanks at their ends; the last line feed begins no line.
    var trimmedLines: [String] {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// Running programs. Output goes to files and not to pipes: a daemon that kept a pipe open would hang its reader.
enum Command {
    /// - Parameters:
    ///   - words: the program, searched in PATH, and its arguments.
    ///   - input: standard input; nothing when empty.
    ///   - environment: set over the test's own; nil takes a variable away.
    ///   - limit: seconds after which it is killed; only a fault reaches it.
    static func run(
        _ words: [String], input: String = "", environment: [String: String?] = [:],
        limit: Double = 60
    ) throws -> Outcome {
        let files = try (0..<3).map { _ in try scratchFile() }
        defer { for file in files { close(file) } }
        _ = input.utf8CString.withUnsafeBytes { pwrite(files[0], $0.baseAddress, $0.count - 1, 0) }
        let child = try spawn(words, files, environment)
        let code = wait(for: child, limit: limit)
        return Outcome(
            command: words.joined(separator: " "), exitCode: code, output: contents(of: files[1]),
            error: contents(of: files[2]))
    }

    /// Starts a program with these standard descriptors and answers its process id.
    static func spawn(
        _ words: [String], _ descriptors: [Int32], _ environment: [String: String?] = [:]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        // The threads that run tests block signals, and a child would inherit that: `timeout` could not end anything.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var variables = ProcessInfo.processInfo.environment
        for name in ["NETLAB_LAB", "NETLAB_LABS"] { variables[name] = nil }
        for (name, value) in environment { variables[name] = value }
        let arguments = words.map { strdup($0) } + [nil]
        let entries = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + entries { free(text) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, words[0], &actions, &attributes, arguments, entries)
        guard failure == 0 else { throw Refusal(what: "start \(words.joined(separator: " "))", errno: failure) }
        return child
    }

    /// The exit code of a child, or nil when it had to be killed at the limit.
    static func wait(for child: pid_t, limit: Double) -> Int32? {
        var status: Int32 = 0
        let deadline = Date().addingTimeInterval(limit)
        while waitpid(child, &status, WNOHANG) == 0 {
            if Date() > deadline {
                kill(child, SIGKILL)
                waitpid(child, &status, 0)
                return nil
            }
            usleep(2_000)
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private static func scratchFile() throws -> Int32 {
        let path = NSTemporaryDirectory() + "/netlab-test-" + UUID().uuidString
        let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Refusal(what: "make a scratch file", errno: errno) }
        unlink(path)
        return file
    }

    private static func contents(of file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: Int(lseek(file, 0, SEEK_END)))
        let count = pread(file, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// What the system did not let a test do.
    struct Refusal: Error {
        var what: String
        var errno: Int32
    }
}

/// Waits until the condition holds.
///
/// - Parameter limit: seconds that only a fault can use up; the condition is then recorded as a failure.
func eventually(
    _ what: Comment, limit: Double = 20, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) throws {
    let deadline = Date().addingTimeInterval(limit)
    while try !condition() {
        if Date() > deadline {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        usleep(10_000)
    }
}
