import KubernetesModel
import Testing

@testable import KubernetesAPI

@Suite("Patches change what they name and nothing else")
struct PatchTests {
    private func json(_ text: String) throws -> JSONValue {
        try KubernetesJSON.decode(JSONValue.self, from: Array(text.utf8))
    }

    @Test(
        "JSON patch: every operation (RFC 6902, appendix A)",
        arguments: [
            (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
            (#"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
            (#"{"a":1,"b":2}"#, #"[{"op":"remove","path":"/b"}]"#, #"{"a":1}"#),
            (#"{"a":[1,2,3]}"#, #"[{"op":"remove","path":"/a/1"}]"#, #"{"a":[1,3]}"#),
            (#"{"a":1}"#, #"[{"op":"replace","path":"/a","value":{"b":null}}]"#, #"{"a":{"b":null}}"#),
            (#"{"a":{"b":1},"c":{}}"#, #"[{"op":"move","from":"/a/b","path":"/c/d"}]"#, #"{"a":{},"c":{"d":1}}"#),
            (#"{"a":[1]}"#, #"[{"op":"copy","from":"/a","path":"/b"}]"#, #"{"a":[1],"b":[1]}"#),
            (#"{"a/b":1,"m~n":2}"#, #"[{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/m~0n"}]"#, "{}"),
            (
                #"{"a":1}"#, #"[{"op":"test","path":"/a","value":1},{"op":"add","path":"/b","value":1}]"#,
                #"{"a":1,"b":1}"#
            ),
        ])
    func jsonPatch(target: String, patch: String, wanted: String) throws {
        let result = try JSONPatch.apply(try json(patch), to: try json(target))
        #expect(result == (try json(wanted)))
    }

    @Test(
        "a JSON patch that does not fit is refused as a whole",
        arguments: [
            #"[{"op":"remove","path":"/x"}]"#, #"[{"op":"replace","path":"/x","value":1}]"#,
            #"[{"op":"add","path":"/x/y","value":1}]"#, #"[{"op":"add","path":"/l/9","value":1}]"#,
            #"[{"op":"test","path":"/a","value":2}]"#, #"[{"op":"move","from":"/o","path":"/o/p"}]"#,
            #"[{"op":"jump","path":"/a"}]"#, #"[{"op":"add","path":"a","value":1}]"#, #"[{"op":"add","path":"/b"}]"#,
            #"{"op":"add"}"#,
        ])
    func refusedJSONPatch(patch: String) throws {
        let target = try json(#"{"a":1,"l":[1],"o":{}}"#)
        let changes = try json(patch)
        var refusal: PatchFault?
        do throws(PatchFault) { _ = try JSONPatch.apply(changes, to: target) } catch { refusal = error }
        #expect(refusal != nil)
    }

    @Test("merge patch: null removes, lists are replaced (RFC 7386)")
    func mergePatch() throws {
        let result = MergePatch.apply(
            try json(#"{"a":null,"b":{"c":2,"d":null},"l":[9]}"#),
            to: try json(#"{"a":1,"b":{"d":1,"e":1},"l":[1,2]}"#))
        #expect(result == (try json(#"{"b":{"c":2,"e":1},"l":[9]}"#)))
    }

    @Test(
        "strategic merge patch: keyed lists are merged, others replaced, directives obeyed",
        arguments: [
            // Containers by name.
            (
                #"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}]}}"#,
                #"{"spec":{"containers":[{"name":"b","image":"z"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"z"}]}}"#
            ),
            // What is new goes in front, as strategicpatch has it, and lists in it are taken as they are.
            (
                #"{"spec":{"containers":[{"name":"a"}]}}"#,
                #"{"spec":{"containers":[{"name":"b","args":["1"],"tty":null}]}}"#,
                #"{"spec":{"containers":[{"name":"b","args":["1"]},{"name":"a"}]}}"#
            ),
            // One element less.
            (
                #"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}"#,
                #"{"spec":{"containers":[{"name":"b"}]}}"#
            ),
            // The list as a whole.
            (
                #"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#,
                #"{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}"#,
                #"{"spec":{"containers":[{"name":"c"}]}}"#
            ),
            // Arguments and tolerations have no key.
            (
                #"{"spec":{"containers":[{"name":"a","args":["1","2"]}],"tolerations":[{"key":"x"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","args":["3"]}],"tolerations":[{"key":"y"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","args":["3"]}],"tolerations":[{"key":"y"}]}}"#
            ),
            // Ports of a container by number, environment by name, in the order that is asked for.
            (
                #"{"spec":{"containers":[{"name":"a","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]}}"#,
                #"{"spec":{"containers":[{"name":"a","$setElementOrder/env":[{"name":"B"},{"name":"A"}],"env":[{"name":"A","value":"3"}]}]}}"#,
                #"{"spec":{"containers":[{"name":"a","env":[{"name":"B","value":"2"},{"name":"A","value":"3"}]}]}}"#
            ),
            // Finalizers are a set.
            (
                #"{"metadata":{"finalizers":["a","b"]}}"#,
                #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["b","c"]}}"#,
                #"{"metadata":{"finalizers":["b","c"]}}"#
            ),
            // A volume's source is exchanged, not mixed.
            (
                #"{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}"#,
                #"{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}"#,
                #"{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}"#
            ),
            (
                #"{"metadata":{"labels":{"a":"1","b":"2"}}}"#, #"{"metadata":{"labels":{"a":null,"c":"3"}}}"#,
                #"{"metadata":{"labels":{"b":"2","c":"3"}}}"#
            ),
            (
                #"{"spec":{"nodeSelector":{"a":"1"}}}"#, #"{"spec":{"nodeSelector":{"$patch":"replace","b":"2"}}}"#,
                #"{"spec":{"nodeSelector":{"b":"2"}}}"#
            ),
        ])
    func strategic(target: String, patch: String, wanted: String) throws {
        let result = try StrategicMergePatch.apply(
            try json(patch), to: try json(target), of: APISchema.shared.message("Pod"))
        #expect(result == (try json(wanted)))
    }

    @Test("an element without its key is refused")
    func missingKey() throws {
        let patch = try json(#"{"spec":{"containers":[{"image":"x"}]}}"#)
        let refusal = #expect(throws: PatchFault.self) {
            _ = try StrategicMergePatch.apply(patch, to: .object([:]), of: APISchema.shared.message("Pod"))
        }
        #expect(refusal?.description.contains("does not contain declared merge key: name") == true)
    }

    @Test("service ports are keyed by number")
    func servicePorts() throws {
        let result = try StrategicMergePatch.apply(
            try json(#"{"spec":{"ports":[{"port":80,"targetPort":9}]}}"#),
            to: try json(#"{"spec":{"ports":[{"port":80,"nodePort":30000},{"port":81}]}}"#),
            of: APISchema.shared.message("Service"))
        #expect(
            result == (try json(#"{"spec":{"ports":[{"port":80,"nodePort":30000,"targetPort":9},{"port":81}]}}"#)))
    }
}
