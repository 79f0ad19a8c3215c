import KubernetesModel

/// The tutorial's services and what stands behind them.
enum Fixture {
    static let cluster = [
        service("kubernetes", "10.96.0.1", [ServicePort(name: "https", port: 443)]),
        service(
            "kube-dns", "10.96.0.10",
            [
                ServicePort(name: "dns", protocol: "UDP", port: 53), ServicePort(name: "dns-tcp", port: 53),
                ServicePort(name: "metrics", port: 9153),
            ], namespace: "kube-system"),
        service("hello-app", "10.96.183.20", [ServicePort(port: 8080)], created: 60),
    ]

    static let slices = [
        slice("kubernetes", ["172.18.0.2"], ports: [EndpointPort(name: "https", port: 6443)]),
        slice(
            "kube-dns", ["10.0.2.201", "10.0.1.17"],
            ports: [
                EndpointPort(name: "dns", port: 53, protocol: "UDP"), EndpointPort(name: "dns-tcp", port: 53),
                EndpointPort(name: "metrics", port: 9153),
            ], namespace: "kube-system"),
        slice("hello-app", [], ports: []),
    ]

    static func service(
        _ name: String, _ address: String?, _ ports: [ServicePort], type: String = "ClusterIP",
        namespace: String = "default", created: Int64 = 0
    ) -> Service {
        Service(
            metadata: ObjectMeta(name: name, namespace: namespace, creationTimestamp: Timestamp(seconds: created)),
            spec: ServiceSpec(ports: ports, clusterIP: address, clusterIPs: address.map { [$0] }, type: type))
    }

    static func slice(
        _ service: String, _ addresses: [String], ports: [EndpointPort], addressType: String = "IPv4",
        namespace: String = "default"
    ) -> EndpointSlice {
        EndpointSlice(
            metadata: ObjectMeta(
                name: "\(service)-x", namespace: namespace, labels: ["kubernetes.io/service-name": service]),
            addressType: addressType, endpoints: addresses.map { Endpoint(addresses: [$0]) }, ports: ports)
    }
}
