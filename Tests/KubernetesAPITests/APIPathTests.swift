import KubernetesModel
import Testing

@testable import KubernetesAPI

struct APIPathTests {
    private func resource(_ plural: String) throws -> ServedResource {
        try #require(ServedResource.named(plural).first)
    }

    @Test func pathsAreRead() throws {
        let (pods, nodes, namespaces, deployments) = (
            try resource("pods"), try resource("nodes"), try resource("namespaces"), try resource("deployments")
        )
        let expected: [(String, APIPath?)] = [
            ("/version", .version), ("/version/", .version), ("/healthz", .health), ("/readyz/ping", .health),
            ("/api", .coreVersions), ("/apis", .groups), ("/apis/apps", .group("apps")),
            ("/api/v1", .resources(group: "", version: "v1")),
            ("/apis/apps/v1", .resources(group: "apps", version: "v1")),
            ("/api/v1/pods", .collection(pods, namespace: nil)),
            ("/api/v1/namespaces/default/pods", .collection(pods, namespace: "default")),
            ("/api/v1/namespaces/default/pods/a", .object(pods, namespace: "default", name: "a", subresource: nil)),
            (
                "/api/v1/namespaces/default/pods/a/log",
                .object(pods, namespace: "default", name: "a", subresource: "log")
            ),
            ("/api/v1/namespaces", .collection(namespaces, namespace: nil)),
            ("/api/v1/namespaces/default", .object(namespaces, namespace: "", name: "default", subresource: nil)),
            (
                "/api/v1/namespaces/default/status",
                .object(namespaces, namespace: "", name: "default", subresource: "status")
            ),
            ("/api/v1/nodes/n", .object(nodes, namespace: "", name: "n", subresource: nil)),
            (
                "/apis/apps/v1/namespaces/x/deployments/d/scale",
                .object(deployments, namespace: "x", name: "d", subresource: "scale")
            ),
            ("/", nil), ("/api/v2", nil), ("/apis/none", nil), ("/apis/apps/v1/pods", nil), ("/api/v1/pods/a", nil),
            ("/api/v1/namespaces/default/nodes", nil), ("/api/v1/namespaces/default/pods/a/b/c", nil),
            ("/versions", nil),
        ]
        for (path, meaning) in expected { #expect(APIPath(path) == meaning, "\(path)") }
    }
}

struct DiscoveryTests {
    @Test func groupsAreAllButTheCore() {
        #expect(
            Discovery.groups.groups.map(\.name) == [
                "apps", "authentication.k8s.io", "authorization.k8s.io", "batch", "cilium.io", "coordination.k8s.io",
                "discovery.k8s.io", "metrics.k8s.io", "networking.k8s.io", "policy",
            ])
        #expect(Discovery.group("apps")?.preferredVersion.groupVersion == "apps/v1")
        #expect(Discovery.group("none") == nil)
    }

    @Test func resourcesSayTheirNames() throws {
        let core = Discovery.resources(group: "", version: "v1")
        let pods = try #require(core.resources.first { $0.name == "pods" })
        #expect(
            pods.shortNames == ["po"] && pods.categories == ["all"] && pods.namespaced && pods.singularName == "pod")
        #expect(core.groupVersion == "v1")
        let bytes = try KubernetesJSON.encode(Discovery.resources(group: "apps", version: "v1"))
        #expect(String(decoding: bytes, as: UTF8.self).contains(#""groupVersion":"apps/v1""#))
        let eviction = try #require(core.resources.first { $0.name == "pods/eviction" })
        #expect(eviction.group == "policy" && eviction.kind == "Eviction" && eviction.verbs == ["create"])
        // Nothing runs a StatefulSet here, so none can be made.
        let sets = Discovery.resources(group: "apps", version: "v1").resources
        #expect(sets.first { $0.name == "statefulsets" }?.verbs == ["get", "list", "watch"])
    }

    @Test("the aggregated form has what the legacy form has", arguments: ["v2", "v2beta1"])
    func aggregated(version: String) throws {
        let accept = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList,application/json"
        #expect(APIRequest(method: "GET", path: "/apis", accept: accept).aggregatedDiscovery == version)
        #expect(APIRequest(method: "GET", path: "/apis").aggregatedDiscovery == nil)
        let groups = AggregatedDiscovery(isCore: false, version: version).items
        #expect(groups.map { $0.metadata["name"] ?? "" } == Discovery.groups.groups.map(\.name))
        for group in groups + AggregatedDiscovery(isCore: true, version: version).items {
            for version in group.versions {
                let legacy = Discovery.resources(group: group.metadata["name"] ?? "", version: version.version)
                let names = version.resources.flatMap { resource in
                    [resource.resource] + (resource.subresources ?? []).map { "\(resource.resource)/\($0.subresource)" }
                }
                #expect(names == legacy.resources.map(\.name))
            }
        }
    }
}
