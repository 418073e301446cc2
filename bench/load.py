"""Keep a server busy for a while and count its answers: one process, a few keep-alive connections.

    python bench/load.py REQUEST.json

REQUEST.json: {"port", "seconds", "connections", "head", "body", "key_header"}; `head` is the whole
head of the request but its last blank line. With `key_header`, each request carries a key of its
own. Prints {"answers", "seconds", "cpu_seconds", "statuses"}. Sockets and a selector instead of an
HTTP library: the client must cost less than the server it measures. Loopback only.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_CHUNK = 1 << 16


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int, next_request: Callable[[], bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._next_request = next_request
        self._received = b""

    def send(self) -> None:
        """Send the next request."""
        self._received = b""
        self.socket.sendall(self._next_request())

    def receive(self) -> str | None:
        """Take what has arrived: the status once the answer is whole, None before."""
        chunk = self.socket.recv(_CHUNK)
        if not chunk:
            sys.exit("load: the server closed a keep-alive connection")
        self._received += chunk
        return self._received[9:12].decode() if _is_whole(self._received) else None


def _is_whole(answer: bytes) -> bool:
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not blank:
        return False
    _, named, rest = head.lower().partition(b"\r\ncontent-length:")
    if named:
        return len(body) >= int(rest.partition(b"\r\n")[0])
    return body.endswith(b"0\r\n\r\n")


def requests(head: str, body: str, key_header: str | None) -> Iterator[bytes]:
    """The same request again and again, each with its own key if a header is named for it."""
    start, end = head.encode(), f"\r\n\r\n{body}".encode()
    if not key_header:
        while True:
            yield start + end
    run, number = uuid.uuid4().hex, 0
    while True:
        number += 1
        yield b"%b\r\n%b: %b-%d%b" % (start, key_header.encode(), run.encode(), number, end)


def drive(connections: list[Connection], seconds: float) -> Counter[str]:
    """Keep one request under way on every connection; the statuses of the whole answers."""
    statuses: Counter[str] = Counter()
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for key, _ in selector.select(timeout=0.1):
                if status := key.data.receive():
                    statuses[status] += 1
                    key.data.send()
    return statuses


def main() -> None:
    """Read what to send, send it, print what came back."""
    plan: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    source = requests(plan["head"], plan["body"], plan["key_header"])
    connections = [
        Connection(plan["port"], source.__next__) for _ in range(int(plan["connections"]))
    ]
    started, cpu = time.monotonic(), time.process_time()
    statuses = drive(connections, float(plan["seconds"]))
    result = {
        "answers": statuses.total(),
        "seconds": time.monotonic() - started,
        "cpu_seconds": time.process_time() - cpu,
        "statuses": statuses,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
