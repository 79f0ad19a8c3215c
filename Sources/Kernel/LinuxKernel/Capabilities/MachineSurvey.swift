package import Preflight

/// Reads what the checks of ``Preflight`` judge. It changes nothing on the machine and leaves nothing on it; what this
/// process may not see is a fact of its own.
package enum MachineSurvey {
    /// What decides whether a lab can start, from small files and no try: under a millisecond, before every `up`.
    package static func essentials() -> MachineFacts {
        var facts = MachineFacts()
        facts.kernelRelease = ProcessEnvironment.kernelRelease
        ProcessRights.fill(&facts)
        HostNumbers.fill(&facts, sysctls: HostNumbers.essentials)
        facts.run = RunFacts.directory()
        return facts
    }

    /// All there is to know, features tried in a nameless namespace. ``MachineFacts/leftovers`` is the caller's, as
    /// only the daemon's layer can tell a lab that is up from what one left.
    package static func full() -> MachineFacts {
        var facts = essentials()
        HostNumbers.fill(&facts, sysctls: HostNumbers.others)
        facts.namedNamespaces = RunFacts.namedNamespaces()
        HostSurroundings.fill(&facts)
        facts.features = KernelProbe.run()
        return facts
    }
}
