internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

extension StepBatch {
    /// Queues a step that is one namespace's business.
    ///
    /// - Throws: that a link or namespace it needs is not there, after everything before it was sent.
    func queue(_ step: Int) throws(StepFailure) {
        do throws(KernelError) {
            let work = try work(steps[step].namespace)
            switch steps[step] {
            case .addLink(_, let link): try queueAddLink(link, in: work, step)
            case .changeLink(_, let from, let to): try queueChangeLink(from, to, in: work, step)
            case .addAddress(_, let address): try queueAddress(address, adding: true, in: work, step)
            case .removeAddress(_, let address): try queueAddress(address, adding: false, in: work, step)
            case .addRoute(_, let route): try queueRoute(route, .add, in: work, step)
            case .replaceRoute(_, _, let route): try queueRoute(route, .replace, in: work, step)
            case .removeRoute(_, let route): try queueRoute(route, .remove, in: work, step)
            case .addRule(_, let rule): queueRule(rule, adding: true, in: work, step)
            case .removeRule(_, let rule): queueRule(rule, adding: false, in: work, step)
            case .addNeighbour(_, let entry): try queueNeighbour(entry, adding: true, in: work, step)
            case .removeNeighbour(_, let entry): try queueNeighbour(entry, adding: false, in: work, step)
            case .addNamespace, .removeNamespace, .addVethPair, .removeLink, .setSysctl, .setFirewall, .removeFirewall:
                break  // Runs of their own, see perform().
            }
        } catch {
            try fail(step, error)
        }
    }

    private func queueAddLink(_ link: Link, in work: NamespaceWork, _ step: Int) throws(KernelError) {
        guard link.kind == .bridge else {
            throw KernelError(.unsupported, steps[step].operation, detail: "only bridges are made alone")
        }
        let master = try link.master.map { name throws(KernelError) in
            try work.index(of: name, for: steps[step].operation)
        }
        let index = work.newIndex(of: link.name)
        enqueue(in: work) { queue, builder in
            LinkMessages.addBridge(link, index: index, to: &queue, builder, step: step)
            LinkMessages.configure(link, index: index, to: &queue, builder, step: step)
            LinkMessages.activate(link, index: index, master: master, to: &queue, builder, step: step)
        }
    }

    private func queueChangeLink(_ from: Link, _ to: Link, in work: NamespaceWork, _ step: Int) throws(KernelError) {
        let index = try work.index(of: to.name, for: steps[step].operation)
        var master: Int32?
        if from.master != to.master {
            master = 0
            if let name = to.master { master = try work.index(of: name, for: steps[step].operation) }
        }
        enqueue(in: work) { queue, builder in
            LinkMessages.change(from: from, to: to, index: index, master: master, to: &queue, builder, step: step)
        }
    }

    private func queueAddress(
        _ address: InterfaceAddress, adding: Bool, in work: NamespaceWork, _ step: Int
    ) throws(KernelError) {
        let index = try work.index(of: address.link, for: steps[step].operation)
        enqueue(in: work) { queue, builder in
            AddressMessages.append(address, index: index, adding: adding, to: &queue, builder, step: step)
        }
    }

    private func queueRoute(
        _ route: Route, _ change: RouteMessages.Change, in work: NamespaceWork, _ step: Int
    ) throws(KernelError) {
        var index: Int32?
        if let link = route.link { index = try work.index(of: link, for: steps[step].operation) }
        enqueue(in: work) { queue, builder in
            RouteMessages.append(route, index: index, change, to: &queue, builder, step: step)
        }
    }

    private func queueRule(_ rule: Rule, adding: Bool, in work: NamespaceWork, _ step: Int) {
        enqueue(in: work) { queue, builder in
            RuleMessages.append(rule, adding: adding, to: &queue, builder, step: step)
        }
    }

    private func queueNeighbour(
        _ neighbour: Neighbour, adding: Bool, in work: NamespaceWork, _ step: Int
    ) throws(KernelError) {
        let index = try work.index(of: neighbour.link, for: steps[step].operation)
        enqueue(in: work) { queue, builder in
            NeighbourMessages.append(neighbour, index: index, adding: adding, to: &queue, builder, step: step)
        }
    }

    /// Takes links away and forgets the indexes: the peers of veths are gone as well.
    func removeLinks(_ range: Range<Int>) throws(StepFailure) {
        for step in range {
            guard case .removeLink(let name, let link) = steps[step] else { continue }
            do throws(KernelError) {
                let work = try work(name)
                let index = try work.index(of: link.name, for: steps[step].operation)
                enqueue(in: work) { queue, builder in
                    LinkMessages.remove(index: index, to: &queue, builder, step: step)
                }
            } catch {
                try fail(step, error)
            }
        }
        try flush()
        forgetLinks()
    }
}
