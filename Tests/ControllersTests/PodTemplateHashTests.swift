import ClusterState
import KubernetesModel
import Testing

/// Hashes of templates with every default written out, as the Go structures of Kubernetes 1.25 give them.
@Suite struct PodTemplateHashTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var hash: String
        var template: String
    }

    @Test("behaviour 6.1: a template's hash is Kubernetes 1.25's", arguments: cases)
    func hashes(of example: Case) throws {
        let template = try KubernetesJSON.decode(PodTemplateSpec.self, from: Array(example.template.utf8))
        #expect(PodTemplateHash.hash(of: template, collisionCount: nil) == example.hash)
    }

    @Test("behaviour 6.1: the tutorial's deployment has the tutorial's hash, the next try on a collision another")
    func tutorial() throws {
        // kubectl create deployment hello-app --image=hello-app:1.0, on Kubernetes 1.25.3.
        let manifest = """
            {"metadata":{"name":"hello-app"},"spec":{"selector":{"matchLabels":{"app":"hello-app"}},"template":
             {"metadata":{"creationTimestamp":null,"labels":{"app":"hello-app"}},
              "spec":{"containers":[{"name":"hello-app","image":"hello-app:1.0","resources":{}}]}}}}
            """
        let deployment = try KubernetesJSON.decode(Deployment.self, from: Array(manifest.utf8))
        let template = try #require(Defaults.applied(to: deployment).spec?.template)
        #expect(PodTemplateHash.hash(of: template, collisionCount: nil) == "646c68546")
        #expect(PodTemplateHash.hash(of: template, collisionCount: 1) != "646c68546")
    }

    @Test("defaults of volumes, variables and host ports are filled in before the hash is taken")
    func defaults() throws {
        func hash(_ spec: String) throws -> String {
            let manifest = """
                {"metadata":{"name":"a"},"spec":{"selector":{},"template":
                 {"metadata":{"labels":{"app":"a"}},"spec":\(spec)}}}
                """
            let deployment = try KubernetesJSON.decode(Deployment.self, from: Array(manifest.utf8))
            let template = try #require(Defaults.applied(to: deployment).spec?.template)
            return PodTemplateHash.hash(of: template, collisionCount: nil)
        }
        let short = try hash(
            """
            {"hostNetwork":true,"serviceAccountName":"s",
             "containers":[{"name":"a","image":"b:1","ports":[{"containerPort":80}],
              "env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]}],
             "volumes":[{"name":"c","configMap":{"name":"m"}},{"name":"h","hostPath":{"path":"/x"}},{"name":"e"}]}
            """)
        #expect(short == "66b889676f")
    }

    private static let cases = [
        Case(
            testDescription: "tutorial", hash: "646c68546",
            template: """
                {"metadata":{"creationTimestamp":null,"labels":{"app":"hello-app"}},
                "spec":{"containers":[{"name":"hello-app","image":"hello-app:1.0","resources":{},
                "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
                "imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
                "dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}
                """),
        Case(
            testDescription: "resources", hash: "68bc997f8b",
            template: """
                {"metadata":{"creationTimestamp":null,"labels":{"app":"a"}},"spec":{"containers":[{"name":"a",
                "image":"b:1","resources":{"limits":{"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"1",
                "memory":"1536Ki","x/y":"2k"}},"terminationMessagePath":"/dev/termination-log",
                "terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",
                "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},
                "schedulerName":"default-scheduler"}}
                """),
        Case(
            testDescription: "quantities", hash: "dcd6bcd6",
            template: """
                {"metadata":{"creationTimestamp":null,"labels":{"app":"a"}},"spec":{"containers":[{"name":"a",
                "image":"b:1","resources":{"requests":{"a":"0","b":"1000m","c":"0.5","d":"1024Mi","e":"2000",
                "f":"1e3","g":"100Ki","h":"12e6","i":"9Mi","j":"250u"}},
                "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
                "imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
                "dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}
                """),
        Case(
            testDescription: "probes and env", hash: "5bd8d44bb",
            template: """
                {"metadata":{"creationTimestamp":null,"labels":{"app":"a"},"annotations":{"z":"1","a":"2"}},
                "spec":{"containers":[{"name":"a","image":"b:1","resources":{},
                "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
                "imagePullPolicy":"IfNotPresent","command":["sh","-c"],"args":[],"workingDir":"/w",
                "ports":[{"name":"web","containerPort":8080,"protocol":"TCP"}],"env":[{"name":"A","value":"1"},
                {"name":"B","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}},{"name":"C",
                "valueFrom":{"configMapKeyRef":{"name":"m","key":"k","optional":true}}}],
                "envFrom":[{"prefix":"P_","secretRef":{"name":"s"}}],
                "livenessProbe":{"httpGet":{"path":"/healthz","port":"web","scheme":"HTTP",
                "httpHeaders":[{"name":"X","value":"1"}]},"initialDelaySeconds":3,"timeoutSeconds":1,
                "periodSeconds":10,"successThreshold":1,"failureThreshold":3},
                "readinessProbe":{"tcpSocket":{"port":8080},"timeoutSeconds":1,"periodSeconds":10,
                "successThreshold":1,"failureThreshold":3},"lifecycle":{"preStop":{"exec":{"command":["sleep",
                "5"]}}},"tty":true}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
                "dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}
                """),
        Case(
            testDescription: "placement", hash: "c9d889887",
            template: """
                {"metadata":{"creationTimestamp":null,"labels":{"app":"a"}},"spec":{"containers":[{"name":"a",
                "image":"b:1","resources":{},"terminationMessagePath":"/dev/termination-log",
                "terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",
                "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},
                "schedulerName":"default-scheduler","nodeSelector":{"kubernetes.io/os":"linux"},
                "hostNetwork":true,"tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute",
                "tolerationSeconds":60}],"topologySpreadConstraints":[{"maxSkew":1,
                "topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"DoNotSchedule",
                "labelSelector":{"matchLabels":{"app":"a"}}}],
                "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k",
                "operator":"In","values":["a","b"]}]}]}},
                "podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,
                "podAffinityTerm":{"labelSelector":{"matchLabels":{"app":"a"}},
                "topologyKey":"kubernetes.io/hostname"}}]}},"dnsConfig":{"options":[{"name":"ndots","value":"2"},
                {"name":"edns0"}]},"hostAliases":[{"ip":"10.0.0.1","hostnames":["x","y"]}],
                "serviceAccountName":"sa","serviceAccount":"sa","priority":5,"enableServiceLinks":false}}
                """),
        Case(
            testDescription: "volumes and security", hash: "7cd567b4db",
            template: """
                {"metadata":{"creationTimestamp":null,"labels":{"app":"a"}},"spec":{"containers":[{"name":"a",
                "image":"b:1","resources":{},"terminationMessagePath":"/dev/termination-log",
                "terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","volumeMounts":[{"name":"c",
                "mountPath":"/c","readOnly":true}],"securityContext":{"capabilities":{"add":["NET_ADMIN"],
                "drop":["ALL"]},"privileged":true,"runAsUser":0}}],"restartPolicy":"Always",
                "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
                "securityContext":{"runAsNonRoot":true,"fsGroup":2000,"sysctls":[{"name":"net.ipv4.ip_forward",
                "value":"1"}]},"schedulerName":"default-scheduler","volumes":[{"name":"c","configMap":{"name":"m",
                "items":[{"key":"k","path":"p"}],"defaultMode":420}},{"name":"e","emptyDir":{}},{"name":"s",
                "emptyDir":{"medium":"Memory","sizeLimit":"64Mi"}},{"name":"h","hostPath":{"path":"/x",
                "type":"Directory"}}],"initContainers":[{"name":"i","image":"b:1","resources":{},
                "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
                "imagePullPolicy":"IfNotPresent"}]}}
                """),
    ]
}
