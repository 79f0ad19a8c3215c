import NetlabTestSupport
import Testing

/// Each faulty lab through the program itself.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ErrorLabCommandTests {
    struct Golden {
        var exitCode: Int32
        var error: String

        init(_ lab: String) throws {
            let text = try Repository.text("labs/errors/\(lab)/expected.txt")
            let end = text.firstIndex(of: "\n") ?? text.endIndex
            exitCode = Int32(text[..<end].dropFirst("exit ".count)) ?? -1
            error = String(text[end...].dropFirst())
        }
    }

    static let labs = Repository.directories(in: "labs/errors")

    @Test(
        "design 11: up of a faulty lab prints its golden message, ends with its code and leaves nothing",
        arguments: labs)
    func faultyLabIsRefused(_ lab: String) throws {
        let golden = try Golden(lab)
        try Machine.with { machine throws in
            if golden.exitCode == 0 {
                let outcome = try machine.netlab("up", "labs/errors/\(lab)", "--quiet")
                #expect(outcome.exitCode == 0 && outcome.error == golden.error, "\(outcome.transcript)")
                #expect(try machine.netlab("down", "--quiet").exitCode == 0)
            } else {
                let outcome = try machine.netlab("up", "labs/errors/\(lab)")
                #expect(outcome.exitCode == golden.exitCode, "\(outcome.transcript)")
                #expect(outcome.error == golden.error, "\(outcome.transcript)")
                #expect(outcome.output == "")
            }
        }
    }

    @Test("design 11: create, cni and down refuse what is not there, with 2, naming what is")
    func unknownNames() throws {
        try Machine.with { machine throws in
            let create = try machine.netlab("create", "thre-node")
            #expect(create.exitCode == 2 && create.error.contains("three-node"), "\(create.transcript)")
            let status = try machine.netlab("status")
            #expect(status.exitCode == 2 && status.error.contains("no lab is up"), "\(status.transcript)")
            let word = try machine.netlab("upp")
            #expect(word.exitCode == 2 && word.output == "", "\(word.transcript)")
        }
    }

    @Test("design 11: without root a lab cannot be made, which is the environment's fault: 4")
    func withoutRoot() throws {
        try Machine.with { machine throws in
            let outcome = try machine.run(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Repository.netlab, "up", "three-node"])
            #expect(outcome.exitCode == 4, "\(outcome.transcript)")
            #expect(outcome.error.contains("sudo"))
        }
    }
}
