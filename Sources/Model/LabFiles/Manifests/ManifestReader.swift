enum ManifestReader {
    static func read(
        _ files: [LabFile], builtInImages: Set<String>, problems: inout [Problem]
    ) -> [Manifest] { [] }
}
