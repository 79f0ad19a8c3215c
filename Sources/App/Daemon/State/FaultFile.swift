package import Faults
internal import FoundationEssentials
internal import LinuxKernel
package import NetworkPlanning

/// The faults that are injected into a lab, in its state directory; they end with the lab.
package struct FaultFile {
    private let paths: LabPaths

    package init(_ paths: LabPaths) { self.paths = paths }

    private struct Content: Codable {
        var version = 1
        var faults: [InjectedFault] = []
    }

    /// Oldest first; none when there is no file.
    ///
    /// - Throws: that the file cannot be read.
    package func load() throws(KernelError) -> [InjectedFault] {
        guard let bytes = try StateFile.read(paths.faults) else { return [] }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)), content.version == 1 else {
            throw KernelError(
                .invalid, "read \(paths.faults)", detail: "it is damaged, or of another netlab",
                advice: "`netlab up \(paths.lab)` repairs what it can; remove the file by hand then")
        }
        return content.faults
    }

    package func add(_ fault: InjectedFault) throws(KernelError) { try save(try load() + [fault]) }

    package func replace(_ fault: InjectedFault) throws(KernelError) {
        try save(try load().map { $0.name == fault.name ? fault : $0 })
    }

    package func remove(_ name: String) throws(KernelError) { try save(try load().filter { $0.name != name }) }

    private func save(_ faults: [InjectedFault]) throws(KernelError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Content(faults: faults)) else { return }
        try StateFile.write([UInt8](data), to: paths.faults)
    }
}
