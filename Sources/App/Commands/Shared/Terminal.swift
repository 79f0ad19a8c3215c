internal import Daemon
internal import KubernetesModel
internal import LinuxKernel

/// Output to people: progress in kind's manner on standard error, data on standard output.
package struct Terminal: Sendable {
    private let isInteractive: Bool
    private let hasColour: Bool

    /// Colours follow NO_COLOR (no-color.org) and stop when standard error is not a terminal.
    package init() {
        isInteractive = StandardStream.error.isTerminal
        hasColour = isInteractive && (ProcessEnvironment["NO_COLOR"] ?? "").isEmpty
    }

    /// Prints a line, or several. Names and texts out of lab files may stand in it: nothing of it but its line feeds
    /// acts on the terminal.
    ///
    /// - Parameter mark: what stands in front, colour and all.
    func line(_ text: String, after mark: String = "") {
        StandardStream.error.write(mark + Self.harmless(text) + "\n")
    }

    func warning(_ text: String) { line(text, after: paint("33", "warning: ")) }

    /// The text with every line made printable.
    static func harmless(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
            .joined(separator: "\n")
    }

    /// A phase begins: overwritten by its end on a terminal, a line of its own elsewhere.
    func phase(_ text: String) {
        StandardStream.error.write(" • " + text.printable + (isInteractive ? " " : "  ...\n"))
    }

    func phaseEnded(_ text: String, succeeded: Bool) {
        let mark = succeeded ? paint("32", "✓") : paint("31", "✗")
        StandardStream.error.write((isInteractive ? "\r\u{1b}[K" : "") + " \(mark) \(text.printable)\n")
    }

    /// A check with its outcome.
    func check(_ check: Verification.Check) {
        let detail = check.detail.isEmpty ? "" : ": " + check.detail
        line(" \(check.name)\(detail)", after: " " + (check.passed ? paint("32", "✓") : paint("31", "✗")))
    }

    func paint(_ code: String, _ text: String) -> String {
        hasColour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}

/// Shows a daemon's events as they come.
final class ProgressView {
    private let terminal: Terminal
    private let isQuiet: Bool
    private var current: String?

    init(_ terminal: Terminal, isQuiet: Bool) {
        self.terminal = terminal
        self.isQuiet = isQuiet
    }

    func show(_ event: ControlEvent) {
        if case .warning(let text) = event { terminal.warning(text) }
        if isQuiet { return }
        switch event {
        case .phase(let text):
            current = text
            terminal.phase(text)
        case .phaseEnded(let succeeded):
            if let current { terminal.phaseEnded(current, succeeded: succeeded) }
            current = nil
        case .note(let text): terminal.line(text)
        case .warning, .drift, .reply, .failed: break
        }
    }
}
