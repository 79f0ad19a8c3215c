internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

extension StepBatch {
    /// Carries out all steps: runs of one kind that need more than a message together, the others one by one.
    func perform() throws(StepFailure) {
        var index = 0
        while index < steps.count {
            let end = endOfRun(from: index)
            switch steps[index] {
            case .addNamespace: try addNamespaces(index..<end)
            case .removeNamespace: try removeNamespaces(index..<end)
            case .addVethPair: try addVethPairs(index..<end)
            case .removeLink: try removeLinks(index..<end)
            case .setSysctl: try setSysctls(index..<end)
            case .setFirewall, .removeFirewall: try changeFirewalls(index..<end)
            default:
                for step in index..<end {
                    try queue(step)
                    try flushIfLarge()
                }
            }
            index = end
        }
        try flush()
    }

    private func endOfRun(from start: Int) -> Int {
        let kind = steps[start].runKind
        var end = start + 1
        while end < steps.count, steps[end].runKind == kind { end += 1 }
        return end
    }

    private func addNamespaces(_ range: Range<Int>) throws(StepFailure) {
        try flush()
        let wanted: [(name: NamespaceName, mark: OwnershipMark)] = steps[range].compactMap { step in
            guard case .addNamespace(let name, let mark) = step else { return nil }
            return (name, mark)
        }
        do throws(StepFailure) {
            try NamespaceCreation(sockets: sockets)
                .create(wanted) { self.steps[range.lowerBound + $0].operation }
        } catch {
            throw StepFailure(index: range.lowerBound + error.index, error: error.error)
        }
        for (name, _) in wanted { noteNew(name) }
    }

    /// Drops all references first and together, so that the kernel takes the namespaces down as one batch: one by one
    /// each costs its own RCU grace periods.
    private func removeNamespaces(_ range: Range<Int>) throws(StepFailure) {
        try flush()
        forgetLinks()
        for step in steps[range] { sockets.drop(step.namespace) }
        var first: StepFailure?
        for index in range {
            do throws(KernelError) {
                try NamespaceDirectory.remove(steps[index].namespace, steps[index].operation)
            } catch {
                if first == nil { first = StepFailure(index: index, error: error) }
            }
        }
        if let first { throw first }
    }

    /// Sends everything about the first ends, then queues what the peers need in their own namespaces.
    private func addVethPairs(_ range: Range<Int>) throws(StepFailure) {
        try flush()
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + Self.pairsAtOnce, range.upperBound)
            try addSomeVethPairs(start..<end)
            start = end
        }
    }

    /// Each pair may hold one namespace file open until it is sent.
    private static let pairsAtOnce = 256

    private func addSomeVethPairs(_ range: Range<Int>) throws(StepFailure) {
        var files: [NamespaceName: OpenNamespace] = [:]
        var peers: [VethPeer] = []
        var failure: StepFailure?
        for step in range {
            do throws(KernelError) {
                if let peer = try queueVethPair(step, &files) { peers.append(peer) }
            } catch {
                failure = StepFailure(index: step, error: error)
                break
            }
        }
        failure = firstFailure(failure)
        // A failure leaves the pairs before it complete.
        for peer in peers where peer.step < failure?.index ?? .max {
            do throws(KernelError) {
                let master = try masterIndex(peer.link, in: peer.work, peer.step)
                enqueue(in: peer.work) { queue, builder in
                    LinkMessages.configure(peer.link, index: peer.index, to: &queue, builder, step: peer.step)
                    LinkMessages.activate(
                        peer.link, index: peer.index, master: master, to: &queue, builder, step: peer.step)
                }
            } catch {
                failure = StepFailure(index: peer.step, error: error)
                break
            }
        }
        if let failure = firstFailure(failure) { throw failure }
    }

    /// Sends what is queued, and answers the earlier one of its failure and this.
    private func firstFailure(_ other: StepFailure?) -> StepFailure? {
        do throws(StepFailure) {
            try flush()
            return other
        } catch {
            guard let other, other.index < error.index else { return error }
            return other
        }
    }

    /// A second end that exists but is still to be configured, in its own namespace.
    private struct VethPeer {
        var step: Int
        var work: NamespaceWork
        var link: Link
        var index: Int32
    }

    private func queueVethPair(
        _ step: Int, _ files: inout [NamespaceName: OpenNamespace]
    ) throws(KernelError) -> VethPeer? {
        guard case .addVethPair(let first, let second) = steps[step] else { return nil }
        let far = try work(second.namespace)
        let near = try work(first.namespace)
        var namespace: Int32?
        if far !== near {
            if files[second.namespace] == nil { files[second.namespace] = try OpenNamespace(second.namespace) }
            namespace = files[second.namespace]?.descriptor.rawValue
        }
        let master = try masterIndex(first.link, in: near, step)
        let index = near.newIndex(of: first.link.name)
        let farIndex = far.newIndex(of: second.link.name, otherThan: index)
        enqueue(in: near) { queue, builder in
            LinkMessages.addVethPair(
                first.link, index: index, second.link, index: farIndex, namespace: namespace, to: &queue, builder,
                step: step)
            LinkMessages.configure(first.link, index: index, to: &queue, builder, step: step)
            LinkMessages.activate(first.link, index: index, master: master, to: &queue, builder, step: step)
        }
        return VethPeer(step: step, work: far, link: second.link, index: farIndex)
    }

    private func masterIndex(_ link: Link, in work: NamespaceWork, _ step: Int) throws(KernelError) -> Int32? {
        guard let master = link.master else { return nil }
        return try work.index(of: master, for: steps[step].operation)
    }
}
