internal import ArgumentParser
internal import LinuxKernel
internal import Snapshots

/// `netlab snapshot [LAB]`
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Write down the whole network of a lab, to compare it later.",
        discussion: """
            Links, addresses, permanent neighbours, rules, routes of every table, nftables and sysctls of every \
            namespace, IPv4 and IPv6, in the words of ip and nft, and what the ClusterIP proxy forwards. The same lab \
            has the same bytes: what differs from run to run is not in it.

            EXAMPLES:
              netlab snapshot three-node -o before.json
              netlab diff before.json three-node           what has changed since
            """)

    @OptionGroup var lab: LabArgument

    @Option(name: .shortAndLong, help: "Write to this file instead of standard output.", completion: .file())
    var output: String?

    func run() throws {
        let running = try lab.find()
        ProcessEnvironment.raiseFileLimit()
        let bytes = try LabSnapshot.bytes(try LabSnapshot.take(running))
        guard let output, output != "-" else {
            return StandardStream.output.write(String(decoding: bytes, as: UTF8.self))
        }
        try StateFile.write(bytes, to: output, isShown: true)
    }
}
