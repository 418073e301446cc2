"""Measure the mock beside a bare Starlette route and beside Prism, in one run, in turns.

    python bench/throughput.py [--seconds 3] [--rounds 3] [--connections 8]

Each server has the same two calls, taken from the document: read a job, start a render (with a new
idempotency key each). Every round visits every server, so a slow moment of the machine meets them
all; the table shows medians of the rounds, and of the ratios within each round. Loopback only, and
every loop has an end.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console
from rich.table import Table

ROOT: Final = Path(__file__).resolve().parents[1]
PRISM: Final = ROOT / "bench/node_modules/.bin/prism"
SERVE: Final = ROOT / "bench/serve.py"
LOAD: Final = ROOT / "bench/load.py"
LAYERS: Final = [sys.executable, "-c", "from layers_contract.cli import main; main()"]
READ, START = "getJob", "generateContent"
START_LIMIT: Final = 30.0
Rates = dict[tuple[str, str], list[float]]  # by operation and server: requests a second, by round
CLIENT_SHARE_LIMIT: Final = 0.9


@dataclass(frozen=True)
class Call:
    """One request, as bytes of a head and a body."""

    method: str
    path: str
    headers: dict[str, str]
    body: str = ""
    key_header: str | None = None

    @property
    def head(self) -> str:
        """The request's head, without its last blank line."""
        headers = {"Host": "127.0.0.1", **self.headers}
        if self.body:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(self.body))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join(lines)


@dataclass(frozen=True)
class Calls:
    """What the document says of the two operations that are measured."""

    read_path: str
    start_path: str
    body: str
    credential_header: str
    key_header: str

    @classmethod
    def of(cls, document: dict[str, Any]) -> Calls:
        """Find both operations, the credential's header and an example body."""
        paths = {
            operation["operationId"]: (path, operation)
            for path, item in document["paths"].items()
            for operation in item.values()
            if isinstance(operation, dict) and "operationId" in operation
        }
        (scheme,) = document["components"]["securitySchemes"].values()
        start_path, start = paths[START]
        media = start["requestBody"]["content"]["application/json"]
        example = next(iter(media["examples"].values()))
        return cls(
            read_path=paths[READ][0],
            start_path=start_path,
            body=json.dumps(_resolved(document, example)["value"]),
            credential_header=scheme["name"],
            key_header=document["x-idempotency"]["header"],
        )

    def read(self, job: str, credential: str) -> Call:
        """Read one job."""
        return Call("GET", _filled(self.read_path, job), {self.credential_header: credential})

    def start(self, project: str, credential: str) -> Call:
        """Start a render in a project."""
        headers = {self.credential_header: credential}
        path = _filled(self.start_path, project)
        return Call("POST", path, headers, self.body, self.key_header)


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> Any:
    found: Any = node
    while "$ref" in found:
        keys, found = found["$ref"].removeprefix("#/").split("/"), document
        for key in keys:
            found = found[key]
    return found


def _filled(template: str, value: str) -> str:
    before, _, rest = template.partition("{")
    return before + value + rest.partition("}")[2]


@contextmanager
def running(command: list[str], port: int, *, quiet: bool = False) -> Iterator[None]:
    """A server's process, from its first accepted connection to the end of the block."""
    heard = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=heard)
    try:
        _wait_until_up(process, port)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"{Path(sys.argv[0]).stem}: did not come up: {process.args!r}")


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def written(file: Path) -> dict[str, Any]:
    """A mock's target file, once it is whole: connections are taken before it is."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        with suppress(OSError, tomllib.TOMLDecodeError):
            target = tomllib.loads(file.read_text(encoding="utf-8"))
            if "expect" in target:
                return target
        time.sleep(0.05)
    sys.exit(f"{Path(sys.argv[0]).stem}: the mock wrote no target file")


def answer(call: Call, port: int) -> bytes:
    """The body of a call's answer; ends the run if the answer is not a success."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = dict(call.headers)
    if call.key_header:
        headers[call.key_header] = uuid.uuid4().hex
    if call.body:
        headers["Content-Type"] = "application/json"
    connection.request(call.method, call.path, call.body or None, headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status >= 300:
        sys.exit(f"throughput: {call.method} {call.path}: {response.status} {body[:300]!r}")
    return body


@dataclass(frozen=True)
class Server:
    """A server that is up, and the two calls as it wants them."""

    name: str
    port: int
    calls: dict[str, Call]


class Bench:
    """The three servers in turn, started as they are entered."""

    def __init__(self, stack: ExitStack, folder: Path, calls: Calls, document: Path) -> None:
        self._stack = stack
        self._folder = folder
        self._calls = calls
        self._document = document

    def _start(self, command: list[str], port: int) -> None:
        self._stack.enter_context(running(command, port))

    def mock(self) -> Server:
        """Our mock, as its command starts it."""
        port, file = free_port(), self._folder / "target.toml"
        self._start([*LAYERS, "mock", "--port", str(port), "--target-out", str(file)], port)
        target = written(file)
        start = self._calls.start(target["projects"]["open"], target["api_key"])
        job = json.loads(answer(start, port))["jobId"]
        return Server("mock", port, {READ: self._calls.read(job, target["api_key"]), START: start})

    def bare(self, like: Server, *options: str) -> Server:
        """Bare routes that answer with what the server `like` answered."""
        port, command = free_port(), [sys.executable, str(SERVE)]
        for option, operation in (("--read", READ), ("--accepted", START)):
            file = self._folder / operation
            file.write_bytes(answer(like.calls[operation], like.port))
            command += [option, str(file)]
        self._start([*command, "--port", str(port), *options], port)
        return Server(" ".join(["Starlette", *options[1::2]]), port, like.calls)

    def prism(self) -> Server:
        """Prism's mock of the same document, with its log off."""
        port = free_port()
        options = ["--port", str(port), "--verboseLevel", "silent", str(self._document)]
        self._start([str(PRISM), "mock", *options], port)
        project, job = str(uuid.UUID(int=1)), "job_1"
        calls = {READ: self._calls.read(job, "any"), START: self._calls.start(project, "any")}
        return Server("Prism", port, calls)


def load(server: Server, operation: str, seconds: float, connections: int) -> dict[str, Any]:
    """One process that keeps the server busy; what it counted."""
    call = server.calls[operation]
    plan = {
        "port": server.port,
        "seconds": seconds,
        "connections": connections,
        "head": call.head,
        "body": call.body,
        "key_header": call.key_header,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(plan, file)
        file.flush()
        run = subprocess.run(
            [sys.executable, str(LOAD), file.name],
            stdout=subprocess.PIPE,
            timeout=seconds + 30,
            check=False,
        )
    if run.returncode:
        sys.exit(f"throughput: the load on {server.name} broke off, {operation}")
    counted: dict[str, Any] = json.loads(run.stdout)
    refused = {code: n for code, n in counted["statuses"].items() if not code.startswith("2")}
    if refused or not counted["answers"]:
        sys.exit(f"throughput: {server.name}, {operation}: answers by status {counted['statuses']}")
    return counted


def measure(
    servers: list[Server], rounds: int, seconds: float, connections: int, console: Console
) -> tuple[Rates, float]:
    """What each server did in each round, and the client's greatest share of a CPU."""
    rates: Rates = defaultdict(list)
    share = 0.0
    for server in servers:
        for operation in (READ, START):
            load(server, operation, min(seconds, 0.5), connections)
    for number in range(1, rounds + 1):
        console.print(f"round {number} of {rounds}", style="dim")
        for operation in (READ, START):
            for server in servers:
                counted = load(server, operation, seconds, connections)
                rates[operation, server.name].append(counted["answers"] / counted["seconds"])
                share = max(share, counted["cpu_seconds"] / counted["seconds"])
    return rates, share


def ratio(ours: list[float], others: list[float]) -> float:
    """How many times as fast: the median of the rounds' own ratios."""
    return statistics.median(a / b for a, b in zip(ours, others, strict=True))


def table(servers: list[Server], rates: Rates) -> Table:
    """Requests a second, and how many times the others' that is."""
    others = [name for name in ("Starlette", "Prism") if any(s.name == name for s in servers)]
    result = Table("operation", "server", title="Requests a second, medians")
    for column in result.columns:
        column.no_wrap = True
    for heading in ("req/s", *(f"× {name}" for name in others)):
        result.add_column(heading, justify="right")
    for operation in (READ, START):
        for server in servers:
            ours = rates[operation, server.name]
            ratios = [f"{ratio(ours, rates[operation, name]):.2f}" for name in others]
            result.add_row(operation, server.name, f"{statistics.median(ours):,.0f}", *ratios)
        result.add_section()
    return result


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--document", type=Path, default=ROOT / "openapi/layers.yaml")
    parser.add_argument("--no-mock", action="store_true", help="compare the other two alone")
    parser.add_argument(
        "--all-engines", action="store_true", help="Starlette on each HTTP parser and event loop"
    )
    return parser.parse_args()


def main() -> None:
    """Start the servers, measure in turns, print the table."""
    options = arguments()
    if not PRISM.exists():
        sys.exit("throughput: Prism is not installed; run: make bench")
    document = options.document.resolve()
    calls = Calls.of(yaml.safe_load(document.read_text(encoding="utf-8")))
    console = Console()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(stack, Path(folder), calls, document)
        servers = [] if options.no_mock else [bench.mock()]
        prism = bench.prism()
        servers.append(bench.bare(servers[0] if servers else prism))
        if options.all_engines:
            servers += [
                bench.bare(servers[-1], "--http", parser, "--loop", loop)
                for parser, loop in (
                    ("h11", "asyncio"),
                    ("httptools", "asyncio"),
                    ("httptools", "uvloop"),
                )
            ]
        servers.append(prism)
        rates, share = measure(
            servers, options.rounds, options.seconds, options.connections, console
        )
    console.print(table(servers, rates))
    console.print(f"The client used at most {share:.0%} of one CPU.", style="dim")
    if share > CLIENT_SHARE_LIMIT:
        console.print("That is a bottleneck: the fastest server could do more.", style="yellow")


if __name__ == "__main__":
    main()
