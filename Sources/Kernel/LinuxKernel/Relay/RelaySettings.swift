/// What can be chosen about the relay; the defaults are those of a lab.
package struct RelaySettings: Hashable, Sendable {
    /// Threads that accept and copy.
    package var workers = 2
    /// Seconds each successive dial of a connection may take; kube-proxy's userspace mode (behaviour 4.2).
    package var dialTimeouts = [0.25, 0.5, 1, 2]
    /// Seconds without traffic in either direction after which a UDP flow is forgotten.
    package var udpIdle = 60.0
    /// UDP flows kept for one frontend on one node; beyond it the longest silent ones end.
    package var flowsPerFrontend = 4_096
    /// Descriptors that connections, flows and listeners may hold together; nil for the process's limit less an eighth,
    /// which is left to everything else.
    package var descriptors: Int?
    /// Seconds that accept waits when the process is out of descriptors.
    package var acceptPause = 0.1
    /// How many connections more than another a worker may hold before it passes new ones on.
    package var imbalance = 8

    package init() {}
}
