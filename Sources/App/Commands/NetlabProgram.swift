internal import Glibc

/// The program as `main` sees it.
package enum NetlabProgram {
    /// Runs the command line and ends the process with its exit code.
    package static func main(_ arguments: [String]) async {
        // A reader that goes away (`netlab routes | head`) ends a write with an error, not the process.
        signal(SIGPIPE, SIG_IGN)
        exit(await NetlabCommand.run(arguments: Array(arguments.dropFirst())))
    }
}
