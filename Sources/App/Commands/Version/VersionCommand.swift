internal import ArgumentParser
internal import LinuxKernel

/// `netlab version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, and what it behaves like.",
        discussion: """
            EXAMPLES:
              netlab version
              netlab version --json
            """)

    @OptionGroup var output: JSONFlag

    static let netlab = "0.1.0"

    struct Versions: Encodable {
        let netlab = VersionCommand.netlab
        let kind = "v0.17.0"
        let kubernetes = "v1.25.3"
        let cilium = "1.12.4"
    }

    func run() throws {
        let versions = Versions()
        if output.json { return try JSONOutput.print(versions) }
        StandardStream.output.write(
            """
            netlab \(versions.netlab)
            behaves like kind \(versions.kind), Kubernetes \(versions.kubernetes), Cilium \(versions.cilium)

            """)
    }
}
