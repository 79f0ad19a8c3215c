import LabFiles
import Testing

/// A lab made of texts; problems are those of the whole.
func parse(
    kind: String = goodKind, cilium: String? = nil, lab: String? = nil, manifest: String? = nil, set: [String] = []
) throws(LabProblems) -> Lab {
    let source = LabSource(
        path: "lab", defaultName: "lab", kind: LabFile(path: "kind.yaml", text: kind),
        cilium: cilium.map { LabFile(path: "cilium.yaml", text: $0) },
        options: lab.map { LabFile(path: "lab.yaml", text: $0) },
        manifests: manifest.map { [LabFile(path: "manifests/a.yaml", text: $0)] } ?? [])
    return try LabFiles.parse(source, overrides: LabFiles.Overrides(set: set))
}

/// The problems of a lab, as printed; warnings of a lab that is right.
func report(
    kind: String = goodKind, cilium: String? = nil, lab: String? = nil, manifest: String? = nil, set: [String] = []
) -> [String] {
    do {
        return try parse(kind: kind, cilium: cilium, lab: lab, manifest: manifest, set: set).warnings.map(\.description)
    } catch {
        return error.problems.map(\.description)
    }
}

let kindHead = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"

let goodKind =
    kindHead + """
        nodes:
        - role: control-plane
        - role: worker
        - role: worker
        networking:
          disableDefaultCNI: true
          kubeProxyMode: "none"
        """

let goodValues = """
    tunnel: disabled
    autoDirectNodeRoutes: true
    ipv4NativeRoutingCIDR: 10.0.0.0/8
    kubeProxyReplacement: strict
    """
