internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab gc`
struct GCCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove what labs left behind that nobody runs any more.",
        discussion: """
            A namespace is a leftover when it carries netlab's mark (the alias of its lo) and no daemon of that lab \
            runs; a process when it runs in such a namespace, or the lab's records name it; a file in /run/netns when \
            the lab's journal names it. Nothing is ever chosen by its name. A lab whose daemon died but whose state is there is kept: \
            `netlab up` resumes it; --all removes it too.

            EXAMPLES:
              netlab gc --dry-run    each object, and why it is netlab's
              netlab gc
            """)

    @Flag(name: .long, help: "Only print what would be removed, and the proof of ownership.")
    var dryRun = false

    @Flag(name: .long, help: "Also labs whose daemon died but whose state is there.")
    var all = false

    @OptionGroup var output: JSONFlag

    func run() throws {
        try RunningLab.requireRoot()
        let leftovers: [Leftover]
        do throws(ControlFailure) {
            leftovers = try GarbageCollection.find(includingResumable: all)
            if !dryRun { try GarbageCollection.remove(leftovers, includingResumable: all) }
        } catch {
            throw CommandFailure(error)
        }
        for lab in GarbageCollection.unreachable() {
            Terminal().warning(
                "lab \"\(lab)\" runs without its state directory: take it down with `netlab down \(lab)`")
        }
        if output.json { return try JSONOutput.print(leftovers) }
        for leftover in leftovers {
            StandardStream.output.write(
                "\(dryRun ? "would remove" : "removed") \(leftover.object): \(leftover.proof)\n")
        }
        if leftovers.isEmpty { StandardStream.error.write("Nothing is left behind.\n") }
    }
}
