import NetlabTestSupport
import Testing

/// `netlab get` on a lab, in the forms that `kubectl get` has.
@Suite(.enabled(if: KernelTestGate.canRun)) struct GetCommandTests {
    @Test("every kind is listed in its columns, by every name it has")
    func kinds() throws {
        try withLabUp("three-node") { lab in
            let expected: [(String, String)] = [
                ("deploy", #"^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nhello-app +2/2 +2 +2 +[0-9]+s\n$"#),
                (
                    "rs -o wide",
                    #"^NAME +DESIRED +CURRENT +READY +AGE +CONTAINERS +IMAGES +SELECTOR\nhello-app-646c68546 +2 "#
                ),
                ("ep hello-app", #"^NAME +ENDPOINTS +AGE\nhello-app +10\.0\.0\.181:8080,10\.0\.2\.3:8080 "#),
                (
                    "endpointslices --selector kubernetes.io/service-name=hello-app",
                    #"\nhello-app-[a-z0-9]+ +IPv4 +8080 +10\.0\.[02]\.[0-9]+,10\.0\.[02]\.[0-9]+ "#
                ),
                ("ciliumnodes", #"\nkind-worker2 +10\.0\.2\.109 +172\.18\.0\.3 +[0-9]+s\n$"#),
                ("ns --no-headers", #"^default +Active +[0-9]+s\n"#),
                ("pods --field-selector spec.nodeName=kind-worker -o name", #"^pod/hello-app-646c68546-kdlzf\n$"#),
                ("node/kind-worker --no-headers", #"^kind-worker +Ready +<none> "#),
                (
                    "deploy,svc",
                    #"^NAME +READY .*\ndeployment\.apps/hello-app +2/2 .*\n\nNAME +TYPE .*\nservice/hello-app +ClusterIP "#
                ),
                ("events", #"^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n"#),
            ]
            for (words, pattern) in expected {
                let outcome = try lab.netlab(["get"] + words.split(separator: " ").map(String.init))
                #expect(outcome.exitCode == 0, "\(outcome.transcript)")
                let isFound = try outcome.output.contains(Regex(pattern))
                #expect(isFound, "\(words): \(outcome.transcript)")
            }
            let list = try lab.netlab("get", "deploy", "-o", "json")
            #expect(list.output.contains("\"kind\" : \"List\""))
            let one = try lab.netlab("get", "deploy", "hello-app", "-o", "json")
            #expect(one.output.contains("\"kind\" : \"Deployment\"") && !one.output.contains("\"kind\" : \"List\""))
        }
    }

    @Test("what is not there is said in kubectl's words")
    func refusals() throws {
        try withLabUp("single-node") { lab in
            let expected: [(String, Int32, String)] = [
                ("widgets", 2, "the lab doesn't have a resource type \"widgets\""),
                ("deploy nothing", 1, "deployments.apps \"nothing\" not found"),
                ("pods --selector a=b,", 2, "found ''"),
                ("pods --field-selector x=y", 2, "field label not supported: x"),
                ("pods -n elsewhere", 0, "No resources found in elsewhere namespace."),
                ("pods a --selector b", 2, "selectors and names exclude each other"),
                ("pod/a b", 2, "there is no need to specify a resource type"),
                ("pods a -A", 2, "cannot be retrieved by name across all namespaces"),
            ]
            for (words, code, text) in expected {
                let outcome = try lab.netlab(["get"] + words.split(separator: " ").map(String.init))
                #expect(outcome.exitCode == code && outcome.error.contains(text), "\(outcome.transcript)")
            }
        }
    }
}
