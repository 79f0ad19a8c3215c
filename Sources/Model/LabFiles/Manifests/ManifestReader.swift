import KubernetesModel

/// Reads manifests as `kubectl apply -f DIRECTORY` takes them: files by name, several documents a file, Lists.
enum ManifestReader {
    static func read(
        _ files: [LabFile], builtInImages: Set<String>, access: HostAccess, problems: inout [Problem]
    ) -> [Manifest] {
        var manifests: [Manifest] = []
        var seen: [String: SourcePlace] = [:]
        var pods = 0
        var isTooMuch = false
        for file in files.sorted(by: { $0.path < $1.path }) {
            let reader = YAMLReader(bytes: file.bytes, file: file.path)
            problems += reader.problems
            if reader.documents.isEmpty, reader.problems.isEmpty {
                problems.append(
                    Problem(
                        at: SourcePlace(file: file.path), "the file holds no object", severity: .warning))
            }
            for (value, field) in reader.documents.flatMap({ objects(in: $0, &problems) }) {
                guard let manifest = manifest(value, field, builtInImages, access, &problems) else { continue }
                let identity = identity(of: manifest)
                if let first = seen[identity] {
                    problems.append(
                        Problem(
                            at: value.place, field: field, "\(identity) is already given",
                            expected: "each object once; the first is at \(first.file):\(first.line ?? 0)"))
                } else {
                    seen[identity] = value.place
                }
                manifests.append(manifest)
                pods += PodCountValidation.pods(of: manifest)
                if pods > PodCountValidation.mostPods, !isTooMuch {
                    isTooMuch = true
                    problems.append(PodCountValidation.problem(pods, value, field))
                }
            }
        }
        return manifests
    }

    /// The objects of one document: itself, or the items of a List.
    private static func objects(
        in document: YAMLValue, _ problems: inout [Problem]
    ) -> [(value: YAMLValue, field: String)] {
        guard document["apiVersion"]?.text == "v1", document["kind"]?.text == "List" else { return [(document, "")] }
        let list = Schema.object([
            Field("apiVersion", .text), Field("kind", .text), Field("metadata", .anything),
            Field("items", .list(.anything), required: true),
        ])
        problems += SchemaWalk.problems(in: document, list, .kubernetes)
        return (document["items"]?.items ?? []).enumerated().map { ($1, "items[\($0)]") }
    }

    private static func manifest(
        _ value: YAMLValue, _ field: String, _ images: Set<String>, _ access: HostAccess,
        _ problems: inout [Problem]
    ) -> Manifest? {
        guard value.entries != nil else {
            problems.append(
                Problem(at: value.place, field: field, "found \(value.kindOfValue)", expected: "a Kubernetes object"))
            return nil
        }
        for name in ["apiVersion", "kind"] where value[name]?.text == nil {
            problems.append(
                Problem(
                    at: value.place, field: SchemaWalk.join(field, name), "Object '\(name)' is missing",
                    expected: "apiVersion and kind, as kubectl wants them"))
            return nil
        }
        let (apiVersion, kind) = (value["apiVersion"]?.text ?? "", value["kind"]?.text ?? "")
        guard let schema = ManifestSchema.kinds["\(apiVersion)/\(kind)"] else {
            problems.append(unknownKind(value, field, apiVersion, kind))
            return nil
        }
        let faults = SchemaWalk.problems(in: value, schema, .kubernetes, field: field)
        problems += faults
        var check = ObjectValidation(value: value, field: field, images: images, access: access)
        check.run()
        problems += check.problems
        guard !(faults + check.problems).contains(where: { $0.severity == .error }) else { return nil }
        do throws(any Error) {
            var any = try KubernetesJSON.decode(AnyKubernetesObject.self, from: WireJSON(value, schema).bytes)
            any.object.placeInDefaultNamespace()
            return Manifest(object: any, place: value.place)
        } catch {
            problems.append(Problem(at: value.place, field: field, "the object cannot be read: \(error)"))
            return nil
        }
    }

    private static func unknownKind(
        _ value: YAMLValue, _ field: String, _ apiVersion: String, _ kind: String
    ) -> Problem {
        let place = value["kind"]?.place ?? value.place
        let rightVersion = ManifestSchema.kinds.keys.sorted().first { $0.hasSuffix("/" + kind) }
        let message =
            "no matches for kind \"\(YAMLValue.shortened(kind))\" in version \"\(YAMLValue.shortened(apiVersion))\""
        return Problem(
            at: place, field: SchemaWalk.join(field, "kind"), message + PrintableText.lookalikes(in: kind + apiVersion),
            expected: rightVersion.map { "apiVersion: \($0.dropLast(kind.utf8.count + 1))" }
                ?? "a kind netlab runs: " + ManifestSchema.kindNames.joined(separator: ", "))
    }

    private static func identity(of manifest: Manifest) -> String {
        let object = manifest.object.object
        let namespace = object.namespace.isEmpty ? "" : object.namespace + "/"
        return "\(object.kind ?? "") \(namespace)\(object.name)"
    }
}

extension KubernetesObject {
    /// kubectl's namespace when a manifest names none.
    fileprivate mutating func placeInDefaultNamespace() {
        if Self.resource.isNamespaced, metadata.namespace == nil { metadata.namespace = "default" }
    }
}
