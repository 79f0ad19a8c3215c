internal import LinuxKernel
internal import Logging
internal import ServiceRouting
internal import Synchronization

/// What the daemon does about the proxy's news: it writes down who is bound to which backend, and says so when
/// descriptors ran out. Everything here happens on the relay's watching thread, off the path of any connection.
final class ProxyWatch: Sendable {
    private let file: AffinityFile
    private let logger: Logger
    private let said = Mutex(Said())

    private struct Said {
        /// When the log was last told of a shortage, on ``Clock/monotonic()``, and how many there had been.
        var time = -Double.infinity
        var shortages = 0
        var saveFailed = false
    }

    /// Seconds between two lines in the log about a shortage that goes on, and for which `status` warns of one.
    static let quiet = 60.0
    static let recent = 10.0

    init(file: AffinityFile, logger: Logger) {
        self.file = file
        self.logger = logger
    }

    /// Follows a data plane until it is shut down.
    ///
    /// - Throws: that a thread could not be had.
    func follow(_ plane: RelayDataPlane) throws {
        try plane.watch { [weak plane] news in
            guard let plane else { return }
            if news.contains(.shortage) { self.tell(plane.counters) }
            if news.contains(.affinity) { self.save(plane) }
        }
    }

    /// Saves once, then sleeps for a multiple of what that took: many new clients cost one file, not one each.
    private func save(_ plane: RelayDataPlane) {
        let started = Clock.monotonic()
        keep(plane.affinity)
        StandardStream.pause(seconds: min(5, max(0.02, 4 * (Clock.monotonic() - started))))
    }

    /// Writes the bindings down now.
    func keep(_ bindings: [AffinityBinding]) {
        do {
            try file.save(bindings)
            said.withLock { $0.saveFailed = false }
        } catch {
            let isFirst = said.withLock { said in
                defer { said.saveFailed = true }
                return !said.saveFailed
            }
            if isFirst { logger.warning("session affinity will not survive the daemon: \(error)") }
        }
    }

    private func tell(_ counters: RelayCounters) {
        let now = Clock.monotonic()
        let isDue = said.withLock { said in
            guard now - said.time >= Self.quiet, counters.shortages > said.shortages else { return false }
            said.time = now
            said.shortages = counters.shortages
            return true
        }
        guard isDue else { return }
        logger.warning(
            "\(Self.warning(counters))",
            metadata: ["putOff": "\(counters.shortages)", "pauses": "\(counters.acceptPauses)"]
        )
    }

    /// What a shortage means and what helps, in one line.
    static func warning(_ counters: RelayCounters) -> String {
        """
        the proxy is out of file descriptors: it holds \(counters.descriptors) of at most \(counters.descriptorLimit) \
        for \(counters.openConnections) connections and \(counters.openFlows) UDP flows; these go on, new clients wait \
        until others finish; raise the hard limit of open files (ulimit -Hn) before netlab up
        """
    }
}
