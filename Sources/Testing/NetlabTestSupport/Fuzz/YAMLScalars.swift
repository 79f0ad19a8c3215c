/// Values that a file may hold where something else was meant.
enum YAMLScalars {
    private static let plain = [
        "", "~", "null", "Null", "true", "yes", "off", "y", "0", "-0", "1", "-1", "+1", "65535", "65536", "70000",
        "2147483647", "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551616", "99999999999999999999999999", "0x10", "0xffffffffffffffff",
        "0o17", "0b101", "017", "08", "1_000", "_", "1e3", "1E400", "-1e-400", "1.5", ".5", "5.", ".inf", "-.Inf",
        ".nan", "inf", "0x1p4", "190:20:30", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "9999-99-99T99:99:99Z",
        "-0001-01-01T00:00:00Z", "=", "<<", "*", "*nowhere", "&a", "&a x", "*a", "!!str 5", "!!int \"5\"", "!!float 1",
        "!!null x", "!!binary aGk=", "!!set {a, b}", "!!omap [a: 1]", "!!timestamp x", "!<tag:yaml.org,2002:str> 1",
        "!custom {a: 1}", "!", "!!", "[]", "{}", "[[]]", "{a: {b: {c: d}}}", "[1, two, [3]]", "{? a : b}", "[a: b]",
        "- x", "| \n  text", "|9\n", ">-\n", "%", "@", "`", "#", "? ", ": ", "---", "...", "\"\\x00\"", "\"\\u202e\"",
        "\"\\U0001F4A9\"", "\"\\ud800\"", "\"\\e[31mred\"", "\"\\r\\nx\"", "\"unclosed", "'unclosed", "'it''s'",
    ]
    private static let words = [
        "kind", "default", "kube-system", "hello-app", "hello-app:1.0", "control-plane", "worker", "disabled", "vxlan",
        "cluster-pool", "kubernetes", "None", "ClusterIP", "TCP", "Always", "10.0.0.0/8", "10.0.0.0/0", "0.0.0.0/0",
        "10.96.0.0/16", "10.96.0.0/32", "10.96.0.0/31", "10.96.0.0/30", "172.18.0.0/16", "172.18.0.0/29",
        "172.18.0.1", "172.18.0.2", "172.18.255.255", "172.18.0.300", "255.255.255.255/32", "0.0.0.0/32",
        "224.0.0.0/8", "127.0.0.1", "127.0.0.0/8", "10.1.2.3/8", "10.1.2.3/33", "10.1.2.3/-1", "010.0.0.1",
        "1.2.3", "::", "::1/128", "fd00::/64", "fe80::1%eth0", "::ffff:10.0.0.1", "10.0.0.0/8,fd00::/8",
        "100m", "1.5", "64Mi", "9223372036854775807Ei", "-1", "1e9", "0.0000000001n", "0.5Ki", "0Mi",
        "25%", "101%", "-5%", "IPv6", "RequireDualStack", "PreferDualStack", "ClientIP", "ExternalName", "status.podIP",
        "раypal", "ｋｉｎｄ", "kınd", "\u{202e}dnik", "é", "e\u{301}", "👩‍👩‍👧‍👦", "\u{feff}", "\u{0}", "\u{7f}", "\u{1b}[2J",
        "\u{e0f1}name", "../../etc/passwd", "/etc/passwd", "a/b", ".", "..", "-", "_", "$(id)", "`id`", "; rm -rf x",
        "%n%s", "host", "lo", "eth0", "http", "65535/UDP",
    ]
    private static let letters = ["a", "A", "0", "-", ".", "é", "[", "{", "- ", "\"", "\\", " ", "😀", "_", "/", ":"]

    static func any(_ draws: inout FuzzDraws) -> String {
        switch draws.below(12) {
        case 0...4: return draws.pick(plain)
        case 5...8: return draws.pick(words)
        case 9: return String(repeating: "a", count: draws.pick([15, 16, 49, 50, 51, 58, 63, 64, 253, 254, 255, 256]))
        case 10: return String(Int(truncatingIfNeeded: draws.next()) >> draws.below(64))
        default:
            let count = draws.oneIn(40) ? draws.pick([5_000, 70_000]) : draws.pick([2, 64, 300])
            return String(repeating: draws.pick(letters), count: count)
        }
    }

    /// A value that is nested deeply, in one of the ways that hide the depth from those who only count brackets.
    static func nested(_ draws: inout FuzzDraws) -> String {
        let depth = draws.pick([20, 99, 101, 200, 1000, draws.oneIn(20) ? 20_000 : 50])
        let (open, close) = draws.pick([
            ("[", "]"), ("{a: ", "}"), ("[\"]\", ", "]"), ("- ", ""), ("? ", ""), ("[{", "}]"), ("{']': ", "}"),
            ("[ # ]\n  ", "]"), ("&a [", "]"), ("!!seq [", "]"),
        ])
        return String(repeating: open, count: depth) + "x"
            + (draws.oneIn(3) ? "" : String(repeating: close, count: depth))
    }

    /// Lines in which each anchor holds the one before several times.
    static func bomb(_ draws: inout FuzzDraws, indent: String) -> String {
        let (levels, fan) = (2 + draws.below(12), 2 + draws.below(9))
        var text = "\(indent)a0: &a0 x\n"
        for level in 1...levels {
            let uses = [String](repeating: "*a\(level - 1)", count: fan).joined(separator: ", ")
            text +=
                draws.oneIn(2)
                ? "\(indent)a\(level): &a\(level) [\(uses)]\n"
                : "\(indent)a\(level): &a\(level) {"
                    + (0..<fan).map { "k\($0): *a\(level - 1)" }.joined(separator: ", ")
                    + "}\n"
        }
        return text + (draws.oneIn(3) ? "\(indent)<<: [*a\(levels), *a1]\n" : "")
    }
}
