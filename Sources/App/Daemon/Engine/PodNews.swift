internal import PodLifecycle
internal import Synchronization
internal import Workloads

/// Statuses of pods on their way from the workers to the engine, in the order in which they were reported.
final class PodNews: Sendable {
    private let updates = Mutex<[PodStatusUpdate]>([])

    /// - Returns: whether it is the first since ``takeAll()``, so that somebody has to be told.
    func add(_ update: PodStatusUpdate) -> Bool {
        updates.withLock { updates in
            updates.append(update)
            return updates.count == 1
        }
    }

    var isEmpty: Bool { updates.withLock { $0.isEmpty } }

    /// Everything that came since the last call, oldest first.
    func takeAll() -> [PodStatusUpdate] {
        updates.withLock { updates in
            defer { updates = [] }
            return updates
        }
    }

    /// Puts what could not be used in front of what came since, for the next ``takeAll()``, which nobody else is told of.
    func putBack(_ unused: [PodStatusUpdate]) { updates.withLock { $0 = unused + $0 } }
}
