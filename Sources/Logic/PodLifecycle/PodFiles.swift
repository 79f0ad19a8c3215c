package import KubernetesModel

/// The files kubelet writes for a pod.
package enum PodFiles {
    /// The pod's host name: its own or the pod's name, 63 bytes at most (kubelet's truncatePodHostnameIfNeeded).
    package static func hostname(_ pod: Pod) -> String {
        let own = pod.spec?.hostname ?? ""
        var name = String((own.isEmpty ? pod.name : own).prefix(63))
        while name.last == "-" || name.last == "." { name.removeLast() }
        return name
    }

    /// /etc/hosts as kubelet writes it (managedHostsFileContent, kubelet_pods.go).
    package static func hosts(_ pod: Pod, addresses: [String], clusterDomain: String = "cluster.local") -> String {
        var lines = [
            "# Kubernetes-managed hosts file.", "127.0.0.1\tlocalhost",
            "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::0\tip6-localnet", "fe00::0\tip6-mcastprefix",
            "fe00::1\tip6-allnodes", "fe00::2\tip6-allrouters",
        ]
        let hostname = hostname(pod)
        for address in addresses {
            if let subdomain = pod.spec?.subdomain, !subdomain.isEmpty {
                lines.append("\(address)\t\(hostname).\(subdomain).\(pod.namespace).svc.\(clusterDomain)\t\(hostname)")
            } else {
                lines.append("\(address)\t\(hostname)")
            }
        }
        if let aliases = pod.spec?.hostAliases, !aliases.isEmpty {
            lines += ["", "# Entries added by HostAliases."]
            lines += aliases.map { "\($0.ip)\t" + ($0.hostnames ?? []).joined(separator: "\t") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// /etc/resolv.conf of dnsPolicy ClusterFirst, or what dnsConfig makes of it.
    ///
    /// Nothing answers at the cluster's DNS address yet: names resolve through /etc/hosts only. `Default` is treated as
    /// `ClusterFirst`, because the host's resolver cannot be reached from inside a lab.
    package static func resolvConf(
        _ pod: Pod, clusterDNS: String = "10.96.0.10", clusterDomain: String = "cluster.local"
    ) -> String {
        let isOwn = pod.spec?.dnsPolicy == "None"
        let config = pod.spec?.dnsConfig ?? PodDNSConfig()
        let clusterSearches = ["\(pod.namespace).svc.\(clusterDomain)", "svc.\(clusterDomain)", clusterDomain]
        let searches = (isOwn ? [] : clusterSearches) + (config.searches ?? [])
        let servers = (isOwn ? [] : [clusterDNS]) + (config.nameservers ?? [])
        var options = isOwn ? [] : ["ndots:5"]
        for option in config.options ?? [] {
            guard let name = option.name else { continue }
            options.removeAll { $0 == name || $0.hasPrefix(name + ":") }
            options.append(option.value.map { "\(name):\($0)" } ?? name)
        }
        var lines: [String] = []
        if !searches.isEmpty { lines.append("search " + searches.joined(separator: " ")) }
        lines += servers.map { "nameserver \($0)" }
        if !options.isEmpty { lines.append("options " + options.joined(separator: " ")) }
        return lines.joined(separator: "\n") + "\n"
    }
}
