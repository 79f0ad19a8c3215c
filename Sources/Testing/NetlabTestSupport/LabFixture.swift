internal import Glibc
package import LinuxKernel
package import NetworkModel
internal import NetworkPlanning

/// A lab of one test: a random name that every namespace carries, and a removal that always happens.
///
/// Open one with ``withLabFixture(_:)``. With `NETLAB_KEEP=1` the namespaces stay, and their names are printed, so that
/// a failure can be looked at from inside.
package final class LabFixture {
    /// The random lab name.
    package let lab: String
    package let mark: OwnershipMark
    package let network: LinuxNetwork
    private var tracked: [NamespaceName] = []

    fileprivate init() {
        lab = RandomName.lab()
        mark = OwnershipMark(lab: lab, instance: "1")
        network = LinuxNetwork()
    }

    /// `LAB.SUFFIX`, removed at the end whether or not it was ever made. It need not exist yet.
    package func name(_ suffix: String) throws -> NamespaceName {
        guard let name = NamespaceName(rawValue: "\(lab).\(suffix)") else { throw BadName(text: suffix) }
        if !tracked.contains(name) { tracked.append(name) }
        return name
    }

    /// Makes namespaces with the fixture's mark.
    package func addNamespaces(_ suffixes: String...) throws -> [NamespaceName] {
        let names = try suffixes.map { try name($0) }
        try network.perform(names.map { .addNamespace($0, mark: mark) })
        return names
    }

    /// Removes the last made first.
    fileprivate func removeAll() throws {
        if getenv("NETLAB_KEEP") != nil {
            print("kept: \(tracked.map(\.rawValue).joined(separator: " ")); look inside with ip netns exec NAME bash")
            return
        }
        try network.perform(tracked.reversed().map { .removeNamespace($0) })
        network.forget()
    }

    /// A suffix that cannot be part of a file name.
    package struct BadName: Error {
        package var text: String
    }
}

/// Runs a test with a lab of its own and removes everything afterwards, also when the body throws.
package func withLabFixture<Value>(_ body: (LabFixture) throws -> Value) throws -> Value {
    let fixture = LabFixture()
    let result = Result { try body(fixture) }
    let removal = Result { try fixture.removeAll() }
    let value = try result.get()
    try removal.get()
    return value
}

/// ``withLabFixture(_:)`` for tests that wait.
package func withLabFixture<Value>(_ body: (LabFixture) async throws -> Value) async throws -> Value {
    let fixture = LabFixture()
    let result: Result<Value, any Error>
    do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
    let removal = Result { try fixture.removeAll() }
    let value = try result.get()
    try removal.get()
    return value
}
