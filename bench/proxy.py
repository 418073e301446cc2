"""Measure what the recording proxy adds: calls with and without it, side by side.

    python bench proxy [--calls 2000] [--clients 1 8] [--bodies 2000 20000]

Server, proxy and clients are processes of their own. The server answers at once with a JSON body
of so many bytes. Each client keeps one connection to the server and one to the proxy, and asks
both in turns, so that what else the machine does falls upon both alike.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from rich.console import Console
from rich.table import Table

from layers_contract.proxy import Options, serve
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load

PATH: Final = "/v1/content/cnt_1"
WARM_UP: Final = 200


def server(pipe: Any, size: int) -> None:
    """Answer everything with a body of so many bytes."""
    body = json.dumps({"id": "cnt_1", "captions": ["x" * size]}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]

    async def app(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, port=0, log_level="critical", access_log=False, lifespan="off")
    listener = config.bind_socket()
    pipe.send(listener.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listener])


def proxy(pipe: Any, port: int, out: Path) -> None:
    """Record what goes to the server."""
    options = Options(f"http://127.0.0.1:{port}", out)
    serve(Contract(load()), options, lambda url: pipe.send(int(url.rsplit(":", 1)[1])))


@contextmanager
def running(what: Any, *arguments: Any) -> Iterator[int]:
    """A process that serves, and the port at which it does."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=what, args=(theirs, *arguments), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def client(direct: int, through: int, calls: int) -> tuple[list[float], list[float]]:
    """Seconds of each call, straight to the server and through the proxy."""
    ways = [http.client.HTTPConnection("127.0.0.1", port) for port in (direct, through)]
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(calls + WARM_UP):
        for way, times in zip(ways, took, strict=True):
            begun = time.perf_counter()
            way.request("GET", PATH, headers={"x-api-key": "a-key-to-measure-with"})
            if way.getresponse().read() and number >= WARM_UP:
                times.append(time.perf_counter() - begun)
    return took


def measure(size: int, clients: int, calls: int) -> tuple[list[float], list[float], int]:
    """The seconds of all calls both ways, and how many were recorded."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "traffic.jsonl"
        with (
            running(server, size) as direct,
            running(proxy, direct, out) as through,
            ProcessPoolExecutor(clients) as pool,
        ):
            each = [direct], [through], [calls]
            found = list(pool.map(client, *(part * clients for part in each)))
        recorded = sum(1 for _ in out.open("rb"))
    return (
        [seconds for straight, _ in found for seconds in straight],
        [seconds for _, recording in found for seconds in recording],
        recorded,
    )


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=2_000, help="of each client, each way")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--bodies", type=int, nargs="+", default=[2_000, 20_000], help="bytes")
    return parser.parse_args()


def main() -> None:
    """Measure, print; fail where a call was not recorded."""
    options = arguments()
    table = Table("body", "clients", title="What the proxy adds, ms")
    for heading in ("without", "with", "added, median", "added, 95 %", "ratio", "recorded"):
        table.add_column(heading, justify="right")
    lost = False
    for size in options.bodies:
        for clients in options.clients:
            straight, recording, recorded = measure(size, clients, options.calls)
            wanted = clients * (options.calls + WARM_UP)
            lost |= recorded != wanted
            one, other = (statistics.quantiles(each, n=20) for each in (straight, recording))
            table.add_row(
                f"{size:,} B",
                str(clients),
                f"{one[9] * 1e3:.2f}",
                f"{other[9] * 1e3:.2f}",
                f"{(other[9] - one[9]) * 1e3:.2f}",
                f"{(other[18] - one[18]) * 1e3:.2f}",
                f"{other[9] / one[9]:.1f}",
                f"{recorded:,} of {wanted:,}",
            )
    Console().print(table)
    sys.exit(lost)


if __name__ == "__main__":
    main()
