internal import Checks
internal import LinuxKernel

/// The run as people see it: a line a check on standard output, and below it what is wrong.
struct TestText {
    let terminal = Terminal()

    func heading(_ lab: String) -> String { "\(Terminal.harmless(lab))\n" }

    func lines(_ result: CheckResult) -> String {
        let mark: String
        switch result.status {
        case .passed: mark = terminal.paint("32", "✓")
        case .failed, .broken: mark = terminal.paint("31", "✗")
        case .warning, .environment: mark = terminal.paint("33", "!")
        case .skipped: mark = "-"
        }
        let time =
            result.converged.map { "converged in \(ReportNumber.seconds($0)) s" }
            ?? "\(ReportNumber.seconds(result.seconds)) s"
        let head = " \(mark) \(Terminal.harmless(result.name))" + (result.status == .skipped ? "" : " (\(time))")
        return
            ([head]
            + result.details.flatMap { $0.split(separator: "\n") }.map { "     " + Terminal.harmless(String($0)) })
            .map { $0 + "\n" }.joined()
    }
}
