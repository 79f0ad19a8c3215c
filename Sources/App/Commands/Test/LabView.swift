internal import Checks
internal import Daemon
internal import KubernetesModel
internal import LabFiles
internal import NetworkModel

/// A lab that is up, as its daemon and its store know it. Asks anew each time: pods come and go.
struct LabView {
    let running: RunningLab
    let files: Lab

    init(running: RunningLab, files: Lab) {
        self.running = running
        self.files = files
    }

    /// With the files that the lab was brought up with last.
    ///
    /// - Throws: that it was not created to the end.
    init(_ running: RunningLab) throws {
        guard let submitted = try LabRecord.load(running.paths)?.source else {
            throw CommandFailure(
                .failed, "lab \"\(running.name)\" was not created to the end",
                advice: "run `netlab up \(running.name)`")
        }
        do throws(LabProblems) {
            self.init(running: running, files: try submitted.parsed())
        } catch {
            throw LabLoading.failure(error)
        }
    }

    /// Who is in the lab. Where no daemon answers, what one stored last: the network stands without it.
    ///
    /// - Throws: that neither can be had.
    func inventory() throws -> Inventory {
        if (try? running.ask(.ping)) != nil {
            return try inventory { try running.objects($0) }
        }
        let stored: StoredObjects
        do throws(ControlFailure) { stored = try StoredObjects(running.paths) } catch { throw CommandFailure(error) }
        return try inventory { (plural: String) in stored.objects(plural) }
    }

    private func inventory(_ objects: (String) throws -> [AnyKubernetesObject]) throws -> Inventory {
        func all<Object: KubernetesObject>(_ type: Object.Type) throws -> [Object] {
            try objects(type.resource.plural).compactMap { $0.object as? Object }
        }
        return Inventory(
            lab: running.name, gateway: files.options.underlay.gateway, nodes: try all(Node.self),
            agents: try all(CiliumNode.self), pods: try all(Pod.self), services: try all(Service.self))
    }

    /// What the proxy forwards; nil when no daemon answers.
    func forwarding() -> [ForwardedPort]? {
        guard case .services(_, let table) = try? running.ask(.services) else { return nil }
        return table.entries.compactMap { entry in
            guard let (address, port) = entry.end else { return nil }
            return ForwardedPort(
                service: LabOptions.ServiceName(namespace: entry.namespace, name: entry.service), address: address,
                port: port, transport: entry.transport.lowercased(),
                active: entry.backends.count { $0.state == "active" })
        }
    }
}

extension RunningLab {
    /// The objects of a resource by its plural.
    func objects(_ plural: String) throws -> [AnyKubernetesObject] {
        guard case .objects(let objects) = try ask(.objects(resource: plural)) else { return [] }
        return objects
    }
}

extension ServiceListing.Entry {
    /// The frontend's address and port; nil for text that is none.
    var end: (address: IPAddress, port: UInt16)? {
        guard let colon = frontend.lastIndex(of: ":"), let address = IPAddress(String(frontend[..<colon])),
            let port = UInt16(frontend[frontend.index(after: colon)...])
        else { return nil }
        return (address, port)
    }
}
