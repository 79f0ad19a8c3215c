internal import LabFiles
internal import LinuxKernel
internal import Logging
internal import NetworkPlanning
internal import ServiceLifecycle
internal import UnixSignals

/// The process behind a lab: the one place where kernel, controllers, proxy and workloads meet.
package enum LabDaemon {
    /// Runs until a `stop` request, SIGTERM or SIGINT. Pods and routes outlive it.
    ///
    /// - Parameters:
    ///   - lab: the lab's name; its state directory exists.
    ///   - listener: the listening socket that the starter opened.
    package static func run(lab: String, listener: Int32) async throws(ControlFailure) {
        guard Lab.isValidName(lab) else { throw ControlFailure(.usage, "\"\(lab)\" is not a lab's name") }
        FaultPoint.enter("daemon")
        let paths = LabPaths(lab)
        ProcessEnvironment.useFewHeaps()
        ProcessEnvironment.useOrdinaryUmask()
        ProcessEnvironment.hideFromProc()
        ProcessEnvironment.raiseFileLimit()
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Logger(label: "netlab.\(lab)")
        let listener = LocalListener(adopting: listener)
        let engine: LabEngine
        do throws(ControlFailure) {
            engine = try makeEngine(paths, logger)
        } catch {
            // Whoever started this process waits for an answer, and does not read its log.
            listener.accept(within: 10)?.answerOnce(ControlLine.encode(ControlEvent.failed(error)))
            throw error
        }
        let stopper = Stopper()
        let control = ControlService(
            listener: listener, engine: engine, logger: logger, stop: { await stopper.stop() })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: EngineService(engine: engine)),
                    .init(service: control),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        await stopper.set(group)
        do {
            try await group.run()
        } catch {
            throw ControlFailure(.failed, "the daemon ended: \(error)")
        }
    }

    private static func makeEngine(_ paths: LabPaths, _ logger: Logger) throws(ControlFailure) -> LabEngine {
        do {
            return try LabEngine(paths: paths, logger: logger)
        } catch {
            throw ControlFailure(describing: error)
        }
    }

    /// Lets a request end the group that serves it.
    private actor Stopper {
        private var group: ServiceGroup?
        func set(_ group: ServiceGroup) { self.group = group }
        func stop() async { await group?.triggerGracefulShutdown() }
    }
}

/// The engine as a service: resumes what an earlier daemon left, then waits for the end.
///
/// A group of services names each by its description; without one it would print everything in it, by reflection.
struct EngineService: Service, CustomStringConvertible {
    let engine: LabEngine

    var description: String { "engine" }

    func run() async throws {
        await engine.resume()
        try? await gracefulShutdown()
        await engine.shutDown()
    }
}
