package import NetworkModel
import NetworkPlanning

/// What a tear-down did.
package struct TearDown: Hashable, Sendable {
    package var removed: [NamespaceName]
    /// Namespaces with the name of one of the lab's that carry another's mark or none. They stand as they were.
    package var refused: [NamespaceName: OwnershipMark?]
}

extension Reconciler {
    /// Removes every namespace of the lab, and with them all that stands in them.
    ///
    /// The lab's are those that carry ``mark``, whether the journal names them or was lost. Those the journal names
    /// that carry another mark are refused and reported. The journal is cleared once nothing of the lab is left. To
    /// have nothing to tear down is no error.
    ///
    /// - Throws: ``ReconcileError`` when namespaces are left; every other one was removed.
    package func tearDown() throws(ReconcileError) -> TearDown {
        let record = try adopt()
        var result = TearDown(removed: [], refused: [:])
        do {
            let marks = try kernel.markedNamespaces()
            result.removed = marks.filter { $0.value == mark }.keys.sorted()
            let others = (record?.owned.namespaces.keys.sorted() ?? []).filter { marks[$0] != mark }
            for name in try kernel.observe(others, sysctls: []).namespaces.keys {
                result.refused[name] = .some(marks[name])
            }
        } catch {
            throw ReconcileError(.observation(error), .untouched)
        }
        var errors = remove(result.removed)
        if !errors.isEmpty, let left = try? kernel.markedNamespaces() {
            // A removal can be carried out and its answer lost.
            errors = errors.filter { left[$0.key] == mark }
        }
        if !errors.isEmpty { throw ReconcileError(.removal(errors), .partial) }
        do {
            try journal.clear()
        } catch {
            throw ReconcileError(.journal(error), .complete)
        }
        return result
    }

    /// All in one call, because namespaces dropped together are cleaned up together; after a failure the rest again.
    private func remove(_ names: [NamespaceName]) -> [NamespaceName: KernelError] {
        var errors: [NamespaceName: KernelError] = [:]
        var rest = names[...]
        while !rest.isEmpty {
            do {
                try kernel.perform(rest.map { .removeNamespace($0) })
                return errors
            } catch {
                let failed = rest[min(rest.startIndex + error.index, rest.endIndex - 1)]
                if error.error.code != .notFound { errors[failed] = error.error }
                rest = rest.dropFirst(max(0, min(error.index, rest.count - 1)) + 1)
            }
        }
        return errors
    }
}
