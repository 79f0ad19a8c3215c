package import NetworkModel

/// One line of `netlab events`: a change that the kernel announced, or what a lab's watch has to say about drift.
package struct EventLine: Hashable, Sendable, Encodable {
    /// The words for `--kind`. ``lost`` is not asked for: it is shown whatever was chosen.
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case namespace, link, address, neighbour, rule, route, setting, drift, healed, foreign, unhealed, lost
    }

    /// Seconds since the boot.
    package var monotonic: Double
    /// Seconds since the epoch.
    package var wall: Double
    package var namespace: NamespaceName
    package var kind: Kind
    /// nil for what is said of drift.
    package var action: NetworkEvent.Action?
    /// Of what is said of drift: the kind of object, as plans have it.
    package var of: String?
    /// In the words of ip(8).
    package var object: String
    package var reason: String?
    /// Seconds from the kernel's announcement until it was put back.
    package var latency: Double?
    /// The object itself, of a change.
    package var link: Link?
    package var address: InterfaceAddress?
    package var route: Route?
    package var rule: Rule?
    package var neighbour: NeighbourEntry?
    package var setting: InterfaceSetting?

    package init(_ event: NetworkEvent) {
        monotonic = event.monotonic
        wall = event.wall
        namespace = event.namespace
        kind = Kind(rawValue: event.kind) ?? .lost
        object = event.text
        if event.object != .lost { action = event.action }
        switch event.object {
        case .namespace, .lost: break
        case .link(let value): link = value
        case .address(let value): address = value
        case .route(let value): route = value
        case .rule(let value): rule = value
        case .neighbour(let value): neighbour = value
        case .setting(let value): setting = value
        }
    }

    package init(_ note: DriftNote) {
        monotonic = note.monotonic
        wall = note.wall
        namespace = note.item.namespace
        kind =
            switch note.kind {
            case .drift: .drift
            case .healed: .healed
            case .foreign: .foreign
            case .unhealed: .unhealed
            }
        of = note.item.kind
        object = note.item.object
        reason = note.item.reason
        latency = note.latency
    }

    /// One line for people, without its time: `+` made or changed, `-` removed, `!` drift, `=` as wanted again, `?` not
    /// the lab's.
    package var text: String {
        let sign =
            switch (kind, action) {
            case (.healed, _): "="
            case (.foreign, _): "?"
            case (_, .added): "+"
            case (_, .removed): "-"
            default: "!"
            }
        var words = [namespace.rawValue, sign, kind.rawValue]
        if let of { words.append(of) }
        words.append(object)
        if let latency {
            let tenths = Int((latency * 10_000).rounded())
            words.append("(put back in \(tenths / 10).\(tenths % 10) ms)")
        } else if let reason {
            words.append(kind == .healed ? "(as wanted again)" : "(\(reason))")
        }
        return words.joined(separator: " ")
    }
}
