internal import Datapath
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import PodLifecycle
internal import Reconciler
internal import ServiceProxy
internal import ServiceRouting

extension LabEngine {
    /// Looks whether the lab is what its files say: nodes, kernel state, pods, and every ClusterIP with a real
    /// connection from the control-plane node.
    ///
    /// - Parameter network: what ``networkCheck()`` said while the pods were starting.
    func verification(network: Verification.Check) throws(ControlFailure) -> Verification {
        let current = try loaded()
        var result = Verification()
        result.checks.append(nodesCheck(current))
        result.checks.append(network)
        guard current.cluster.values != nil else { return result }
        let pods = current.cluster.pods.filter { $0.metadata.deletionTimestamp == nil }
        if !pods.isEmpty { result.checks.append(podsCheck(current, pods)) }
        for entry in current.proxy.table.entries where entry.frontend.transport == .tcp && Self.isServed(entry) {
            let (check, answer) = serviceCheck(current, entry)
            result.checks.append(check)
            if result.answer == nil { result.answer = answer }
        }
        return result
    }

    private func nodesCheck(_ current: LoadedLab) -> Verification.Check {
        let count = current.network?.nodes.count ?? 0
        let ready = current.cluster.readyNodes
        if current.cluster.values == nil {
            return Verification.Check("\(count) nodes are there, NotReady without a CNI", passed: count > 0)
        }
        return Verification.Check("\(ready)/\(count) nodes Ready", passed: ready == count)
    }

    /// Looks at the kernel: whether every link, address, route and rule stands.
    func networkCheck() throws(ControlFailure) -> Verification.Check {
        let current = try loaded()
        guard let datapath = current.datapath else {
            return Verification.Check("the network stands", passed: false, detail: current.networkError ?? "")
        }
        let namespaces = datapath.state.namespaces
        let routes = namespaces.values.reduce(0) { $0 + $1.routes.count }
        let name = "\(routes) routes in \(namespaces.count) namespaces as wanted"
        do throws(ReconcileError) {
            let plan = try current.reconciler.plan(desired: datapath.state)
            return Verification.Check(name, passed: plan.isEmpty, detail: plan.isEmpty ? "" : "\(plan.summary)")
        } catch {
            return Verification.Check(name, passed: false, detail: "\(error)")
        }
    }

    private func podsCheck(_ current: LoadedLab, _ pods: [Pod]) -> Verification.Check {
        let waiting = pods.filter { !LabCluster.isDone($0) }.map { "\($0.name) \($0.statusWord)" }
        let ready = pods.count - waiting.count
        return Verification.Check(
            "\(ready)/\(pods.count) pods ready", passed: waiting.isEmpty, detail: waiting.joined(separator: ", "))
    }

    /// Only what pods of the lab serve is expected to answer: not a service without backends, nor one whose backends are
    /// addresses written by hand, as those of the API server's own service.
    private static func isServed(_ entry: ForwardingEntry) -> Bool {
        entry.backends.contains { $0.state == .active && $0.pod != nil }
    }

    private func serviceCheck(
        _ current: LoadedLab, _ entry: ForwardingEntry
    ) -> (Verification.Check, Verification.Answer?) {
        let address = "\(entry.frontend.address):\(entry.frontend.port)"
        guard let node = current.cluster.controlPlane, let namespace = DatapathNames.node(paths.lab, node) else {
            return (Verification.Check("service \(entry.service)", passed: false, detail: "no control-plane"), nil)
        }
        let name = "service \(entry.namespace)/\(entry.service) answers at \(address) from \(node)"
        let request = Array(
            "GET / HTTP/1.1\r\nHost: \(address)\r\nUser-Agent: netlab\r\nConnection: close\r\n\r\n".utf8)
        let probe = ConnectProbe(
            namespace: namespace, address: entry.frontend.address, port: entry.frontend.port, request: request,
            timeout: 2)
        let result: ConnectResult
        do throws(ContainerRuntimeError) {
            result = try runtime.connect(probe)
        } catch {
            return (Verification.Check(name, passed: false, detail: "\(error)"), nil)
        }
        switch result {
        case .answered(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.hasPrefix("HTTP/1."), let end = text.range(ofHeaderEnd: ()) else {
                return (Verification.Check(name, passed: true), nil)
            }
            let body = String(text[end...])
            let answer = Verification.Answer(node: node, url: "http://\(address)", body: body)
            return (Verification.Check(name, passed: true), answer)
        case .refused: return (Verification.Check(name, passed: false, detail: "connection refused"), nil)
        case .unreachable(let errno):
            return (Verification.Check(name, passed: false, detail: "unreachable, errno \(errno)"), nil)
        case .timedOut: return (Verification.Check(name, passed: false, detail: "no answer in 2 s"), nil)
        }
    }
}

extension String {
    /// Where the body of an HTTP message begins.
    fileprivate func range(ofHeaderEnd: Void) -> String.Index? {
        let bytes = utf8
        let end = Array("\r\n\r\n".utf8)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index...].starts(with: end) { return bytes.index(index, offsetBy: 4) }
            index = bytes.index(after: index)
        }
        return nil
    }
}
