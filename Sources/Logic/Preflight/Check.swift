/// One question about the machine: what it is called, who needs it, what its absence costs, and the judgement, which is
/// a pure function of the facts and of what the lab needs.
package struct Check: Sendable {
    /// Who cannot do without.
    package enum Need: Sendable {
        case everyLab
        /// Only some labs: in words, and how to tell them.
        case labs(String, @Sendable (LabNeeds) -> Bool)
        /// None: it makes things worse, or is only worth knowing.
        case nobody(String)

        package var text: String {
            switch self {
            case .everyLab: "every lab"
            case .labs(let which, _): which
            case .nobody(let which): which
            }
        }
    }

    /// What the facts say, before it is weighed who needs it.
    package enum Judgement: Hashable, Sendable {
        case fine(String)
        /// Missing altogether.
        case missing(String, fix: String)
        /// There, but harmful or too small; an own cost replaces the check's.
        case harmful(String, cost: String = "", fix: String)
        /// Not seen, and what would let it be seen.
        case unseen(String, fix: String)
    }

    package var id: String
    package var group: CheckGroup
    package var name: String
    package var need: Need
    package var cost: String
    /// Read from a few small files without trying anything, and decisive: `up` and `create` ask it before they start.
    package var isEssential: Bool
    private let judge: @Sendable (MachineFacts, LabNeeds) -> Judgement

    init(
        _ id: String, _ group: CheckGroup, _ name: String, need: Need, cost: String, isEssential: Bool = false,
        judge: @escaping @Sendable (MachineFacts, LabNeeds) -> Judgement
    ) {
        self.id = id
        self.group = group
        self.name = name
        self.need = need
        self.cost = cost
        self.isEssential = isEssential
        self.judge = judge
    }

    /// Every check, in the order of the report; the ids are unique.
    package static let all: [Check] =
        rights + features + limits + memory + settings + files + surroundings + tools

    /// Judges the facts for the lab, or for labs in general when `needs` names none.
    package func finding(_ facts: MachineFacts, _ needs: LabNeeds) -> Finding {
        var finding = Finding(
            id: id, group: group, name: name, state: .ok, found: "", cost: cost, fix: "", neededBy: need.text)
        switch judge(facts, needs) {
        case .fine(let found): finding.found = found
        case .harmful(let found, let own, let fix):
            (finding.state, finding.found, finding.fix) = (.warning, found, fix)
            if !own.isEmpty { finding.cost = own }
        case .unseen(let found, let fix): (finding.state, finding.found, finding.fix) = (.unknown, found, fix)
        case .missing(let found, let fix):
            (finding.state, finding.found, finding.fix) = (.failure, found, fix)
            switch need {
            case .everyLab: break
            case .labs(let which, let isNeeded):
                if needs.lab == nil {
                    finding.state = .warning
                } else if !isNeeded(needs) {
                    (finding.state, finding.found, finding.fix) = (.ok, "\(found); needed only by \(which)", "")
                }
            case .nobody(let which):
                (finding.state, finding.found, finding.fix) = (.ok, "\(found); needed by \(which)", "")
            }
        }
        return finding
    }
}
