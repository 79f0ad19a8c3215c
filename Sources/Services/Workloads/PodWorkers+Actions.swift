internal import KubernetesModel
internal import NetworkModel
internal import PodLifecycle

/// What a pod's machine asked for, done through the runtime.
extension PodWorkers {
    func perform(_ action: PodMachine.Action, _ uid: String, _ worker: Worker) {
        func id(_ container: String, _ attempt: Int) -> ContainerID {
            ContainerID(podUID: uid, container: container, attempt: attempt)
        }
        switch action {
        case .start(let container, let attempt): start(id(container, attempt), worker)
        case .signal(let container, let attempt, let signal):
            let id = id(container, attempt)
            // Its end, if this brings it, is reported by the runtime; an error means it has ended already.
            starts { [runtime] in _ = try? runtime.signal(id, signal) }
        case .remove(let container, let attempt):
            let id = id(container, attempt)
            starts { [runtime] in _ = try? runtime.remove(id) }
        case .probe(let container, let attempt, let kind, let timeout):
            probe(id(container, attempt), kind, timeout, worker)
        case .finished:
            starts { [self] in
                for id in runtime.list() where id.podUID == uid { _ = try? runtime.remove(id) }
                finish(uid)
            }
        }
    }

    private func start(_ id: ContainerID, _ worker: Worker) {
        let spec: ContainerSpec
        do throws(PodEnvironment.Unavailable) {
            spec = try self.spec(id, worker)
        } catch {
            let message = error.message
            return enqueue(id.podUID) {
                $0.machine.refuse(container: id.container, reason: "CreateContainerConfigError", message: message)
            }
        }
        starts { [self] in
            let status: ContainerStatus?
            do throws(ContainerRuntimeError) {
                try runtime.start(spec)
                status = runtime.status(id)
            } catch {
                status = .failed(reason: "StartError", message: "\(error)")
            }
            let now = clock.now
            guard let status else { return }
            enqueue(id.podUID) {
                $0.machine.report(container: id.container, attempt: id.attempt, status, now: now)
            }
        }
    }

    private func spec(_ id: ContainerID, _ worker: Worker) throws(PodEnvironment.Unavailable) -> ContainerSpec {
        let assignment = worker.assignment
        let pod = assignment.pod
        let container = worker.container(id.container)
        let addresses = assignment.podIPs.map { "\($0)" }
        let environment = try PodEnvironment.variables(
            container, of: pod, services: assignment.services,
            facts: .init(podIPs: addresses, hostIP: "\(assignment.hostIP)"))
        let command = (container.command ?? []).map { PodEnvironment.expand($0, environment) }
        let arguments = (container.args ?? []).map { PodEnvironment.expand($0, environment) }
        var security = try ContainerSecurity(container, of: pod)
        if BuiltInImages.needsPrivilegedPort(environment) {
            security.serverCapabilities = security.capabilities.intersection([.NET_BIND_SERVICE])
        }
        var spec = ContainerSpec(
            id: id, network: assignment.network, hostname: PodFiles.hostname(pod),
            program: command.isEmpty
                ? .builtIn(image: container.image ?? "", arguments: arguments) : .command(command + arguments),
            environment: environment, workingDirectory: container.workingDir ?? "/",
            hosts: PodFiles.hosts(pod, addresses: addresses), resolvConf: PodFiles.resolvConf(pod),
            logPath: logPath(id), security: security)
        spec.hasInput = container.stdin
        spec.hasTerminal = container.tty
        return spec
    }

    private func probe(_ id: ContainerID, _ kind: ProbeKind, _ timeout: Double, _ worker: Worker) {
        let container = worker.container(id.container)
        let assignment = worker.assignment
        guard let probe = container.probe(kind) else { return }
        let check = ProbeCheck(
            probe, of: container, namespace: assignment.network, address: assignment.podIPs.first, timeout: timeout)
        probes { [self] in
            let answer = ask(check, id, timeout)
            let now = clock.now
            enqueue(id.podUID) {
                $0.machine.answer(container: id.container, attempt: id.attempt, kind, answer, now: now)
            }
        }
    }

    /// Blocks for as long as the probe takes.
    private func ask(_ check: ProbeCheck, _ id: ContainerID, _ timeout: Double) -> ProbeAnswer {
        do throws(ContainerRuntimeError) {
            switch check {
            case .command(let command):
                let result = try runtime.run(command, in: id, timeout: timeout)
                if result.timedOut { return .failure("command \"\(command.joined(separator: " "))\" timed out") }
                return result.exitCode == 0 ? .success : .failure(String(decoding: result.output, as: UTF8.self))
            case .connection(let probe): return ProbeCheck.answer(try runtime.connect(probe), of: probe)
            case .impossible(let message): return .error(message)
            }
        } catch {
            return .error("\(error)")
        }
    }
}

extension PodWorkers.Worker {
    /// The container of that name; an empty one when there is none, which cannot be asked for.
    fileprivate func container(_ name: String) -> Container {
        let all = machine.initContainers + machine.containers
        return all.first { $0.container.name == name }?.container ?? Container(name: name)
    }
}

extension Container {
    fileprivate func probe(_ kind: ProbeKind) -> Probe? {
        switch kind {
        case .startup: startupProbe
        case .liveness: livenessProbe
        case .readiness: readinessProbe
        }
    }
}
