internal import CLinux
internal import CNetlink
internal import CNftables
internal import FoundationEssentials
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
internal import Synchronization

/// nftables of the calling thread's namespace, through libnftables.
///
/// A libnftables context opens its socket where it is made, so everything here runs on a ``NamespaceThread``.
enum Nftables {
    /// The tables of family `ip`. Where there are none, and that is nearly everywhere, libnftables is not even asked.
    static func tables(_ exchange: NetlinkExchange) throws(KernelError) -> [FirewallTable] {
        guard try !tableNames(exchange).isEmpty else { return [] }
        let text = try run("list ruleset ip", "list the nftables tables")
        let listing: NftablesJSON
        do {
            listing = try JSONDecoder().decode(NftablesJSON.self, from: Data(text.utf8))
        } catch {
            throw KernelError(.unknown, "read the nftables listing", detail: "\(error)")
        }
        return FirewallTable.tables(in: listing)
    }

    /// Puts the whole table in place, in one transaction.
    static func replace(_ table: FirewallTable, _ exchange: NetlinkExchange, _ operation: String) throws(KernelError) {
        let isThere = try tableNames(exchange, family: table.family).contains(table.name)
        try change(try text(table.creation(replacing: isThere), operation), operation)
    }

    /// - Throws: `.notFound` when there is no such table.
    static func remove(_ table: FirewallTable, _ exchange: NetlinkExchange, _ operation: String) throws(KernelError) {
        guard try tableNames(exchange, family: table.family).contains(table.name) else {
            throw KernelError(errno: ENOENT, operation)
        }
        try change(try text(table.removal, operation), operation)
    }

    /// Tries whether the kernel takes these commands of nft(8), which stay when it does: only for the probe's own
    /// namespace.
    static func probe(_ commands: String) throws(KernelError) { _ = try run(commands, "probe nftables") }

    private static func text(_ command: NftablesJSON, _ operation: String) throws(KernelError) -> String {
        do {
            return String(decoding: try JSONEncoder().encode(command), as: UTF8.self)
        } catch {
            throw KernelError(.invalid, operation, detail: "\(error)")
        }
    }

    private static func change(_ command: String, _ operation: String) throws(KernelError) {
        var outcome: Result<String, KernelError> = .success("")
        do throws(SystemCall.Failure) {
            try FaultPoint.change(operation) { () throws(SystemCall.Failure) in
                outcome = Result { () throws(KernelError) in try run(command, operation) }
            }
        } catch {
            throw KernelError(errno: error.errno, operation)
        }
        _ = try outcome.get()
    }

    /// libnftables is not safe to use from several threads, each with a context of its own: until 1.0.9 it looks names
    /// of protocols up with getprotobynumber(3), which has one answer for all threads. A listing then showed a rule with
    /// another thread's protocol.
    private static let turn = Mutex(())

    /// The ruleset of every family as nft(8) prints it, without counters, handles and names of priorities; empty where
    /// there is none.
    static func listing(_ exchange: NetlinkExchange) throws(KernelError) -> String {
        guard try !tableNames(exchange, family: nil).isEmpty else { return "" }
        let flags = NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_PRIO
        return try run("list ruleset", "list the nftables ruleset", output: UInt32(flags))
    }

    private static func run(
        _ command: String, _ operation: String, output: UInt32 = UInt32(NFT_CTX_OUTPUT_JSON)
    ) throws(KernelError) -> String {
        try turn.withLock { _ throws(KernelError) in
            try NamespaceThread.runWithFewDescriptors { () throws(KernelError) in
                try runAlone(command, operation, output)
            }
        }
    }

    /// Runs one command, or one transaction of them, and answers what it prints.
    private static func runAlone(
        _ command: String, _ operation: String, _ output: UInt32
    ) throws(KernelError) -> String {
        guard let context = nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) else {
            throw KernelError(errno: errno, operation)
        }
        defer { nft_ctx_free(context) }
        nft_ctx_output_set_flags(context, output)
        nft_ctx_buffer_output(context)
        nft_ctx_buffer_error(context)
        guard nft_run_cmd_from_buffer(context, command) == 0 else {
            let words = nft_ctx_get_error_buffer(context).map { String(cString: $0) } ?? ""
            throw KernelError(
                geteuid() == 0 ? .invalid : .notPermitted, operation,
                detail: words.split(separator: "\n").first.map(String.init) ?? "nftables refused it")
        }
        return nft_ctx_get_output_buffer(context).map { String(cString: $0) } ?? ""
    }

    /// The names of a family's tables, or of all families', asked of the kernel itself; none on a kernel without
    /// nftables.
    static func tableNames(
        _ exchange: NetlinkExchange, family: IPFamily? = .ipv4
    ) throws(KernelError) -> Set<String> {
        var names: Set<String> = []
        do throws(KernelError) {
            try exchange.ask(
                try NetlinkSocket(family: NETLINK_NETFILTER), "list the nftables tables",
                type: Int(NFNL_SUBSYS_NFTABLES) << 8 | Int(NFT_MSG_GETTABLE.rawValue), flags: NLM_F_DUMP,
                header: nfgenmsg(nfgen_family: family?.number ?? UInt8(AF_UNSPEC), version: 0, res_id: 0),
                begin: { names = [] }
            ) { message in
                message.attributes(after: nfgenmsg.self).forEach { attribute in
                    if attribute.type == Int(NFTA_TABLE_NAME.rawValue) { names.insert(attribute.text) }
                }
            }
        } catch {
            if error.code == .unsupported || error.code == .invalid { return [] }
            throw error
        }
        return names
    }
}
