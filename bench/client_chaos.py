"""Prove that a call that the client sends again is carried out once: 10,000 calls through chaos.

    PYTHONPATH=generated python bench/client_chaos.py [--calls 10000] [--faults 0.4] [--seed 1]

So many calls are made by threads that share a `Layers`, and as many by tasks that share an
`AsyncLayers`, on real sockets, through a wire in front of the mock that injects faults
(`chaos_wire`). Each call has a hook of its own, by which its jobs are counted on the mock: one that
returned must have made one job, the one that it returned; one that raised, one at most. Then those
that raised are made again, with the key on their error, and must have made exactly one.

The exit code is 1 where that is not so. `--new-keys` puts a new key on every attempt, behind the
client's back: the proof must find the duplicates then, else it would prove nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from chaos_wire import Wire
from layers_client import AsyncJobHandle, AsyncLayers, JobHandle, Layers, LayersError
from layers_client._runtime.clock import AsyncClock, Clock
from layers_client.models import Brief
from layers_contract.mock import MockOptions, background

LATENCY: Final = 0.01
"""Seconds that the mock is at a call; so long another attempt at it is refused as in flight."""
HASTE: Final = 10
"""Pauses between attempts take that much less than they should."""
PATIENCE: Final = 60.0
"""Seconds that the mock may take where there is no chaos, on a busy machine."""
LATE: Final = 1.5
"""How late is late, in timeouts of the client."""
KEY: Final = "Idempotency-Key"


@dataclass
class Made:
    """A call, and how it ended: with a container, or with an error."""

    hook: str
    container: str | None = None
    key: str | None = None
    error: str | None = None

    def returned(self, job: JobHandle | AsyncJobHandle) -> None:
        """It returned *job*."""
        self.container = job.envelope.container_id

    def raised(self, error: LayersError) -> None:
        """It raised *error*."""
        self.error, self.key = type(error).__name__, error.idempotency_key


@dataclass
class Found:
    """What came of all calls of one client. Calls are named by their hooks."""

    client: str
    calls: int
    attempts: int
    faults: Mapping[str, int]
    errors: Mapping[str, int]
    jobs: int
    duplicates: Sequence[str]
    """Calls with more than one job."""
    strangers: Sequence[str]
    """Calls that returned another job than the one that the mock has of them, or have none."""
    undone: Sequence[str]
    """Calls without exactly one job once those that raised were made again with their keys."""
    seconds: float

    @property
    def proven(self) -> bool:
        """Whether each call was carried out once."""
        return not (self.duplicates or self.strangers or self.undone)


class HastyClock(Clock):
    """Pauses are short, so that the faults take the time."""

    def sleep(self, seconds: float) -> None:
        """Let a part of *seconds* pass."""
        super().sleep(seconds / HASTE)


class AsyncHastyClock(AsyncClock):
    """The same for the other client."""

    async def sleep(self, seconds: float) -> None:
        """Let a part of *seconds* pass."""
        await super().sleep(seconds / HASTE)


def renew_key(request: httpx.Request) -> None:
    """The sabotage: each attempt has a key of its own."""
    request.headers[KEY] = str(uuid.uuid4())


async def renew_key_async(request: httpx.Request) -> None:
    """The same for the other client."""
    renew_key(request)


class Bench:
    """The mock, and calls that are to reach it through chaos."""

    def __init__(self, mock: str, target: dict[str, Any], options: argparse.Namespace) -> None:
        self._mock = mock
        self._options = options
        self._key = target["api_key"]
        self._project = target["projects"]["open"]

    def run(self, client: str) -> Found:
        """Make all calls with a kind of client, and count what came of them."""
        calls = [Made(f"{client} {number}") for number in range(self._options.calls)]
        begun = time.monotonic()
        with self._wire() as wire:
            if client == "threads":
                self._with_threads(wire.url, calls)
            else:
                asyncio.run(self._with_tasks(wire.url, calls))
            wire.drain()
        return self._found(client, calls, wire, time.monotonic() - begun)

    def _wire(self) -> Wire:
        options = self._options
        late = options.timeout * LATE
        return Wire(self._mock, seed=options.seed, share=options.faults, patience=late)

    def _with_threads(self, url: str, calls: list[Made]) -> None:
        hooks = {"request": [renew_key]} if self._options.new_keys else {}
        with (
            httpx.Client(event_hooks=hooks) as http,
            ThreadPoolExecutor(self._options.workers) as pool,
        ):
            layers = self._layers(url, self._options.timeout, http)
            for _ in pool.map(lambda made: self._call(layers, made), calls):
                pass

    def _layers(self, url: str, timeout: float, http: httpx.Client | None = None) -> Layers:
        layers = Layers(api_key=self._key, base_url=url, timeout=timeout, http_client=http)
        layers._transport.clock = HastyClock()  # noqa: SLF001 - there is no public one
        return layers

    def _call(self, layers: Layers, made: Made) -> None:
        brief = Brief(hook=made.hook)
        try:
            job = layers.content.generate(self._project, brief=brief, idempotency_key=made.key)
            made.returned(job)
        except LayersError as error:
            made.raised(error)

    async def _with_tasks(self, url: str, calls: list[Made]) -> None:
        hooks = {"request": [renew_key_async]} if self._options.new_keys else {}
        async with httpx.AsyncClient(event_hooks=hooks) as http:
            layers = AsyncLayers(
                api_key=self._key, base_url=url, timeout=self._options.timeout, http_client=http
            )
            layers._transport.clock = AsyncHastyClock()  # noqa: SLF001 - as above
            left = iter(calls)
            async with asyncio.TaskGroup() as group:
                for _ in range(self._options.workers):
                    group.create_task(self._work_off(layers, left))

    async def _work_off(self, layers: AsyncLayers, left: Iterator[Made]) -> None:
        for made in left:
            try:
                brief = Brief(hook=made.hook)
                made.returned(await layers.content.generate(self._project, brief=brief))
            except LayersError as error:
                made.raised(error)

    def _found(self, client: str, calls: list[Made], wire: Wire, seconds: float) -> Found:
        errors = Counter(made.error for made in calls if made.error)
        with self._layers(self._mock, PATIENCE) as layers:
            jobs = self._jobs(layers, client)
            strangers = [m.hook for m in calls if m.container and m.container not in jobs[m.hook]]
            for made in calls:
                if made.error:
                    self._call(layers, made)
            in_the_end = self._jobs(layers, client)
        return Found(
            client=client,
            calls=len(calls),
            attempts=wire.attempts.total(),
            faults=wire.faults,
            errors=errors,
            jobs=sum(map(len, jobs.values())),
            duplicates=[hook for hook, made in jobs.items() if len(made) > 1],
            strangers=strangers,
            undone=[m.hook for m in calls if in_the_end[m.hook] != {m.container}],
            seconds=seconds,
        )

    def _jobs(self, layers: Layers, client: str) -> dict[str, set[str]]:
        """The containers on the mock that calls of *client* have made, by their hooks."""
        jobs: dict[str, set[str]] = {f"{client} {n}": set() for n in range(self._options.calls)}
        for container in layers.content.list(self._project, limit=100):
            hook = container.brief.hook
            if hook in jobs:
                jobs[hook].add(container.id)
        return jobs


def table(found: Sequence[Found]) -> Table:
    """A column for each client."""
    result = Table("", *(each.client for each in found), title="generate, through chaos")
    for column in result.columns[1:]:
        column.justify = "right"
    rows: dict[str, list[object]] = {
        "calls": [each.calls for each in found],
        "attempts that reached the wire": [each.attempts for each in found],
        "faults": [sum(each.faults.values()) for each in found],
    }
    for name in sorted({name for each in found for name in each.faults}):
        rows[f"  {name}"] = [each.faults.get(name, 0) for each in found]
    rows["calls that raised in the end"] = [sum(each.errors.values()) for each in found]
    for name in sorted({name for each in found for name in each.errors}):
        rows[f"  {name}"] = [each.errors.get(name, 0) for each in found]
    rows |= {
        "jobs on the mock": [each.jobs for each in found],
        "calls with more than one": [len(each.duplicates) for each in found],
        "calls that returned another or none": [len(each.strangers) for each in found],
        "made again with the error's key: not one": [len(each.undone) for each in found],
        "seconds": [round(each.seconds, 1) for each in found],
    }
    for name, values in rows.items():
        result.add_row(name, *(f"{value:,}" for value in values))
    return result


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=10_000, help="of each client")
    parser.add_argument("--faults", type=float, default=0.4, help="share of attempts that meet one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=32, help="threads, and tasks")
    parser.add_argument("--timeout", type=float, default=0.5, help="the client's, in seconds")
    parser.add_argument("--client", choices=["threads", "tasks"], help="only one of the two")
    parser.add_argument("--new-keys", action="store_true", help="sabotage: a key for each attempt")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    return parser.parse_args()


def main() -> None:
    """Make the calls, count the jobs, print the table; exit code 1 where it does not add up."""
    options = arguments()
    with background(MockOptions(render=0, latency=LATENCY)) as (url, target):
        bench = Bench(url, target, options)
        clients = [options.client] if options.client else ["threads", "tasks"]
        found = [bench.run(client) for client in clients]
    if options.json:
        print(json.dumps([vars(each) for each in found]))
    else:
        Console().print(table(found))
    sys.exit(not all(each.proven for each in found))


if __name__ == "__main__":
    main()
