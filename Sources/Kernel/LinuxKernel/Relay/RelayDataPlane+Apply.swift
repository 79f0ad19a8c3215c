internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
package import ServiceRouting
internal import Synchronization

extension RelayDataPlane {
    /// Returns when the change is in force: what is gone refuses, what is new listens.
    package func apply(_ table: ForwardingTable, on nodes: [ProxyNode]) throws(ServiceDataPlaneError) {
        let failures = state.withLock { state -> [ServiceDataPlaneError.Failure] in
            guard !state.isShutDown else { return [] }
            var change = Change(table: table, workers: workers.count)
            for node in nodes { change.open(node) }
            let unchanged = state.table == table && !state.isIncomplete && change.isSameNodes(as: state.nodes)
            if unchanged { return [] }
            removeWhatIsGone(&state, change)
            for target in change.targets { serve(target, table, &state, &change) }
            for (index, worker) in workers.enumerated() where !change.commands[index].isEmpty {
                worker.post(change.commands[index])
            }
            if change.needsBarrier { waitForWorkers() }
            state.table = table
            state.isIncomplete = !change.failures.isEmpty
            return change.failures
        }
        if !failures.isEmpty { throw ServiceDataPlaneError(failures: failures) }
    }

    /// Closes the listeners of frontends, and everything of nodes, that the new table no longer has. Done before
    /// anything is opened, for a node that was made anew under its old name.
    private func removeWhatIsGone(_ state: inout State, _ change: Change) {
        var gone: [RelayFrontend] = []
        var commands = workers.map { _ in [RelayWorker.Command]() }
        for (key, nodeState) in state.nodes {
            let isKept = change.keeps(key, nodeState)
            for (frontend, listener) in nodeState.listeners {
                if isKept, let entry = change.entries[frontend], change.mode(of: entry, on: key.name) != nil {
                    continue
                }
                gone.append(listener.frontend)
                for index in workers.indices where listener.worker ?? index == index {
                    commands[index].append(.unwatch(listener.frontend))
                }
                state.nodes[key]?.listeners[frontend] = nil
            }
            if !isKept {
                for index in workers.indices { commands[index].append(.leave(nodeState.node)) }
                state.nodes[key] = nil
            }
        }
        guard commands.contains(where: { !$0.isEmpty }) else { return }
        for (index, worker) in workers.enumerated() { worker.post(commands[index]) }
        waitForWorkers()
        for frontend in gone { frontend.closeSocket() }
    }

    /// Brings one node to the table: tells what it has of changes, opens what it lacks.
    private func serve(_ target: Change.Target, _ table: ForwardingTable, _ state: inout State, _ change: inout Change)
    {
        var missing: [(entry: ForwardingEntry, isSilent: Bool)] = []
        for entry in table.entries {
            guard let mode = change.mode(of: entry, on: target.proxyNode.name) else { continue }
            let isSilent = mode == .silent
            guard let listener = state.nodes[target.proxyNode]?.listeners[entry.frontend] else {
                missing.append((entry, isSilent))
                continue
            }
            if listener.entry == entry, listener.isSilent == isSilent, state.table.selection == table.selection {
                continue
            }
            listener.frontend.update(entry, selection: table.selection)
            listener.frontend.restore(state.memory.bindings(on: target.proxyNode.name, at: entry.frontend))
            if isSilent != listener.isSilent {
                SocketOptions.setSilent(isSilent, listener.frontend.socket)
            }
            if let worker = listener.worker {
                change.commands[worker].append(.refresh(listener.frontend))
                change.needsBarrier = true
            }
            state.nodes[target.proxyNode]?.listeners[entry.frontend]?.entry = entry
            state.nodes[target.proxyNode]?.listeners[entry.frontend]?.isSilent = isSilent
        }
        guard !missing.isEmpty || state.nodes[target.proxyNode] == nil else { return }
        open(missing, on: target, table, &state, &change)
    }

    /// One visit to the namespace for all of a node's new sockets.
    private func open(
        _ missing: [(entry: ForwardingEntry, isSilent: Bool)], on target: Change.Target, _ table: ForwardingTable,
        _ state: inout State, _ change: inout Change
    ) {
        let known = state.nodes[target.proxyNode]?.node
        let visit: Result<(usesReno: Bool, sockets: [Int32]), KernelError> = Result {
            () throws(KernelError) -> (usesReno: Bool, sockets: [Int32]) in
            try NamespaceThread.run(inNamespace: target.namespace.descriptor.rawValue) {
                let usesReno = known?.usesReno ?? SocketOptions.defaultsToBBR()
                let sockets = missing.map { entry, isSilent in
                    SocketOptions.listen(
                        SocketAddress(entry.frontend.address, entry.frontend.port),
                        stream: entry.frontend.transport == .tcp, usingReno: usesReno, silent: isSilent)
                }
                return (usesReno, sockets)
            }
        }
        guard case .success(let opened) = visit else {
            if case .failure(let error) = visit { change.fail(target.proxyNode, missing.map(\.entry), error.errno) }
            return
        }
        let node =
            known
            ?? RelayNode(target.proxyNode, namespace: target.namespace, usesReno: opened.usesReno)
        var nodeState = state.nodes[target.proxyNode] ?? NodeState(node: node)
        for ((entry, isSilent), socket) in zip(missing, opened.sockets) {
            guard socket >= 0 else {
                change.fail(target.proxyNode, [entry], -socket)
                continue
            }
            let frontend = RelayFrontend(
                node: node, entry: entry, selection: table.selection, socket: socket,
                shortage: shortage, news: news)
            frontend.restore(state.memory.bindings(on: target.proxyNode.name, at: entry.frontend))
            let worker = entry.frontend.transport == .udp ? change.nextWorker() : nil
            for index in workers.indices where worker ?? index == index {
                change.commands[index].append(.watch(frontend))
            }
            nodeState.listeners[entry.frontend] = Listener(
                frontend: frontend, entry: entry, isSilent: isSilent, worker: worker)
        }
        state.nodes[target.proxyNode] = nodeState
    }

    /// Returns when every worker has done what was posted to it before. Workers never wait for anything but events, so
    /// this takes as long as what they are at: microseconds, a millisecond under load.
    private func waitForWorkers() {
        for worker in workers { worker.post([.barrier(doneBell.rawValue)]) }
        var heard: UInt64 = 0
        while heard < UInt64(workers.count) {
            var value: eventfd_t = 0
            if eventfd_read(doneBell.rawValue, &value) == 0 { heard += value }
        }
    }
}
