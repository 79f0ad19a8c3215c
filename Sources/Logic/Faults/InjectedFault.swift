/// A fault that was injected, with all it takes to undo it.
package struct InjectedFault: Hashable, Sendable, Codable {
    package var name: String
    package var title: String
    /// The node it is about.
    package var node: String
    /// Seconds since 1970.
    package var time: Double
    package var change: NetworkChange
    package var stoppedDaemon: Bool
    /// The hints, with this lab's names in them.
    package var hints: [String]
    package var shows: String
    /// What `netlab test` says of it, in part.
    package var finding: String

    package init(
        name: String, title: String, node: String, time: Double, change: NetworkChange, stoppedDaemon: Bool,
        hints: [String], shows: String, finding: String
    ) {
        self.name = name
        self.title = title
        self.node = node
        self.time = time
        self.change = change
        self.stoppedDaemon = stoppedDaemon
        self.hints = hints
        self.shows = shows
        self.finding = finding
    }
}
