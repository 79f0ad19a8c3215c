internal import Daemon
internal import LabFiles
internal import LinuxKernel

/// The labs that can be started, and the one a command names.
struct LabSearch {
    /// `./labs`, then NETLAB_LABS (the source tree's labs, set by `scripts/netlab`), then the installed ones.
    static let directories: [String] =
        ["labs"] + (ProcessEnvironment["NETLAB_LABS"].map { [$0] } ?? []) + LabLoading.installedDirectories

    /// The names of the labs that can be started, sorted.
    func names() -> [String] { LabLoading.locator(Self.directories).known }
}

extension LabLoading {
    /// Finds, reads and checks the lab a command names, and prints its warnings.
    ///
    /// - Parameters:
    ///   - word: as typed; nil: NETLAB_LAB, else the working directory when it is a lab.
    ///   - name: `--name`.
    ///   - access: what its containers may have; nil: what a lab that is resumed had, and otherwise the usual.
    /// - Returns: the text of the files, for the daemon, and what they mean.
    /// - Throws: usage, after every problem was printed on a line of its own.
    static func submit(
        _ word: String?, name: String?, access: HostAccess?
    ) throws -> (submitted: SubmittedLab, files: Lab) {
        let place: LabLocator.Place
        guard let word = word ?? ProcessEnvironment["NETLAB_LAB"] ?? currentDirectory else {
            let known = LabSearch().names()
            throw CommandFailure(
                .usage, "name a lab",
                advice: known.isEmpty
                    ? "a directory with a kind.yaml, or a kind config" : "labs: " + known.joined(separator: ", "))
        }
        do throws(LabLocator.NotFound) {
            place = try locator(LabSearch.directories).locate(word)
        } catch {
            if name == nil, var submitted = lastSubmitted(word) {
                if let access { submitted.access = access }
                if let files = try? submitted.parsed() { return (submitted, files) }
            }
            throw CommandFailure(.usage, error.description)
        }
        do throws(LabProblems) {
            let source = try source(place)
            let access = access ?? .confined
            let lab = try LabFiles.parse(source, overrides: LabFiles.Overrides(name: name, access: access)).admitted()
            for line in LabProblems(lab.warnings).lines { Terminal().line(line) }
            return (SubmittedLab(name: lab.name, source: source, access: access), lab)
        } catch {
            throw failure(error)
        }
    }

    /// Prints the problems, as compilers do, so that editors find the line: nothing stands in front of the file.
    static func failure(_ problems: LabProblems) -> ExitCodeOnly {
        for line in problems.lines { Terminal().line(line) }
        return ExitCodeOnly(ControlFailure.Kind.usage.rawValue)
    }

    /// The files that a lab of this name was last brought up with.
    ///
    /// For a lab called by `--name`, of which no directory has the name: `netlab up NAME` resumes it too.
    private static func lastSubmitted(_ name: String) -> SubmittedLab? {
        guard !name.contains("/"), ProcessEnvironment.isRoot, LabPaths.all().contains(LabPaths(name)) else {
            return nil
        }
        return (try? LabRecord.load(LabPaths(name)))?.source
    }

    private static var currentDirectory: String? {
        StateFile.exists("kind.yaml") ? "." : nil
    }
}
