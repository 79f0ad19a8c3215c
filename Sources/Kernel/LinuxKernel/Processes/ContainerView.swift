internal import CLinux
internal import Glibc
internal import NetworkPlanning

/// The file system as a container sees it: the host's to read, and a /run, a /tmp and a /dev of its own.
///
/// A container is a program of this machine, so there is no image to hide the host's files behind. What can be held
/// is that nothing in it writes to them, reaches a device, or finds the sockets under /run through which a host is
/// governed (docker's, systemd's, D-Bus, netlab's own). A privileged container sees the host's file system as root does.
///
/// Every call acts on the mount namespace the caller has made with `unshare(CLONE_NEWNS)`.
struct ContainerView {
    /// What could not be made, one line each; the container then sees the host's.
    private(set) var warnings: [String] = []

    /// The devices of a container: runc's list. All of them are harmless.
    private static let devices = ["null", "zero", "full", "random", "urandom", "tty"]
    /// /dev/fd and the like, as runc and udev make them.
    private static let links = [
        ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx"),
    ]

    /// Everything but /proc, which only the first process can mount.
    ///
    /// - Parameters:
    ///   - hosts: the container's own /etc/hosts, and `resolvConf` its /etc/resolv.conf, as the host sees them.
    ///   - isConfined: false for a privileged container.
    mutating func make(hosts: String, resolvConf: String, isConfined: Bool) {
        // Taken up first: their places are about to be covered.
        let files = [(hosts, "/etc/hosts"), (resolvConf, "/etc/resolv.conf")].map { source, target in
            OwnFile(source: source, target: target)
        }
        if isConfined {
            let devices = Self.devices.map { ($0, Mount(copyOf: "/dev/\($0)")) }
            let attributes = UInt(NETLAB_MOUNT_ATTR_RDONLY | NETLAB_MOUNT_ATTR_NOSUID | NETLAB_MOUNT_ATTR_NODEV)
            attempt("the host's files", "writable") { netlab_mount_setattr("/", attributes) }
            tmpfs("/run", "mode=755,size=65536k")
            tmpfs("/tmp", "mode=1777")
            makeDevices(devices)
        }
        for file in files { place(file) }
        let isReadOnly = isConfined || Self.isReadOnly("/sys")
        let flags = UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC) | (isReadOnly ? UInt(MS_RDONLY) : 0)
        attempt("/sys", "left as on the host") { mount("sysfs", "/sys", "sysfs", flags, nil) }
    }

    private mutating func makeDevices(_ devices: [(String, Mount)]) {
        guard tmpfs("/dev", "mode=755,size=65536k", flags: UInt(MS_NOSUID | MS_NOEXEC)) else { return }
        for (name, device) in devices {
            let path = "/dev/\(name)"
            close(open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o666))
            attempt(path, "missing") { device.move(to: path) }
        }
        for (name, target) in Self.links { symlink(target, "/dev/\(name)") }
        mkdir("/dev/shm", 0o777)
        chmod("/dev/shm", 0o1777)
        mkdir("/dev/pts", 0o755)
        let options = "newinstance,ptmxmode=0666,mode=0620"
        attempt("/dev/pts", "missing") {
            mount("devpts", "/dev/pts", "devpts", UInt(MS_NOSUID | MS_NOEXEC), options)
        }
    }

    @discardableResult
    private mutating func tmpfs(
        _ path: String, _ options: String, flags: UInt = UInt(MS_NOSUID | MS_NODEV)
    ) -> Bool {
        attempt(path, "left as on the host") { mount("tmpfs", path, "tmpfs", flags, options) }
    }

    /// Shows a file of the lab in place of the host's.
    ///
    /// Where a resolver keeps it under /run (systemd-resolved), the place is made in the container's own.
    private mutating func place(_ file: OwnFile) {
        guard let path = file.path else {
            // A dangling link of a resolver that does not run, say. It is never made, for it would be made on the host.
            warnings.append("\(file.target): \(KernelError.text(for: file.errno)); left as on the host")
            return
        }
        if path.hasPrefix("/run/"), access(path, F_OK) != 0 {
            try? StateFile.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
            close(open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o644))
        }
        attempt(file.target, "left as on the host") { file.mount.move(to: path) }
    }

    @discardableResult
    private mutating func attempt(_ what: String, _ otherwise: String, _ body: () -> Int32) -> Bool {
        do throws(SystemCall.Failure) {
            try SystemCall.check(body)
            return true
        } catch {
            warnings.append("\(what): \(KernelError.text(for: error.errno)); \(otherwise)")
            return false
        }
    }

    private static func isReadOnly(_ path: String) -> Bool {
        var facts = statvfs()
        return statvfs(path, &facts) == 0 && facts.f_flag & UInt(ST_RDONLY) != 0
    }

    /// A copy of a mount that stands nowhere yet.
    private final class Mount {
        private let descriptor: FileDescriptor
        private let failure: Int32

        init(copyOf path: String) {
            let opened = netlab_open_tree(path)
            failure = opened < 0 ? Glibc.errno : 0
            descriptor = FileDescriptor(owning: opened)
        }

        func move(to path: String) -> Int32 {
            guard failure == 0 else {
                Glibc.errno = failure
                return -1
            }
            return netlab_move_mount(descriptor.rawValue, path)
        }
    }

    /// A file of the lab, and where the program looks for it, symbolic links followed; nil when that does not exist.
    private struct OwnFile {
        let target: String
        let path: String?
        let errno: Int32
        let mount: Mount

        init(source: String, target: String) {
            self.target = target
            let resolved = realpath(target, nil)
            errno = resolved == nil ? Glibc.errno : 0
            path = resolved.map { String(cString: $0) }
            free(resolved)
            mount = Mount(copyOf: source)
        }
    }
}
