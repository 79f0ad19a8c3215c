import Foundation
import Synchronization

/// Traffic of several ends at once, on threads of their own that end before the call returns.
enum RelayTraffic {
    /// Runs every body at the same time and waits for all.
    static func together(_ bodies: [@Sendable () -> Void]) {
        let ended = DispatchSemaphore(value: 0)
        for body in bodies {
            Thread {
                body()
                ended.signal()
            }.start()
        }
        for _ in bodies { ended.wait() }
    }

    /// Bytes that differ at every offset a relay could confuse: no part of 64 KB is like its neighbour.
    static let pattern: [UInt8] = {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var bytes = [UInt8](repeating: 0, count: 1_100_000)
        for index in bytes.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[index] = UInt8(truncatingIfNeeded: state >> 56)
        }
        return bytes
    }()

    /// Sends until the connection has taken nothing for so many milliseconds, or so many bytes; how many it took.
    static func push(_ socket: TestSocket, atMost limit: Int, patience: Int32 = 300) -> Int {
        _ = fcntl(socket.descriptor, F_SETFL, O_NONBLOCK)
        let chunk = [UInt8](repeating: 7, count: 1 << 18)
        var sent = 0
        while sent < limit, socket.waits(for: Int32(POLLOUT), milliseconds: patience) {
            let count = send(socket.descriptor, chunk, min(chunk.count, limit - sent), Int32(MSG_NOSIGNAL))
            if count > 0 { sent += count } else if errno != EAGAIN { break }
        }
        return sent
    }

    /// Reads and drops everything; how much it was, and the errno that ended it (0: FIN).
    static func drain(_ socket: TestSocket) -> (count: Int, error: Int32) {
        _ = fcntl(socket.descriptor, F_SETFL, 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var total = 0
        while true {
            let count = recv(socket.descriptor, &buffer, buffer.count, 0)
            if count <= 0 { return (total, count < 0 ? errno : 0) }
            total += count
        }
    }

    /// Waits for something that is about to happen; false after twenty seconds.
    static func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<2000 {
            if condition() { return true }
            usleep(10_000)
        }
        return false
    }

    /// KB of memory this process has in use.
    static var residentKB: Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}

/// A number that threads add to.
///
/// Atomic, because the thread sanitizer sees no order in a `Mutex` that was waited for: that path lies in the toolchain's
/// library, which is built without it.
final class Tally: Sendable {
    private let value = Atomic(0)
    func add(_ change: Int = 1) { value.wrappingAdd(change, ordering: .sequentiallyConsistent) }
    func raise(to candidate: Int) { value.max(candidate, ordering: .sequentiallyConsistent) }
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
}
