"""Many watches on the pods with the label `load`, in one thread of a process of its own: counts what each is told.

usage: watchers.py LAB-NAME WATCHES SECONDS

Prints a line of JSON when all are open, and another when its input ends, on SIGTERM or after so many seconds: for each
watch the events and how it ended, if it did. What is on its way by then is still waited for.
"""

import json
import resource
import selectors
import signal
import socket
import ssl
import sys
import time

import connection

PATH = "/api/v1/namespaces/default/pods?watch=true&labelSelector=load&timeoutSeconds="
# What is read of one watch before the others have their turn.
SIZE = 256 << 10
# Seconds between two rounds: many events at once cost little more than one.
PAUSE = 0.02
# Seconds without any event after which all is told, and how long that may take.
QUIET = 2
DRAIN = 60

received = memoryview(bytearray(SIZE))
buffer = bytearray(SIZE + 1)
room = memoryview(buffer)[1:]


class Watch:
    """One connection. Every event ends with a newline, and those of HTTP's chunks come after a carriage return."""

    def __init__(self, lab, seconds):
        self.events = 0
        self.bytes = 0
        self.ended = None
        self.last = 0
        self.socket = socket.create_connection(lab.address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # TLS in memory: what came of a hundred events is one system call, where a TLS socket makes two for each.
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = lab.context.wrap_bio(self.incoming, self.outgoing, server_hostname=lab.address[0])
        self.insist(self.tls.do_handshake)
        self.tls.write(f"GET {PATH}{seconds} HTTP/1.1\r\nHost: {lab.address[0]}\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            data = self.insist(lambda: self.tls.read(4096))
            if not data:
                raise OSError("closed before it was answered")
            head += data
        head, _, rest = head.partition(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise OSError(f"refused: {head[:60]} {rest[:200]}")
        room[: len(rest)] = rest
        self.take(len(rest))
        self.drain()
        self.socket.setblocking(False)

    def insist(self, step):
        """Waits for what a step of TLS waits for."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            finally:
                self.socket.sendall(self.outgoing.read())
            if not self.incoming.write(self.socket.recv(16384)):
                self.incoming.write_eof()

    def take(self, count):
        """Counts the events in the buffer. Its first byte is the last of what came before."""
        if not count:
            return
        self.bytes += count
        buffer[0] = self.last
        end = count + 1
        at = buffer.find(b"\n", 1, end)
        while at > 0:
            if buffer[at - 1] != 13:
                self.events += 1
            at = buffer.find(b"\n", at + 1, end)
        self.last = buffer[end - 1]
        # The last chunk. No other is empty, and documents do not begin with a newline.
        if buffer.endswith(b"0\r\n\r\n", 1, end):
            self.ended = "told to list anew" if buffer.find(b'"type":"ERROR"', 1, end) > 0 else "ended by the server"

    def drain(self):
        """Takes what is there of whole records."""
        try:
            while self.incoming.pending:
                self.take(self.tls.read(SIZE, room))
        except ssl.SSLWantReadError:
            pass

    def read(self):
        try:
            count = self.socket.recv_into(received)
            if not count:
                self.ended = "cut off: end of the connection"
            self.incoming.write(received[:count])
            self.drain()
        except BlockingIOError:
            pass
        except OSError as error:
            self.ended = f"cut off: {type(error).__name__}"


def main():
    lab = connection.Lab(sys.argv[1])
    count, seconds = int(sys.argv[2]), int(sys.argv[3])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    begun = time.monotonic()
    watches = [Watch(lab, seconds + 2 * DRAIN) for _ in range(count)]
    print(json.dumps({"open": len(watches), "seconds": round(time.monotonic() - begun, 2)}), flush=True)

    selector = selectors.DefaultSelector()
    for watch in watches:
        selector.register(watch.socket, selectors.EVENT_READ, watch)
    selector.register(sys.stdin, selectors.EVENT_READ)
    stop = None
    came = time.monotonic()
    while True:
        for key, _ in selector.select(0.5):
            watch = key.data
            if watch is None:
                if not sys.stdin.buffer.raw.read(4096):
                    stopped.append(True)
                    selector.unregister(sys.stdin)
            else:
                watch.read()
                came = time.monotonic()
                if watch.ended:
                    selector.unregister(watch.socket)
                    watch.socket.close()
        now = time.monotonic()
        if stop is None and (stopped or now - begun > seconds):
            stop = now
        if stop is not None and (now - max(came, stop) > QUIET or now - stop > DRAIN):
            break
        time.sleep(PAUSE)
    result = {
        "events": [watch.events for watch in watches],
        "ended": [watch.ended for watch in watches if watch.ended],
        "open": sum(not watch.ended for watch in watches),
        "bytes": sum(watch.bytes for watch in watches),
        "behind": round(max(0, came - stop), 2),
        "processor": round(time.process_time(), 2),
    }
    print(json.dumps(result), flush=True)


main()
