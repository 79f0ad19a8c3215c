internal import ArgumentParser
internal import Daemon
internal import LinuxKernel

/// `netlab up LAB`
struct UpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Bring a lab up: nodes, CNI, manifests, and check that it works.",
        discussion: """
            Does what create, cni install and apply do one by one, then checks nodes, routes, pods and \
            services with real packets. A lab that is up already is brought to what its files say by the smallest \
            change; one whose daemon died is resumed.

            EXAMPLES:
              netlab up three-node
              netlab up ./my-lab --name mine       the same directory under another name
              netlab up three-node --dry-run       what would be done, and why; needs no root
              netlab up three-node --prune         also take away what was added by hand
              netlab up three-node --repair        from now on, put right what is changed by hand
              netlab up three-node --kubeconfig ~/.kube/config   add the context kind-three-node to it
              netlab up ./theirs --no-host-commands   files of a stranger: only images that are built in
            """)

    @Argument(
        help: "A lab's name, a directory, or a kind config. Left out: NETLAB_LAB, or the working directory.",
        completion: .custom { _, _, _ in LabSearch().names() })
    var lab: String?

    @Option(name: .long, help: "Call the lab by this name instead of its directory's.")
    var name: String?

    @Flag(name: .long, help: "Print the plan, each step with its reason, and change nothing.")
    var dryRun = false

    @Flag(name: .long, help: "Also remove routes, rules and links in the lab that nobody asked for.")
    var prune = false

    @Flag(
        inversion: .prefixedNo,
        help:
            "Put right at once what others change in the lab's namespaces, until --no-repair. Default: as it was; off.")
    var repair: Bool?

    @Option(name: .long, help: "Seconds to wait for pods to become ready.")
    var timeout = Seconds(30)

    @Option(
        name: .long,
        help: "Add the lab's context, kind-NAME, to this kubeconfig and make it the current one; `down` takes it out.",
        completion: .file())
    var kubeconfig: String?

    @OptionGroup var access: AccessFlags

    @Flag(name: [.short, .long], help: "Say nothing unless something goes wrong.")
    var quiet = false

    @OptionGroup var output: JSONFlag

    func run() throws {
        let (source, files) = try LabLoading.submit(lab, name: name, access: access.access)
        let options = UpOptions(dryRun: dryRun, prune: prune, timeout: timeout.value, repair: repair)
        if dryRun { return try showPlan(source, options) }
        let terminal = Terminal()
        let needs = try LabPreflight.run(files, terminal)
        let isThere = StateFile.isDirectory(LabPaths(source.name).directory)
        if !quiet { terminal.line("\(isThere ? "Updating" : "Creating") lab \"\(source.name)\" ...") }
        let view = ProgressView(terminal, isQuiet: quiet)
        let reply: ControlReply
        do throws(ControlFailure) {
            reply = try DaemonStart.ask(.up(source, options), paths: LabPaths(source.name)) { view.show($0) }
        } catch {
            throw LabPreflight.explained(error, needs)
        }
        guard case .verification(let verification) = reply else { return }
        if let kubeconfig {
            do throws(ControlFailure) {
                try MergedKubeconfigs(LabPaths(source.name)).add(to: kubeconfig)
            } catch {
                throw CommandFailure(error)
            }
            if !quiet { terminal.line("Set kubectl context to \"\(Kubeconfig.context(ofLab: source.name))\"") }
        }
        if output.json { try JSONOutput.print(verification) }
        if !quiet || !verification.passed {
            for check in verification.checks where !quiet || !check.passed { terminal.check(check) }
        }
        if !quiet, !output.json, let answer = verification.answer {
            terminal.line("\n\(answer.node)# curl \(answer.url)")
            // A pod wrote it.
            StandardStream.output.write(Terminal.harmless(answer.body))
        }
        if !verification.passed {
            throw CommandFailure(
                .failed, "lab \"\(source.name)\" is up, but not as it should be",
                advice: "look with `netlab status \(source.name)`")
        }
    }

    /// Without root and without a daemon too: then the plan starts from nothing.
    private func showPlan(_ source: SubmittedLab, _ options: UpOptions) throws {
        let report: PlanReport
        do throws(ControlFailure) {
            report = try DryRun.plan(source, options)
        } catch {
            throw CommandFailure(error)
        }
        if output.json { return try JSONOutput.print(report) }
        StandardStream.output.write(report.text)
    }
}
