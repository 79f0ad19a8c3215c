internal import ClusterState
internal import LinuxKernel
internal import NetworkPlanning

/// The object store's log as a file of the lab's state directory.
final class StoreFile: StoreLog {
    private let path: String

    init(path: String) { self.path = path }

    func append(_ bytes: [UInt8]) throws(StoreLogError) {
        try rethrowing { () throws(KernelError) in try AppendFile(path).append(bytes) }
    }

    func contents() throws(StoreLogError) -> [UInt8] {
        try rethrowing { () throws(KernelError) in try StateFile.read(path) ?? [] }
    }

    func replace(with bytes: [UInt8]) throws(StoreLogError) {
        try rethrowing { () throws(KernelError) in try StateFile.write(bytes, to: path) }
    }

    var isLost: Bool { PathKind(of: path) == .absent }

    private func rethrowing<Value>(_ body: () throws(KernelError) -> Value) throws(StoreLogError) -> Value {
        do throws(KernelError) {
            return try body()
        } catch {
            throw StoreLogError("\(error.operation) (\(error.detail))", errno: error.errno, advice: error.advice)
        }
    }
}
