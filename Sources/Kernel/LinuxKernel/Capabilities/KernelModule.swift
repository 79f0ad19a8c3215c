internal import CLinux
internal import Glibc
internal import Preflight

/// A kernel module that using a feature would load.
///
/// Doctor changes nothing on the machine, and a loaded module is a change that outlives it. So a feature is tried only
/// where no module can come of it; of the others it is enough to know that the file is there.
struct KernelModule {
    /// As lsmod shows it.
    var name: String
    /// Below /lib/modules/RELEASE/kernel, without its ending; older kernels had some elsewhere.
    var paths: [String]

    init(_ paths: String...) {
        self.paths = paths
        name = String(paths[0].split(separator: "/").last ?? "").replacingDashes
    }

    enum Standing {
        /// Loaded, built in, or the kernel knows no modules: trying loads nothing.
        case settled
        case loadable
        /// No such file.
        case absent
        /// There are no module files to look at, as in a container.
        case hidden
    }

    var standing: Standing {
        // Without CONFIG_MODULES there is no such file, and nothing can be loaded.
        guard case .known(let loaded) = ProcFile.text("/proc/modules") else { return .settled }
        if loaded.hasPrefix(name + " ") || loaded.contains("\n\(name) ") || StateFile.exists("/sys/module/\(name)") {
            return .settled
        }
        let root = "/lib/modules/\(ProcessEnvironment.kernelRelease)"
        guard case .known(let builtIn) = ProcFile.text("\(root)/modules.builtin") else { return .hidden }
        for path in paths {
            if builtIn.contains("/\(path).ko\n") { return .settled }
            for ending in ["ko", "ko.zst", "ko.xz", "ko.gz"]
            where StateFile.exists("\(root)/kernel/\(path).\(ending)") {
                return .loadable
            }
        }
        return .absent
    }
}

extension String {
    fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}
