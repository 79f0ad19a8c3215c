package import NetworkModel

extension BackendChooser {
    /// Who is bound to which backend, in no order, each with the seconds since its last use. Those that timed out are
    /// left out.
    package func bindings(now: Double) -> [(client: IPAddress, backend: BackendAddress, age: Double)] {
        guard case .clientIP(let timeout) = affinity else { return [] }
        return bindings.compactMap { client, binding in
            let age = now - binding.lastUse
            return age < Double(timeout) ? (client, BackendAddress(binding.backend), max(0, age)) : nil
        }
    }

    /// Binds a client as an earlier chooser had it. Nothing happens when that backend is not active, when the binding
    /// has timed out since, and when the client has been bound anew.
    package mutating func restore(_ client: IPAddress, to backend: BackendAddress, age: Double, now: Double) {
        guard case .clientIP(let timeout) = affinity, age < Double(timeout), bindings[client] == nil,
            bindings.count < Self.affinityCapacity,
            let known = active.first(where: { BackendAddress($0) == backend })
        else { return }
        bindings[client] = Binding(backend: known, lastUse: now - max(0, age), toldUse: now)
    }
}
