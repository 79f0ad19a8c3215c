internal import CLinux
internal import Glibc
internal import Preflight

/// The modules of the running kernel: which are there already, and which using a feature would load.
///
/// Doctor changes nothing on the machine, and a loaded module is a change that outlives it. So a feature is tried only
/// where no module can come of it; of the others it is enough to know that the file is there.
struct KernelModules {
    /// A module by the places of its file below /lib/modules/RELEASE/kernel, without ending; older kernels had some
    /// elsewhere.
    struct Module {
        var name: String
        var paths: [String]

        init(_ paths: String...) {
            self.paths = paths
            name = KernelModules.name(ofFile: paths[0][...])
        }
    }

    enum Standing: Equatable {
        /// All loaded, built in, or the kernel knows no modules: trying loads nothing.
        case settled
        /// This one the kernel would load.
        case loadable(String)
        /// There is no file of this one.
        case absent(String)
        /// This one is not loaded, and there are no module files to look at, as in a container.
        case hidden(String)
    }

    /// nil: built without CONFIG_MODULES, so that nothing can be loaded.
    private let loaded: Set<String>?
    /// nil: the files of this kernel's modules are not here.
    private let builtIn: Set<String>?
    private let root: String

    /// - Parameter root: what stands for `/`, for tests.
    init(root: String = "", release: String = ProcessEnvironment.kernelRelease) {
        self.root = root
        directory = "\(root)/lib/modules/\(release)"
        // "veth 45056 0 - Live 0x0", and "kernel/drivers/net/veth.ko".
        loaded = Self.lines("\(root)/proc/modules") { String($0.prefix { $0 != " " }) }
        builtIn = Self.lines("\(directory)/modules.builtin", Self.name)
    }

    private let directory: String

    /// Where several modules stand as one decides: what is absent before what can be loaded.
    func standing(_ modules: [Module]) -> Standing {
        let standings = modules.map(standing).filter { $0 != .settled }
        return standings.first { if case .loadable = $0 { false } else { true } } ?? standings.first ?? .settled
    }

    private func standing(_ module: Module) -> Standing {
        guard let loaded else { return .settled }
        let name = module.name
        if loaded.contains(name) || StateFile.exists("\(root)/sys/module/\(name)") { return .settled }
        guard let builtIn else { return .hidden(name) }
        if builtIn.contains(name) { return .settled }
        let isThere = module.paths.contains { path in
            ["ko", "ko.zst", "ko.xz", "ko.gz"].contains { StateFile.exists("\(directory)/kernel/\(path).\($0)") }
        }
        return isThere ? .loadable(name) : .absent(name)
    }

    /// As lsmod shows it: the file's own name, with `_` for `-`.
    private static func name(ofFile path: Substring) -> String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.prefix { $0 != "." }.map { $0 == "-" ? "_" : $0 })
    }

    private static func lines(_ path: String, _ name: (Substring) -> String) -> Set<String>? {
        guard case .known(let text) = ProcFile.text(path) else { return nil }
        return Set(text.split(separator: "\n").map(name))
    }
}
