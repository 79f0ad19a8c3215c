internal import CLinux
internal import CNetlink
internal import Glibc
package import NetworkModel
package import NetworkPlanning

/// Knows when the kernel has let go of removed namespaces, which it does some time after their names are gone.
///
/// Made before the removal, from a nameless namespace of its own (the post):
/// - the post gives each watched namespace a number (RTM_NEWNSID). The kernel reports the number's end
///   (RTM_DELNSID) when nothing refers to the namespace any more and its dismantling has begun;
/// - one watched namespace gets a canary, a veth whose other end stands at the post. Namespaces are dismantled in
///   batches, one batch after another, and all links of a batch go together. So when the canary has gone, every
///   namespace whose number ended before has no link left, and neither have the far ends of its veths.
///
/// Where a number ends after the canary, a second one is sent through a namespace made for it.
package final class RemovalWatch {
    private let socket: NetlinkSocket
    private let exchange = NetlinkExchange()
    private var remaining: [Int32: NamespaceName] = [:]
    private var canary: Int32 = 0
    private var isCanaryAlive = false
    private var endedAfterCanary = false

    /// - Parameter namespaces: those about to be removed; absent ones are gone already.
    /// - Throws: what kept the post from being set up.
    package init(_ namespaces: [NamespaceName]) throws(KernelError) {
        socket = try NamespaceThread.run { () throws(KernelError) in
            try NamespaceThread.enterNew()
            return try NetlinkSocket()
        }
        socket.join(Int32(RTNLGRP_NSID.rawValue))
        socket.join(Int32(RTNLGRP_LINK.rawValue))
        var last: OpenNamespace?
        var seen: Set<UInt64> = []
        for (number, name) in namespaces.enumerated() {
            // Two names may stand for one namespace, which has one number only.
            guard let file = try? OpenNamespace(name), seen.insert(file.inode).inserted else { continue }
            try watch(file, as: Int32(number))
            last = file
        }
        if let last { try sendCanary(through: last.descriptor.rawValue) }
    }

    private func watch(_ file: OpenNamespace, as id: Int32) throws(KernelError) {
        try exchange.ask(
            socket, "watch namespace \(file.name)", type: Int(RTM_NEWNSID), flags: NLM_F_CREATE,
            header: rtgenmsg(rtgen_family: UInt8(AF_UNSPEC)),
            attributes: { message in
                message.put(Int(NETNSA_NSID), UInt32(bitPattern: id))
                message.put(Int(NETNSA_FD), UInt32(bitPattern: file.descriptor.rawValue))
            }
        ) { _ in }
        remaining[id] = file.name
    }

    private func sendCanary(through namespace: Int32) throws(KernelError) {
        guard let near = LinkName(rawValue: "post"), let far = LinkName(rawValue: "nl-canary") else { return }
        canary += 1000
        let kind = LinkKind.other("veth")
        var queue = MessageQueue()
        LinkMessages.addVethPair(
            Link(name: near, kind: kind), index: canary, Link(name: far, kind: kind), index: 0, namespace: namespace,
            to: &queue, exchange.builder, step: 0)
        if let failure = exchange.transmit(&queue, over: socket, name: { _ in "watch the removal" }) {
            throw KernelError(errno: failure.errno, "watch the removal of namespaces", words: failure.text)
        }
        isCanaryAlive = true
        endedAfterCanary = false
    }

    /// Waits until all links of all watched namespaces are gone.
    ///
    /// - Parameter milliseconds: how long at most.
    /// - Returns: the namespaces that are still there then, because a process, a socket or a mount keeps them; empty
    ///   when everything is gone.
    package func wait(milliseconds: Int) throws(KernelError) -> [NamespaceName] {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            try readEvents()
            if remaining.isEmpty, !isCanaryAlive {
                guard endedAfterCanary else { return [] }
                try sendLastCanary()
                continue
            }
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            if left <= 0 { return remaining.values.sorted() }
            _ = socket.waitReadable(milliseconds: Int32(left.rounded(.up)))
        }
    }

    private func readEvents() throws(KernelError) {
        try exchange.drain(socket) { message in
            if message.type == Int(RTM_DELNSID) {
                message.attributes(after: rtgenmsg.self).forEach { attribute in
                    guard attribute.type == Int(NETNSA_NSID) else { return }
                    if remaining.removeValue(forKey: attribute.int32) != nil, !isCanaryAlive { endedAfterCanary = true }
                }
            } else if message.type == Int(RTM_DELLINK), let header = message.header(ifinfomsg.self),
                header.ifi_index == canary
            {
                isCanaryAlive = false
            }
        }
    }

    /// Through a new namespace that dies at once, and so after all those whose end has been reported.
    private func sendLastCanary() throws(KernelError) {
        try NamespaceThread.run { () throws(KernelError) in
            try NamespaceThread.enterNew()
            let file = FileDescriptor(owning: open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC))
            guard file.rawValue >= 0 else { throw KernelError(errno: errno, "open a network namespace") }
            try sendCanary(through: file.rawValue)
        }
    }
}
