import Foundation
import Testing

@testable import LinuxKernel

/// Which features may be tried: on trees of files like those of a machine. Needs no root.
struct KernelModulesTests {
    /// A tree with these files, for the length of the body.
    private func with<Value>(_ files: [String: String], _ body: (KernelModules) throws -> Value) throws -> Value {
        let root = NSTemporaryDirectory() + "/netlab-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        for (path, text) in files {
            let directory = URL(filePath: "\(root)/\(path)").deletingLastPathComponent().path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try text.write(toFile: "\(root)/\(path)", atomically: true, encoding: .utf8)
        }
        return try body(KernelModules(root: root, release: "6.1.0"))
    }

    private let veth = KernelModules.Module("drivers/net/veth")
    private let vxlan = KernelModules.Module("drivers/net/vxlan/vxlan", "drivers/net/vxlan")
    private let loaded = ["proc/modules": "bridge 1 0 - Live 0x0\nstp 1 1 bridge, Live 0x0\n"]
    private let library = "lib/modules/6.1.0"

    @Test("a kernel without modules has nothing to load: everything may be tried")
    func monolithic() throws {
        try with(["lib/x": ""]) { #expect($0.standing([veth, vxlan]) == .settled) }
    }

    @Test("what is loaded or built in may be tried; a name that is only a part of one is another module")
    func settled() throws {
        let files = loaded.merging(["\(library)/modules.builtin": "kernel/drivers/net/veth.ko\nkernel/a/nf-b.ko\n"]) {
            $1
        }
        try with(files) { modules in
            #expect(modules.standing([veth]) == .settled)
            #expect(modules.standing([KernelModules.Module("net/bridge/bridge")]) == .settled)
            #expect(modules.standing([KernelModules.Module("a/nf-b")]) == .settled)
            #expect(modules.standing([KernelModules.Module("net/bridge/brid")]) == .absent("brid"))
            #expect(modules.standing([]) == .settled)
        }
        try with(loaded.merging(["sys/module/veth/x": ""]) { $1 }) { #expect($0.standing([veth]) == .settled) }
    }

    @Test("a file that could be loaded is not", arguments: ["ko", "ko.zst", "ko.xz", "ko.gz"])
    func loadable(ending: String) throws {
        let files = [
            "\(library)/modules.builtin": "", "\(library)/kernel/drivers/net/veth.\(ending)": "",
            "\(library)/kernel/drivers/net/vxlan.\(ending)": "",
        ].merging(loaded) { $1 }
        try with(files) { modules in
            #expect(modules.standing([veth]) == .loadable("veth"))
            #expect(modules.standing([vxlan]) == .loadable("vxlan"), "where older kernels had it")
            #expect(modules.standing([veth, KernelModules.Module("a/gone")]) == .absent("gone"))
        }
    }

    @Test("without the kernel's module files, as in a container, nobody can tell")
    func hidden() throws {
        try with(loaded) { #expect($0.standing([veth]) == .hidden("veth")) }
    }
}
