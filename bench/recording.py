"""Measure `judge` on a large HAR file beside `json.load` of the same file, run in turns.

    python bench recording [--exchanges 40000] [--times 3] [--file FILE.har]

Without a file, one is made as a browser writes it: copies of a simulated run, each with ids, keys
and days of its own. Each measurement is a process of its own: CPU seconds are the least of several,
memory is the most. `judge` is the whole command, from its start to its exit code; of `json.load`
the call alone is timed. Exits with 1 where `judge` takes more than twice the time, or more memory
than three times the file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table

from judging import Template
from layers_contract.history.exchanges import Exchange
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load

MOST_TIME, MOST_MEMORY = 2.0, 3.0
"""What `judge` may take: so many times that of `json.load`, so many times the file's size."""
ORIGIN: Final = "https://staging.example.com"
LOADS: Final = """
import json, sys, time
begun = time.process_time()
with open(sys.argv[1], encoding="utf-8") as file:
    value = json.load(file)
print(time.process_time() - begun)
"""
USUAL: Final = {
    "accept": "application/json",
    "accept-language": "en-GB,en;q=0.9",
    "origin": "https://app.example.com",
    "referer": "https://app.example.com/",
    "sec-fetch-mode": "cors",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
}
"""What a browser adds to each request."""
KEYS: Final = {
    "own": "lk_recorded_by_a_browser",
    "other": "lk_of_somebody_else",
    "invalid": "lk_no",
}
Json = Any


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of a processor, and bytes at most."""

    seconds: float
    bytes: int


def entry(exchange: Exchange, header: str) -> Json:
    """One exchange as Chrome saves it; *header* carries the key."""
    key = KEYS.get(exchange.credential)
    sends = {**exchange.request_headers, **USUAL, **({header: key} if key else {})}
    query = f"?{urlencode(exchange.query)}" if exchange.query else ""
    asked = exchange.request_body.decode(errors="replace")
    request: Json = {
        "method": exchange.method,
        "url": f"{ORIGIN}{exchange.path}{query}",
        "httpVersion": "http/2.0",
        "headers": pairs(sends),
        "queryString": pairs(dict(exchange.query)),
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(exchange.request_body),
    }
    if asked:
        request["postData"] = {"mimeType": "application/json", "text": asked}
    took = ((exchange.received or exchange.sent) - exchange.sent) * 1000
    started = datetime.fromtimestamp(exchange.sent, UTC).isoformat(timespec="milliseconds")
    return {
        "_connectionId": "431",
        "_initiator": {"type": "script", "stack": {"callFrames": []}},
        "_priority": "High",
        "_resourceType": "fetch",
        "startedDateTime": started.replace("+00:00", "Z"),
        "time": round(took, 3),
        "request": request,
        "response": response(exchange),
        "cache": {},
        "timings": {
            "blocked": 1.2,
            "dns": -1,
            "ssl": -1,
            "send": 0.1,
            "wait": took,
            "receive": 0.4,
        },
        "serverIPAddress": "192.0.2.24",
    }


def response(exchange: Exchange) -> Json:
    """What came back, if anything did."""
    body = exchange.body.decode(errors="replace")
    media = exchange.headers.get("content-type", "")
    return {
        "status": exchange.status or 0,
        "statusText": "",
        "httpVersion": "http/2.0",
        "headers": pairs(exchange.headers),
        "cookies": [],
        "content": {"size": len(exchange.body), "mimeType": media, "text": body},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": len(exchange.body) + 180,
        "_error": None,
    }


def pairs(values: Any) -> list[dict[str, str]]:
    """Headers, or parameters, as HAR lists them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def write(path: Path, exchanges: int) -> None:
    """Make a recording of so many exchanges."""
    template, header = Template.simulated(), Contract(load()).document.key_scheme.header.lower()
    copies = (each for number in count() for each in template.copy(number))
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": [')
        for number, each in enumerate(islice(copies, exchanges)):
            file.write((", " if number else "") + json.dumps(entry(each, header)))
        file.write("]}}")


def measured(command: Sequence[str]) -> tuple[Cost, str]:
    """What one process costs, and what it says."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        sys.exit(f"recording: {' '.join(command)} has failed")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024), said


def compare(path: Path, times: int) -> tuple[Cost, Cost]:
    """What `json.load` and `judge` cost, the best of so many turns."""
    loads, judges = list[Cost](), list[Cost]()
    for _ in range(times):
        cost, said = measured([sys.executable, "-c", LOADS, str(path)])
        loads.append(Cost(float(said), cost.bytes))
        judge = [sys.executable, "-m", "layers_contract", "judge", str(path), "--quiet"]
        judges.append(measured(judge)[0])
    return best(loads), best(judges)


def best(costs: Sequence[Cost]) -> Cost:
    """The shortest time, and the most memory."""
    return Cost(min(each.seconds for each in costs), max(each.bytes for each in costs))


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exchanges", type=int, default=40_000, help="in the file that is made")
    parser.add_argument("--times", type=int, default=3, help="of so many turns the best")
    parser.add_argument("--file", type=Path, help="a recording of your own")
    return parser.parse_args()


def main() -> None:
    """Make a recording, read it both ways, print the ratios."""
    options, console = arguments(), Console()
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "recorded.har"
        if not options.file:
            console.print("making a recording", style="dim")
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
                # What this process holds would count as memory of all that it starts.
                fresh.submit(write, path, options.exchanges).result()
        load_, judge = compare(path, options.times)
        size = path.stat().st_size
    time, memory = judge.seconds / load_.seconds, judge.bytes / size
    table = Table("", title=f"A recording of {size / 1e6:,.0f} MB")
    for heading in ("CPU s", "× json.load", "MB", "× the file"):
        table.add_column(heading, justify="right")
    for name, cost in (("json.load", load_), ("judge", judge)):
        table.add_row(
            name,
            f"{cost.seconds:.2f}",
            f"{cost.seconds / load_.seconds:.2f}",
            f"{cost.bytes / 1e6:,.0f}",
            f"{cost.bytes / size:.2f}",
        )
    console.print(table)
    sys.exit(time > MOST_TIME or memory > MOST_MEMORY)


if __name__ == "__main__":
    main()
