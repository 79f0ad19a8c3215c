internal import LinuxKernel

/// Rings once, at the earliest of the times it is given.
///
/// Not a task for each time: whoever is rung for asks for the next time, so two tasks would never become one again.
package struct Alarm {
    private var waiting: (due: Double, task: Task<Void, Never>)?

    package init() {}

    /// Rings at a time, in seconds since the epoch and not before a tenth of a second has gone by, unless it rings
    /// earlier anyway.
    ///
    /// - Parameter ring: must call ``silence()`` before it sets the next time.
    package mutating func set(at due: Double, _ ring: @escaping @Sendable () async -> Void) {
        if let waiting {
            guard due < waiting.due else { return }
            waiting.task.cancel()
        }
        let task = Task {
            try? await Task.sleep(for: .seconds(max(0.1, due - Clock.wall())))
            if !Task.isCancelled { await ring() }
        }
        waiting = (due, task)
    }

    /// Forgets the time: it has come, or nobody wants to know any more.
    package mutating func silence() {
        waiting?.task.cancel()
        waiting = nil
    }
}
