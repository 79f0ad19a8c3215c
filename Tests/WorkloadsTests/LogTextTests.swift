import PodLifecycle
import Testing

@Suite("Logs as kubectl asks for them") struct LogTextTests {
    private let log = Array("one\ntwo\nthree\n".utf8)
    private let index = LogIndex(
        LogIndex.entry(position: 0, time: 1000.5) + LogIndex.entry(position: 4, time: 2000)
            + LogIndex.entry(position: 8, time: 3000.25) + [1, 2, 3])

    private func shown(_ text: LogText) -> String {
        var text = text
        return String(decoding: text.begin(log, index), as: UTF8.self)
    }

    @Test(
        "the last lines, no more than so many bytes, nothing older",
        arguments: [
            (LogText(), "one\ntwo\nthree\n"), (LogText(tailLines: 2), "two\nthree\n"), (LogText(tailLines: 0), ""),
            (LogText(tailLines: 9), "one\ntwo\nthree\n"), (LogText(limitBytes: 5), "one\nt"),
            (LogText(since: 1_500_000_000_000), "two\nthree\n"), (LogText(since: 9_000_000_000_000), ""),
            (LogText(tailLines: 1, since: 0), "three\n"),
        ])
    func choosing(text: LogText, expected: String) {
        #expect(shown(text) == expected)
    }

    @Test("each line begins with its time, also one that comes in two parts")
    func timestamps() {
        var text = LogText(tailLines: 2, hasTimestamps: true)
        #expect(
            String(decoding: text.begin(log, index), as: UTF8.self)
                == "1970-01-01T00:33:20.000000000Z two\n1970-01-01T00:50:00.250000000Z three\n")
        let longer = log + Array("fo".utf8)
        let more = LogIndex(
            LogIndex.entry(position: 0, time: 1) + LogIndex.entry(position: 14, time: 4000)
                + LogIndex.entry(position: 16, time: 5000))
        #expect(
            String(decoding: text.go(on: longer[14...], more), as: UTF8.self) == "1970-01-01T01:06:40.000000000Z fo")
        let whole = longer + Array("ur\nfive".utf8)
        #expect(
            String(decoding: text.go(on: whole[16...], more), as: UTF8.self)
                == "ur\n1970-01-01T01:23:20.000000000Z five")
    }

    @Test("what grows is held to the same bounds, and a log without times is shown as it is")
    func growing() {
        var text = LogText(limitBytes: 6, since: 2_500_000_000_000)
        #expect(String(decoding: text.begin(Array(log[..<8]), index), as: UTF8.self) == "")
        #expect(String(decoding: text.go(on: log[8...], index), as: UTF8.self) == "three\n")
        #expect(text.isFull)
        var plain = LogText(since: 5, hasTimestamps: true)
        #expect(String(decoding: plain.begin(log, LogIndex([])), as: UTF8.self) == "one\ntwo\nthree\n")
    }
}
