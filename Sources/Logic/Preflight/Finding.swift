/// What one check found: a line of `netlab doctor`. The property names are the keys of `--json`, which stay.
package struct Finding: Codable, Hashable, Sendable {
    /// How it stands.
    package enum State: String, Codable, Hashable, Sendable, CaseIterable {
        /// There, or of no consequence for what was asked about.
        case ok
        /// Labs work, with what ``Finding/cost`` says.
        case warning
        /// Something is missing without which no lab, or not the lab asked about, can work.
        case failure
        /// It could not be seen: not proof of anything, and never counted as good.
        case unknown
    }

    /// Stable: `nft.masquerade`. docs/commands.md lists all of them.
    package var id: String
    package var group: CheckGroup
    /// In the kernel's own words where it has some.
    package var name: String
    package var state: State
    /// What was found, on this machine, just now.
    package var found: String
    /// What cannot be done, or goes worse, when it is not as it should be; also filled in when it is.
    package var cost: String
    /// What to type, or else to do; empty when there is nothing to put right.
    package var fix: String
    /// `every lab`, `labs that masquerade`, `no lab of this version`.
    package var neededBy: String

    package init(
        id: String, group: CheckGroup, name: String, state: State, found: String, cost: String, fix: String,
        neededBy: String
    ) {
        self.id = id
        self.group = group
        self.name = name
        self.state = state
        self.found = found
        self.cost = cost
        self.fix = fix
        self.neededBy = neededBy
    }
}

/// The headings of the report, in their order.
package enum CheckGroup: String, Codable, Hashable, Sendable, CaseIterable {
    case rights, kernel, limits, settings, files, surroundings, tools

    /// As a heading.
    package var title: String {
        switch self {
        case .rights: "Rights"
        case .kernel: "Kernel features"
        case .limits: "Limits"
        case .settings: "Kernel settings"
        case .files: "Files and leftovers"
        case .surroundings: "What else is on this machine"
        case .tools: "Programs for looking around"
        }
    }
}
