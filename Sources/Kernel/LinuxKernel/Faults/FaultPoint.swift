internal import Glibc

/// A place at which something outside this process is about to be changed.
///
/// Every kernel call that changes something goes through one, so that a test can number them all, and end the process
/// or refuse the call at each (docs/testing.md, docs/decisions/0015-fault-points.md). Nothing of it happens unless
/// `NETLAB_FAULT` is set; then what is usually done at once or by several threads is done piece by piece, in one order.
package enum FaultPoint {
    /// Who passes the point, where a process does two things at once.
    package enum Lane: Sendable {
        /// The process's main business.
        case own
        /// Starting and removing containers, which the daemon does beside it.
        case containers
    }

    private static let plan = FaultPlan.fromEnvironment()

    /// Whether faults or counting were asked for.
    package static var isActive: Bool { plan != nil }

    /// From here on points are numbered anew, from 1, under this name: what the process is, or is asked to do.
    package static func enter(_ part: String) { plan?.enter(part) }

    /// What a process started as a container's shim gets into its environment: the first one this process starts
    /// inherits the faults, the others do not, so that a fault comes once.
    static func environmentOfNextShim() -> [String: String] { plan?.environmentOfNextShim() ?? [:] }

    /// Carries out one change, unless the plan says otherwise.
    ///
    /// - Parameters:
    ///   - name: what is being done; only made when somebody counts.
    ///   - body: the kernel call, and nothing that a crash could separate from it.
    /// - Throws: what the body throws, or the errno that was asked for, and then nothing was done.
    @discardableResult
    static func change<Value>(
        _ name: @autoclosure () -> String, lane: Lane = .own,
        _ body: () throws(SystemCall.Failure) -> Value
    ) throws(SystemCall.Failure) -> Value {
        guard let plan else { return try body() }
        let passed = plan.pass(name(), lane)
        try plan.before(passed)
        defer { plan.after(passed) }
        return try body()
    }

    /// The same for a call whose failure changes nothing for the caller.
    static func attempt(_ name: @autoclosure () -> String, lane: Lane = .own, _ body: () -> Int32) {
        _ = try? change(name(), lane: lane) { () throws(SystemCall.Failure) in try SystemCall.check(body) }
    }
}
