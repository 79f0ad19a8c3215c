package import KubernetesModel

/// A namespace and a name; the namespace is empty for cluster-scoped objects. Ordered by both.
package struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(_ namespace: String, _ name: String) {
        self.namespace = namespace
        self.name = name
    }

    package init(_ object: some KubernetesObject) { self.init(object.namespace, object.name) }

    package var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// One object among all kinds. Kinds served here have distinct names, so the kind's name is enough.
package struct ObjectIdentity: Hashable, Sendable, Comparable {
    package var kind: String
    package var key: ObjectKey

    package init(kind: String, key: ObjectKey) {
        self.kind = kind
        self.key = key
    }

    package static func < (left: ObjectIdentity, right: ObjectIdentity) -> Bool {
        (left.kind, left.key) < (right.kind, right.key)
    }
}
