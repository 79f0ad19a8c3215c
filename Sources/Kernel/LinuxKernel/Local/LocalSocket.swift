internal import CLinux
internal import Glibc
package import NetworkPlanning

/// A listening socket in the file system, for root alone (mode 0600).
package final class LocalListener: Sendable {
    /// Non-blocking, so that a wake-up without a connection cannot hang the accepting thread.
    private let descriptor: FileDescriptor

    /// Adopts a listening socket that an earlier process opened and handed over.
    package init(adopting descriptor: Int32) { self.descriptor = FileDescriptor(owning: descriptor) }

    /// Listens at this path, in place of a file an ended process left there.
    ///
    /// - Throws: `.invalid` when the path is longer than the 107 bytes a socket address holds.
    package init(path: String) throws(KernelError) {
        if StateFile.exists(path) { FaultPoint.attempt("remove \(path)") { unlink(path) } }
        let descriptor = try LocalSocket.open()
        try LocalSocket.withAddress(path) { address, length throws(KernelError) in
            let mask = umask(0o177)
            defer { umask(mask) }
            do throws(SystemCall.Failure) {
                try FaultPoint.change("bind \(path)") { () throws(SystemCall.Failure) in
                    try SystemCall.check { bind(descriptor.rawValue, address, length) }
                }
                try FaultPoint.change("listen at \(path)") { () throws(SystemCall.Failure) in
                    try SystemCall.check { listen(descriptor.rawValue, 64) }
                }
            } catch {
                throw KernelError(errno: error.errno, "listen at \(path)", advice: StateFile.advice(for: error.errno))
            }
        }
        self.descriptor = descriptor
    }

    /// For handing over to a process that is about to be started.
    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// The next connection of root or this user, if there is one, not waited for: a descriptor that does not block.
    func acceptAtOnce() -> FileDescriptor? {
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard Poll.wait(descriptor.rawValue, for: Int16(POLLIN), until: 0) else { return nil }
        let accepted = accept4(descriptor.rawValue, nil, nil, flags)
        guard accepted >= 0 else { return nil }
        guard LocalSocket.isTrusted(accepted) else {
            _ = Glibc.close(accepted)
            return nil
        }
        return FileDescriptor(owning: accepted)
    }

    /// Waits for the next connection of root or this user; others' are closed unheard. nil once ``close()`` was called.
    package func accept() -> LocalConnection? {
        while true {
            let accepted = accept4(descriptor.rawValue, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
            if accepted >= 0 {
                let connection = LocalConnection(adopting: accepted)
                // The file's mode keeps others out already; this holds should a path to it be opened by accident.
                if LocalSocket.isTrusted(accepted) { return connection }
                continue
            }
            switch Glibc.errno {
            case EINTR, ECONNABORTED: break
            // Who asks waits in the kernel's queue until something was closed.
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(50_000)
            default: return nil
            }
        }
    }

    /// ``accept()`` that waits so many seconds at most.
    package func accept(within seconds: Double) -> LocalConnection? {
        guard Poll.wait(descriptor.rawValue, for: Int16(POLLIN), until: Clock.monotonic() + seconds) else { return nil }
        return accept()
    }

    /// Makes a waiting and every later ``accept()`` answer nil.
    package func close() { shutdown(descriptor.rawValue, Int32(SHUT_RDWR)) }
}

/// One end of a connection that carries lines.
package final class LocalConnection: Sendable {
    private let descriptor: FileDescriptor
    private static let longestLine = 64 << 20

    init(adopting descriptor: Int32) { self.descriptor = FileDescriptor(owning: descriptor) }

    /// Connects to a listener.
    ///
    /// - Throws: `.notFound` when there is no such file, `.unknown` with ECONNREFUSED when nobody listens.
    package convenience init(path: String) throws(KernelError) {
        let opened = try LocalSocket.open()
        try LocalSocket.withAddress(path) { address, length throws(KernelError) in
            guard connect(opened.rawValue, address, length) == 0 else {
                throw KernelError(errno: Glibc.errno, "connect to \(path)")
            }
        }
        guard LocalSocket.isTrusted(opened.rawValue) else {
            throw KernelError(.notPermitted, "connect to \(path)", detail: "another user listens there")
        }
        self.init(adopting: opened.release())
    }

    /// Sends a line; false when the other side has gone.
    @discardableResult
    package func send(line: [UInt8]) -> Bool { send(line + [UInt8(ascii: "\n")]) }

    /// Sends bytes as they are, and waits for a reader; false when the other side has gone.
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else if Glibc.errno != EINTR { return false }
        }
        return true
    }

    /// ``send(line:)`` that does not wait for a reader: false, and perhaps half a line sent, when there is no room.
    package func sendAtOnce(line: [UInt8]) -> Bool {
        let bytes = line + [UInt8(ascii: "\n")]
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        return count == bytes.count
    }

    /// The next bytes as they come; empty at the end.
    func receive() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 32 << 10)
        while true {
            let count = recv(descriptor.rawValue, &chunk, chunk.count, 0)
            if count < 0, Glibc.errno == EINTR { continue }
            return count > 0 ? Array(chunk[..<count]) : []
        }
    }

    /// Blocks until the other side has closed its end, or this one was closed; what it says is not heard.
    package func waitForEnd() {
        var entry = pollfd(fd: descriptor.rawValue, events: Int16(NETLAB_POLLRDHUP), revents: 0)
        while poll(&entry, 1, -1) <= 0 {}
    }

    /// Ends the connection for both sides; who waits in ``forEachLine(_:)`` or ``waitForEnd()`` goes on.
    package func close() { shutdown(descriptor.rawValue, Int32(SHUT_RDWR)) }

    /// The lines the other side sends, one call each to `body`, until it closes or `body` answers false.
    package func forEachLine(_ body: (ArraySlice<UInt8>) -> Bool) {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while pending.count <= Self.longestLine {
            let count = recv(descriptor.rawValue, &chunk, chunk.count, 0)
            if count < 0, Glibc.errno == EINTR { continue }
            guard count > 0 else { return }
            var scanned = pending.count
            pending += chunk[..<count]
            var start = 0
            while let newline = pending[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
                guard body(pending[start..<newline]) else { return }
                start = newline + 1
                scanned = start
            }
            pending.removeFirst(start)
        }
    }

    /// Reads one line, whatever it says, and sends this one.
    package func answerOnce(_ line: [UInt8]) {
        forEachLine { _ in
            send(line: line)
            return false
        }
    }

    /// Whether the other side is still there, looked at without waiting.
    package var isPeerGone: Bool {
        var poll = pollfd(fd: descriptor.rawValue, events: Int16(NETLAB_POLLRDHUP), revents: 0)
        return Glibc.poll(&poll, 1, 0) > 0
    }
}

/// What both ends share.
private enum LocalSocket {
    static func open() throws(KernelError) -> FileDescriptor {
        let opened = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw KernelError(errno: Glibc.errno, "open a local socket") }
        return FileDescriptor(owning: opened)
    }

    /// Whether the other end is root's or this user's own: who connected, or who listens.
    static func isTrusted(_ socket: Int32) -> Bool { [0, geteuid()].contains(netlab_peer_user(socket)) }

    static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(KernelError) -> Void
    ) throws(KernelError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8) + [0]
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
            throw KernelError(.invalid, "use the socket \(path)", detail: "its path is too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
                Result { () throws(KernelError) in
                    try body(rebound, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
        try result.get()
    }
}
