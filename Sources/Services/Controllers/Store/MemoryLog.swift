package import ClusterState
import Synchronization

/// A log in memory: for tests, and for dry runs that leave nothing behind.
package final class MemoryLog: StoreLog {
    private let bytes: Mutex<[UInt8]>

    package init(_ bytes: [UInt8] = []) { self.bytes = Mutex(bytes) }

    package func append(_ bytes: [UInt8]) throws(StoreLogError) { self.bytes.withLock { $0 += bytes } }

    package func contents() throws(StoreLogError) -> [UInt8] { bytes.withLock { $0 } }

    package func replace(with bytes: [UInt8]) throws(StoreLogError) { self.bytes.withLock { $0 = bytes } }
}
