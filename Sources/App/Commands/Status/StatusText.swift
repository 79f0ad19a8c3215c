internal import Daemon

/// `netlab status` in the shape of `cilium status` (behaviour 5.5).
///
/// The rows of container images are left out: a lab runs none. The operator is one, because the daemon plays it.
struct StatusText {
    let status: LabStatus
    let paint: (String, String) -> String

    var text: String {
        let cilium = status.cniInstalled ? verdict(status.errors.count, status.warnings.count) : paint("36", "disabled")
        let plane = status.cniInstalled ? paint("32", "OK") : paint("36", "disabled")
        let disabled = paint("36", "disabled")
        var lines = [
            "    \(paint("33", "/¯¯\\"))",
            " \(paint("36", "/¯¯"))\(paint("33", "\\__/"))\(paint("32", "¯¯\\"))    Cilium:         \(cilium)",
            " \(paint("36", "\\__"))\(paint("31", "/¯¯\\"))\(paint("32", "__/"))    Operator:       \(plane)",
            " \(paint("32", "/¯¯"))\(paint("31", "\\__/"))\(paint("35", "¯¯\\"))    Hubble:         \(disabled)",
            " \(paint("32", "\\__"))\(paint("34", "/¯¯\\"))\(paint("35", "__/"))    ClusterMesh:    \(disabled)",
            "    \(paint("34", "\\__/"))",
            "",
        ]
        if status.cniInstalled {
            lines += [
                row("DaemonSet", "cilium", counts(desired: status.nodes, ready: status.healthyNodes)),
                row("Deployment", "cilium-operator", counts(desired: 1, ready: 1)),
                row("Containers:", "cilium", "Running: \(status.nodes)"),
                row("", "cilium-operator", "Running: 1"),
                row("Cluster Pods:", "\(status.managedPods)/\(status.pods) managed by Cilium", ""),
            ]
        }
        lines.append(row("Nodes:", "\(status.readyNodes)/\(status.nodes) Ready", ""))
        if status.repair.isOn { lines.append(row("Repair:", "on, \(status.repair.healed) put back", "")) }
        lines += section("Errors:", status.errors) + section("Warnings:", status.warnings)
        lines += section("Drift:", status.drift) + section("Foreign:", status.foreign)
        return lines.joined(separator: "\n") + "\n"
    }

    private func verdict(_ errors: Int, _ warnings: Int) -> String {
        var parts: [String] = []
        if errors > 0 { parts.append(paint("31", "\(errors) errors")) }
        if warnings > 0 { parts.append(paint("33", "\(warnings) warnings")) }
        return parts.isEmpty ? paint("32", "OK") : parts.joined(separator: ", ")
    }

    /// Zero counts are left out, as the original does.
    private func counts(desired: Int, ready: Int) -> String {
        var parts = ["Desired: \(desired)"]
        if ready > 0 { parts += ["Ready: \(ready)/\(desired)", "Available: \(ready)/\(desired)"] }
        if ready < desired { parts.append("Unavailable: \(desired - ready)/\(desired)") }
        return parts.joined(separator: ", ")
    }

    private func row(_ first: String, _ second: String, _ third: String) -> String {
        let cells = third.isEmpty ? [first, second] : [first, second, third]
        let widths = [18, 19, 0]
        return zip(cells, widths).enumerated().map { index, cell in
            index == cells.count - 1
                ? cell.0 : cell.0 + String(repeating: " ", count: max(1, cell.1 - cell.0.count))
        }.joined()
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.enumerated().map { row($0.offset == 0 ? title : "", $0.element, "") }
    }
}
