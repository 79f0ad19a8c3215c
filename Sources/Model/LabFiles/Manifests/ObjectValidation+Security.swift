import KubernetesModel

/// What of the machine a container may have.
extension ObjectValidation {
    private static let trust = "--allow-privileged, should these files be trusted with this machine"

    mutating func checkSecurity(_ container: YAMLValue, _ path: String) {
        if access == .none { checkHostCommands(container, path) }
        guard let context = container["securityContext"], context.entries != nil else { return }
        let contextPath = path + ".securityContext"
        if let privileged = context["privileged"], privileged.boolean == true {
            if access != .privileged {
                report(
                    privileged, contextPath + ".privileged", "Forbidden: disallowed by cluster policy", Self.trust)
            }
            if let escalation = context["allowPrivilegeEscalation"], escalation.boolean == false {
                report(
                    escalation, contextPath,
                    "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
            }
        }
        for list in ["add", "drop"] {
            for (index, item) in (context["capabilities"]?[list]?.items ?? []).enumerated() {
                checkCapability(item, "\(contextPath).capabilities.\(list)[\(index)]", isAdded: list == "add")
            }
        }
    }

    private mutating func checkCapability(_ item: YAMLValue, _ path: String, isAdded: Bool) {
        guard let text = item.text else { return }
        // The CRI takes them in any case.
        let capability = LinuxCapability(rawValue: text.uppercased())
        guard capability != nil || text.uppercased() == "ALL" else {
            return report(
                item, path, "unknown capability \"\(YAMLValue.shortened(text))\"",
                "a name of capabilities(7) without CAP_, such as NET_ADMIN, or ALL")
        }
        if isAdded, access != .privileged, capability?.isConfined != true {
            report(item, path, "Forbidden: \(text) reaches beyond the container", Self.trust)
        }
    }

    private mutating func checkHostCommands(_ container: YAMLValue, _ path: String) {
        var commands = [("command", container["command"])]
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            commands.append(("\(probe).exec.command", container[probe]?["exec"]?["command"]))
        }
        for (field, command) in commands {
            guard let command, command.items?.isEmpty == false else { continue }
            report(
                command, "\(path).\(field)",
                "Forbidden: it runs a program of this machine, and --no-host-commands was given",
                "an image that is built in: " + images.sorted().joined(separator: ", "))
        }
    }
}
