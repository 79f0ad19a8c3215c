internal import CLinux
internal import Glibc
package import NetworkPlanning

/// The names in a directory.
package enum DirectoryListing {
    /// The names, sorted, without `.` and `..`.
    ///
    /// - Throws: `.notFound` when there is no such directory, or what opening answered.
    package static func names(in path: String) throws(KernelError) -> [String] {
        guard let directory = opendir(path) else { throw KernelError(errno: errno, "list \(path)") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
