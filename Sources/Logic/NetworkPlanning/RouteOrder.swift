import NetworkModel

/// Where a route stands in a plan, as a few numbers: those without a gateway first, then by ``RouteKey``.
///
/// Sorting a million routes by these instead of by themselves halves the time of a diff.
struct RouteOrder: Comparable {
    private let major: UInt64
    private let address: UInt128
    private let minor: UInt64
    /// The place of the route in the list that is put in order.
    let index: Int

    init(_ route: Route, at index: Int) {
        let family: UInt64 = route.destination.family == .ipv4 ? 0 : 1
        major = (route.gateway == nil ? 0 : 1) << 33 | UInt64(route.table.rawValue) << 1 | family
        address = route.destination.address.bits
        minor = UInt64(route.destination.length) << 32 | UInt64(route.metric)
        self.index = index
    }

    static func < (left: RouteOrder, right: RouteOrder) -> Bool {
        if left.major != right.major { return left.major < right.major }
        if left.address != right.address { return left.address < right.address }
        return left.minor < right.minor
    }
}

extension [Route] {
    /// In the order in which a kernel takes them.
    func inPlanOrder() -> [Route] {
        var order: [RouteOrder] = []
        order.reserveCapacity(count)
        for (index, route) in enumerated() { order.append(RouteOrder(route, at: index)) }
        order.sort()
        return order.map { self[$0.index] }
    }
}
