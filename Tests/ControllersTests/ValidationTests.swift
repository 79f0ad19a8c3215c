import ClusterState
import KubernetesModel
import Testing

/// What the API server refuses, in its words (kubernetes 1.25 pkg/apis/core/validation).
@Suite("Validation")
struct ValidationTests {
    private func object(_ json: String) throws -> any KubernetesObject {
        func filled<Object: KubernetesObject>(_ object: Object) -> any KubernetesObject { Defaults.applied(to: object) }
        return filled(try KubernetesJSON.decode(AnyKubernetesObject.self, from: Array(json.utf8)).object)
    }

    private func problems(_ json: String) throws -> [String] {
        Validation.errors(in: try object(json)).map(\.description)
    }

    private func pod(_ spec: String, _ metadata: String = #""name":"p""#) -> String {
        #"{"apiVersion":"v1","kind":"Pod","metadata":{\#(metadata)},"spec":\#(spec)}"#
    }

    @Test(
        "what the API server takes is taken",
        arguments: [
            #"{"name":"a","image":"pause","ports":[{"containerPort":80,"name":"http"},{"containerPort":80,"protocol":"UDP"}]}"#,
            #"{"name":"a","image":"pause","env":[{"name":"A.B_c-1","value":"x"},{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]}"#,
            #"{"name":"a","image":"pause","env":[{"name":"L","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}}]}"#,
            #"{"name":"a","image":"pause","livenessProbe":{"exec":{"command":["true"]}},"readinessProbe":{"httpGet":{"port":"http"}}}"#,
            #"{"name":"a","image":"pause","volumeMounts":[{"name":"v","mountPath":"/v"}]}"#,
        ])
    func taken(container: String) throws {
        let spec = #"{"volumes":[{"name":"v","emptyDir":{}}],"containers":[\#(container)]}"#
        let metadata =
            #""name":"p","labels":{"app.kubernetes.io/name":"A_b.c","empty":""},"annotations":{"Example.com/Any":"{}"},"finalizers":["example.com/x"]"#
        #expect(try problems(pod(spec, metadata)).isEmpty)
    }

    @Test(
        "of containers",
        arguments: [
            (#"{"image":""}"#, "image: Required value"),
            (#"{"image":" pause"}"#, "image: Invalid value: \" pause\": must not have leading or trailing whitespace"),
            (
                #"{"imagePullPolicy":"Sometimes"}"#,
                "imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\""
            ),
            (#"{"ports":[{"containerPort":0}]}"#, "ports[0].containerPort: Required value"),
            (
                #"{"ports":[{"containerPort":70000}]}"#,
                "ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"
            ),
            (
                #"{"ports":[{"containerPort":1,"protocol":"ICMP"}]}"#,
                "ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\""
            ),
            (
                #"{"ports":[{"containerPort":1,"name":"a"},{"containerPort":2,"name":"a"}]}"#,
                "ports[1].name: Duplicate value: \"a\""
            ),
            (
                #"{"ports":[{"containerPort":1,"name":"a--b"}]}"#,
                "ports[0].name: Invalid value: \"a--b\": must not contain consecutive hyphens"
            ),
            (
                #"{"ports":[{"containerPort":1,"hostPort":9},{"containerPort":2,"hostPort":9}]}"#,
                "ports[1].hostPort: Duplicate value: \"TCP//9\""
            ),
            (
                #"{"env":[{"name":"1"}]}"#,
                "env[0].name: Invalid value: \"1\": a valid environment variable name must consist of alphabetic "
                    + "characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or "
                    + "'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
            ),
            (
                #"{"env":[{"name":"A","value":"x","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}"#,
                "env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty"
            ),
            (
                #"{"env":[{"name":"A","valueFrom":{}}]}"#,
                "env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, "
                    + "`configMapKeyRef` or `secretKeyRef`"
            ),
            (
                #"{"env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"spec.x"}}}]}"#,
                "env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.x\": error converting fieldPath: field label "
                    + "not supported: spec.x"
            ),
            (
                #"{"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"c","key":""}}}]}"#,
                "env[0].valueFrom.configMapKeyRef.key: Required value"
            ),
            (
                #"{"envFrom":[{}]}"#,
                "envFrom[0]: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`"
            ),
            (#"{"volumeMounts":[{"name":"w","mountPath":"/w"}]}"#, "volumeMounts[0].name: Not found: \"w\""),
            (
                #"{"volumeMounts":[{"name":"v","mountPath":"/v"},{"name":"v","mountPath":"/v"}]}"#,
                "volumeMounts[1].mountPath: Invalid value: \"/v\": must be unique"
            ),
            (#"{"readinessProbe":{}}"#, "readinessProbe: Required value: must specify a handler type"),
            (
                #"{"readinessProbe":{"exec":{"command":["a"]},"tcpSocket":{"port":1}}}"#,
                "readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type"
            ),
            (
                #"{"readinessProbe":{"tcpSocket":{"port":1},"periodSeconds":-1}}"#,
                "readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0"
            ),
            (
                #"{"livenessProbe":{"tcpSocket":{"port":1},"successThreshold":2}}"#,
                "livenessProbe.successThreshold: Invalid value: 2: must be 1"
            ),
            (
                #"{"startupProbe":{"httpGet":{"port":1,"scheme":"FTP"}}}"#,
                "startupProbe.httpGet.scheme: Unsupported value: \"FTP\": supported values: \"HTTP\", \"HTTPS\""
            ),
        ])
    func containers(container: String, problem: String) throws {
        let named =
            #"{"name":"a",\#(container.contains("image\"") ? "" : #""image":"pause","#)\#(container.dropFirst())"#
        let spec = #"{"volumes":[{"name":"v"}],"containers":[\#(named)]}"#
        #expect(try problems(pod(spec)) == ["spec.containers[0].\(problem)"])
    }

    @Test(
        "of pods",
        arguments: [
            (
                #""restartPolicy":"Maybe""#,
                "restartPolicy: Unsupported value: \"Maybe\": supported values: \"Always\", \"OnFailure\", \"Never\""
            ),
            (
                #""volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/"}}]"#,
                "volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"
            ),
            (#""volumes":[{"name":"v"},{"name":"v"}]"#, "volumes[1].name: Duplicate value: \"v\""),
            (#""initContainers":[{"name":"a","image":"x"}]"#, "initContainers[0].name: Duplicate value: \"a\""),
            (
                #""hostAliases":[{"ip":"1.2.3"}]"#,
                "hostAliases[0].ip: Invalid value: \"1.2.3\": must be valid IP address"
            ),
            (
                #""activeDeadlineSeconds":0"#,
                "activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"
            ),
            (
                #""tolerations":[{"operator":"Equal"}]"#,
                "tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which "
                    + "means \"match all values and all keys\""
            ),
            (
                #""tolerations":[{"key":"a","operator":"Exists","effect":"NoSchedule","tolerationSeconds":1}]"#,
                "tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when "
                    + "`tolerationSeconds` is set"
            ),
            (
                #""topologySpreadConstraints":[{"maxSkew":0,"topologyKey":"a","whenUnsatisfiable":"DoNotSchedule"}]"#,
                "topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"
            ),
        ])
    func pods(member: String, problem: String) throws {
        let spec = #"{"containers":[{"name":"a","image":"pause"}],\#(member)}"#
        #expect(try problems(pod(spec)) == ["spec.\(problem)"])
    }

    @Test("of what every object has")
    func metadata() throws {
        func map(_ metadata: String) throws -> [String] {
            try problems(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c",\#(metadata)}}"#)
        }
        let part =
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
            + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
            + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        #expect(try map(#""labels":{"a b":""}"#) == ["metadata.labels: Invalid value: \"a b\": name part \(part)"])
        #expect(
            try map(#""labels":{"/a":""}"#) == ["metadata.labels: Invalid value: \"/a\": prefix part must be non-empty"]
        )
        #expect(
            try map(#""labels":{"a":"-"}"#) == [
                "metadata.labels: Invalid value: \"-\": a valid label must be an empty string or consist of "
                    + "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                    + "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                    + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            ])
        #expect(
            try map(#""labels":{"a":"\#(String(repeating: "x", count: 64))"}"#).first?.hasSuffix(
                "must be no more than 63 characters") == true)
        #expect(
            try map(#""finalizers":["mine"]"#) == [
                "metadata.finalizers: Invalid value: \"mine\": name is neither a standard finalizer name nor is it fully "
                    + "qualified"
            ])
        #expect(
            try map(#""annotations":{"a":"\#(String(repeating: "x", count: 262_144))"}"#) == [
                "metadata.annotations: Too long: must have at most 262144 bytes"
            ])
    }

    @Test("of selectors: the kinds' own words for one that chooses everything")
    func selectors() throws {
        func set(_ kind: String, _ selector: String) throws -> [String] {
            let template = #"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"x"}]}}"#
            return try problems(
                #"{"apiVersion":"apps/v1","kind":"\#(kind)","metadata":{"name":"d"},"spec":{"template":\#(template)\#(selector)}}"#
            )
        }
        let text =
            "v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}"
        #expect(
            try set("DaemonSet", #","selector":{}"#) == [
                "spec.selector: Invalid value: \(text): empty selector is invalid for daemonset"
            ])
        #expect(
            try set("Deployment", "") == [
                "spec.selector: Required value",
                "spec.template.metadata.labels: Invalid value: map[string]string{\"a\":\"b\"}: "
                    + "`selector` does not match template `labels`",
            ])
        #expect(
            try set("Deployment", #","selector":{"matchExpressions":[{"key":"a","operator":"In"}]}"#).first
                == "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' "
                + "or 'NotIn'")
    }

    @Test("of services, nodes and configuration")
    func others() throws {
        func service(_ spec: String) throws -> [String] {
            try problems(#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{\#(spec)}}"#)
        }
        #expect(
            try service(#""ports":[{"port":80,"targetPort":"web_1"}]"#) == [
                "spec.ports[0].targetPort: Invalid value: \"web_1\": must contain only alpha-numeric characters (a-z, 0-9), "
                    + "and hyphens (-)"
            ])
        #expect(try service(#""type":"ExternalName""#) == ["spec.externalName: Required value"])
        #expect(
            try service(#""type":"Public","ports":[{"port":80}]"#) == [
                "spec.type: Unsupported value: \"Public\": supported values: \"ClusterIP\", \"ExternalName\", "
                    + "\"LoadBalancer\", \"NodePort\""
            ])
        let taint = #"{"key":"a","effect":"NoExecute"}"#
        #expect(
            try problems(
                #"{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},"spec":{"taints":[\#(taint),\#(taint)]}}"#)
                == [
                    "spec.taints[1]: Duplicate value: core.Taint{Key:\"a\", Value:\"\", Effect:\"NoExecute\", "
                        + "TimeAdded:<nil>}: taints must be unique by key and effect pair"
                ])
        #expect(
            try problems(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"..":""}}"#) == [
                "data[..]: Invalid value: \"..\": must not be '..'"
            ])
    }

    @Test(
        "what may change of a pod",
        arguments: [
            (#""containers":[{"name":"a","image":"other"}]"#, nil),
            (#""containers":[{"name":"a","image":"x"}],"activeDeadlineSeconds":5"#, nil),
            (#""containers":[{"name":"a","image":"x"}],"tolerations":[{"key":"k","operator":"Exists"}]"#, nil),
            (
                #""containers":[{"name":"a","image":"x","command":["sh"]}]"#,
                "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`"
            ),
            (
                #""containers":[{"name":"a","image":"x"}],"nodeName":"elsewhere""#,
                "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`"
            ),
            (
                #""containers":[{"name":"a","image":"x"},{"name":"b","image":"x"}]"#,
                "spec.containers: Forbidden: pod updates may not add or remove containers"
            ),
        ])
    func changes(spec: String, problem: String?) throws {
        let old = try object(pod(#"{"containers":[{"name":"a","image":"x","imagePullPolicy":"Always"}]}"#))
        let new = try object(
            pod("{\(spec.replacing(#""image""#, with: #""imagePullPolicy":"Always","image""#))}"))
        let found = Validation.errors(changing: old, to: new).map(\.description)
        #expect(found.count == (problem == nil ? 0 : 1))
        #expect(found.first.map { $0.hasPrefix(problem ?? "nothing") } ?? (problem == nil), "\(found)")
    }

    @Test("what was said never to change, and what is being deleted")
    func constants() throws {
        func map(_ rest: String, _ metadata: String = "") throws -> any KubernetesObject {
            try object(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"\#(metadata)}\#(rest)}"#)
        }
        func problems(_ old: any KubernetesObject, _ new: any KubernetesObject) -> [String] {
            Validation.errors(changing: old, to: new).map(\.description)
        }
        let constant = try map(#","data":{"a":"1"},"immutable":true"#)
        let detail = "field is immutable when `immutable` is set"
        #expect(problems(constant, try map(#","data":{"a":"2"},"immutable":true"#)) == ["data: Forbidden: \(detail)"])
        #expect(problems(constant, try map(#","data":{"a":"1"}"#)) == ["immutable: Forbidden: \(detail)"])
        #expect(problems(try map(#","data":{"a":"1"}"#), constant).isEmpty)
        let going = try map("", #","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["a.b/c"]"#)
        #expect(
            problems(going, try map("", #","finalizers":["a.b/c","a.b/d"]"#)) == [
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found "
                    + "new finalizers []string{\"a.b/d\"}"
            ])
        #expect(problems(going, try map("")).isEmpty)
    }
}
