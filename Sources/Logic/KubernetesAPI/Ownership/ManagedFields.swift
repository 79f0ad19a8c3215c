internal import KubernetesModel

/// Who owns which fields of an object: `metadata.managedFields` as something to reckon with.
struct ManagedFields {
    private(set) var entries: [ManagedFieldsEntry]

    init(_ entries: [ManagedFieldsEntry]?) { self.entries = entries ?? [] }

    static func set(of entry: ManagedFieldsEntry) -> FieldSet { FieldSet(entry.fieldsV1 ?? .object([:])) }

    /// What somebody has applied before.
    func applied(by manager: String) -> FieldSet {
        entries.first { $0.manager == manager && $0.operation == "Apply" }.map(Self.set) ?? FieldSet()
    }

    /// Everything that others own.
    func others(than manager: String) -> FieldSet {
        entries.filter { $0.manager != manager || $0.operation != "Apply" }
            .reduce(FieldSet()) { $0.union(Self.set(of: $1)) }
    }

    /// Who else owns some of these fields, and which.
    func conflicts(over fields: FieldSet, with manager: String) -> [(entry: ManagedFieldsEntry, fields: FieldSet)] {
        entries.compactMap { entry in
            if entry.manager == manager, entry.operation == "Apply" { return nil }
            // The values are in dispute, not the elements of lists they stand in.
            let both = Self.set(of: entry).intersection(fields).leaves
            return both.isEmpty ? nil : (entry, both)
        }
    }

    /// Takes fields away from everybody but one.
    mutating func take(_ fields: FieldSet, from all: (ManagedFieldsEntry) -> Bool) {
        entries = entries.compactMap { entry in
            guard all(entry) else { return entry }
            let left = Self.set(of: entry).subtracting(fields)
            if left.isEmpty { return nil }
            var entry = entry
            entry.fieldsV1 = left.json
            return entry
        }
    }

    /// Notes what somebody applied; the time moves only when that is something else than before.
    mutating func noteApplied(_ fields: FieldSet, by manager: String, apiVersion: String, now: Timestamp) {
        let index = entries.firstIndex { $0.manager == manager && $0.operation == "Apply" }
        if let index, Self.set(of: entries[index]) == fields { return }
        let entry = ManagedFieldsEntry(
            manager: manager, operation: "Apply", apiVersion: apiVersion, time: now, fieldsV1: fields.json)
        if let index { entries[index] = entry } else { entries.append(entry) }
    }

    /// Notes what somebody wrote otherwise: nobody else owns that any more, and nobody what is gone.
    mutating func noteUpdate(
        _ changed: FieldSet, by manager: String, apiVersion: String, now: Timestamp, present: FieldSet
    ) {
        take(changed) { $0.manager != manager || $0.operation != "Update" }
        entries = entries.compactMap { entry in
            let left = Self.set(of: entry).intersection(present)
            if left.isEmpty { return nil }
            var entry = entry
            entry.fieldsV1 = left.json
            return entry
        }
        if changed.isEmpty { return }
        if let index = entries.firstIndex(where: { $0.manager == manager && $0.operation == "Update" }) {
            entries[index].fieldsV1 = Self.set(of: entries[index]).union(changed).json
            entries[index].time = now
        } else {
            entries.append(
                ManagedFieldsEntry(
                    manager: manager, operation: "Update", apiVersion: apiVersion, time: now, fieldsV1: changed.json))
        }
    }
}

extension FieldSet {
    /// Without the elements of lists themselves, which many may own.
    var leaves: FieldSet {
        if children.isEmpty { return self }
        var result = FieldSet()
        for (key, child) in children {
            let left = child.leaves
            let isElementAlone = key.hasPrefix("k:") && child.children.isEmpty
            if !left.isEmpty, !isElementAlone { result.children[key] = left }
        }
        return result
    }
}
