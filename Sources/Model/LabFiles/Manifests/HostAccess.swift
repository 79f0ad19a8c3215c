/// How far the containers of a lab may reach into the machine it runs on. Who starts the lab decides, never its files.
package enum HostAccess: String, Codable, Hashable, Sendable {
    /// `--no-host-commands`: images that are built in, and no program of the machine at all.
    case none
    /// Programs of the machine, confined: they read its files and change nothing.
    case confined
    /// `--allow-privileged`, as the API server's flag is called: also containers that are root on the machine.
    case privileged
}
