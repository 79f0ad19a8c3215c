internal import FoundationEssentials
internal import LinuxKernel
internal import NetworkPlanning
internal import Synchronization

/// The newest announcements of the kernel about a lab, kept while its checks run.
final class EventRecorder: Sendable {
    private let kept = Mutex<[EventLine]>([])
    private let watch = Mutex<NetworkWatch?>(nil)

    /// Announcements that are kept.
    private static let most = 5000

    /// Listens from now on; without, when the kernel could not be listened to.
    init(lab: String) {
        let namespaces = LabNamespaces(lab: lab)
        let watch = try? NetworkWatch(knowsNames: true, discover: { namespaces.find() }) { [weak self] events in
            self?.add(events.map { EventLine($0) })
        }
        _ = try? watch?.follow(namespaces.find())
        self.watch.withLock { $0 = watch }
    }

    private func add(_ lines: [EventLine]) {
        kept.withLock { kept in
            kept += lines
            if kept.count > Self.most { kept.removeFirst(kept.count - Self.most) }
        }
    }

    func end() { watch.withLock { $0?.close() } }

    /// As `netlab events --json` prints them, oldest first.
    var lines: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return kept.withLock { $0 }.compactMap { line in
            (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) + "\n" }
        }.joined()
    }
}
