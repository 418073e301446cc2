"""Rows of the client's table about a client as a guest: secrets, names, types, pages."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import os
import pickle
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, Final

import httpx
import trio

import layers_client
from client_sides import (
    BROKEN,
    CANARY,
    DOCUMENT,
    GENERATED,
    KINDS,
    OPERATIONS,
    READ,
    ROOT,
    NeedlessError,
    elsewhere,
    equal,
    read,
    refusal,
    row,
    side,
)
from fake_server import HANG_UP, Fake, reply
from layers_client import AsyncLayers, ConfigurationError, Layers
from layers_contract.mock import MockOptions, background

SNIPPET: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHECKERS: Final = {
    "mypy --strict": [
        *(sys.executable, "-m", "mypy", "--config-file=", "--strict"),
        *("--python-version", "3.11", "-p", "layers_client"),
    ],
    "pyright, strict": [str(ROOT / "node_modules/.bin/pyright"), "--warnings"],
}


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, at level DEBUG, each line with the logger's name."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@row("Logging that keeps secrets")
def logging_row(fake: Fake) -> str:
    """Each try is told; headers that may be secret are named, and no more."""
    told = reply(200, {}, Set_Cookie="session=s3cret", X_Request_Id="req_7")
    with logged() as text, side(Layers, fake, headers={"X-Token": "t0ken"}) as client:
        fake.script(BROKEN, told)
        client.error(read)
    lines = text.getvalue().splitlines()
    ours = [each for each in lines if each.startswith("layers_client: ")]
    # httpcore has a log of its own at this level, which tells all headers that it received.
    for secret, where in (CANARY, lines), ("s3cret", ours), ("t0ken", ours):
        equal(f"lines with {secret}", [each for each in where if secret in each], [])
    for shown in ("500", "req_7", "x-token", "set-cookie"):
        if not any(shown in each for each in ours):
            raise AssertionError(f"no line tells of {shown}")
    return f"{len(ours)} lines at level DEBUG, without the key, a cookie and a header of one's own"


@row("A safe `repr`, pickle and traceback")
def safe(fake: Fake) -> str:
    """Of clients, of what they are made of, and of errors with all variables shown."""
    shown = []
    for kind in KINDS:
        with side(kind, fake, max_retries=0) as client:
            layers = client.layers
            shown += [repr(each) for each in (layers, vars(layers), vars(layers._transport))]  # noqa: SLF001
            for told in (refusal(404, "NOT_FOUND"), HANG_UP, reply(200, {"id": 1})):
                fake.script(told)
                error = client.error(read)
                lines = traceback.TracebackException.from_exception(error, capture_locals=True)
                shown += [repr(error), "".join(lines.format()), repr(pickle.dumps(error))]
            try:
                pickle.dumps(layers)
            except TypeError:
                continue
            raise AssertionError("a client can be pickled, with its key")
    equal("leaks", sum(CANARY in each for each in shown), 0)
    return f"{len(shown)} texts, none with the key; a client refuses to be pickled"


@row("The key goes to one host")
def one_host(fake: Fake) -> str:
    """A redirect is not followed, and an address is no path."""
    with side(Layers, fake) as client:
        fake.script(reply(307, Location="http://127.0.0.1:9/stolen"))
        client.error(read)
        equal("requests", len(fake.requests), 1)
        error = client.error(lambda layers: layers.request("GET", "https://evil.test/"))
        equal("another host", type(error), layers_client.ConfigurationError)
        fake.script(READ)
        client.call(read)
        (request,) = fake.requests
        equal("where it is", [n for n, v in request.headers.items() if CANARY in v], ["x-api-key"])
    return "in one header of one host; a redirect is raised, not followed"


@row("The key from the environment")
def from_environment(fake: Fake) -> str:
    """A process that is given nothing else."""
    fake.script(READ)
    code = "import sys; from layers_client import Layers\n"
    code += "print(Layers(base_url=sys.argv[1]).content.get('cnt_1').id)"
    done = elsewhere(code, fake)
    equal("printed", done.stdout + done.stderr, "cnt_1\n")
    equal("sent", fake.sent("x-api-key"), [CANARY])
    done = elsewhere(code, fake, key=None)
    if "set LAYERS_API_KEY" not in done.stderr:
        raise AssertionError(f"without a key: {done.stderr[-200:]!r}")
    return "`LAYERS_API_KEY` was sent; without it the error says what to set, and nothing is sent"


@row("Names package, version and Python")
def user_agent(fake: Fake) -> str:
    """What a server's log has of it."""
    fake.script(READ)
    with side(Layers, fake) as client:
        client.call(read)
    (found,) = fake.sent("user-agent")
    python = ".".join(map(str, sys.version_info[:3]))
    equal("user agent", found, f"layers-client/{layers_client.__version__} python/{python}")
    return f"`User-Agent: {found}`, and nothing besides: no telemetry"


@row("`asyncio` and `trio`")
def both_loops(fake: Fake) -> str:
    """The same call on either, with a retry, which sleeps."""
    fake.script(BROKEN, READ)

    async def main() -> str:
        async with AsyncLayers(api_key=CANARY, base_url=fake.url) as layers:
            return (await layers.content.get("cnt_1")).id

    equal("asyncio", asyncio.run(main()), "cnt_1")
    fake.script(BROKEN, READ)
    equal("trio", trio.run(main), "cnt_1")
    return "a call that was retried, on each"


@row("An HTTP client of one's own")
def own_http(fake: Fake) -> str:
    """It is used, and left open; one that the package has made is closed."""
    fake.script(READ)
    with httpx.Client(headers={"X-Proxy": "mine"}) as http:
        with Layers(api_key=CANARY, base_url=fake.url, http_client=http) as layers:
            read(layers)
        equal("header of its own", fake.sent("x-proxy"), ["mine"])
        if http.is_closed:
            raise AssertionError("it was closed")
    layers = Layers(api_key=CANARY, base_url=fake.url)
    read(layers)
    layers.close()
    try:
        read(layers)
    except ConfigurationError:
        return "`http_client=` was used and stays open; `close()` closed the package's own"
    raise AssertionError("a closed client goes on")


@row("Typed, for the strictest checkers")
def typed(_: Fake) -> str:
    """`py.typed`, and what checkers say of the package."""
    if not (GENERATED / "layers_client/py.typed").exists():
        raise AssertionError("there is no py.typed")
    said = []
    for name, command in CHECKERS.items():
        environment = {**os.environ, "MYPYPATH": str(GENERATED)}
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise AssertionError(f"{name} is not installed here") from error
        last = done.stdout.strip().splitlines()[-1:]
        if done.returncode:
            raise AssertionError(f"{name}: {last}")
        said.append(name)
    return f"`py.typed`; no error from {' and '.join(said)}"


@row("Models are values")
def values(fake: Fake) -> str:
    """Copied, pickled, compared and written without loss."""
    fake.script(READ)
    with side(Layers, fake) as client:
        found = client.call(read)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - it was made a line above
    for each in (again, copy.deepcopy(found), copy.copy(found)):
        equal("copy", (each, each.to_dict()), (found, found.to_dict()))
    return "`deepcopy` and `pickle` give equals, which write the same JSON"


@row("A README written for this API")
def readme(_: Fake) -> str:
    """Its snippets run, one after another, against the mock; its reference has each operation."""
    page = (GENERATED / "README.md").read_text(encoding="utf-8")
    reference = (GENERATED / "docs/reference.md").read_text(encoding="utf-8")
    snippets = SNIPPET.findall(page)
    with background(MockOptions(render=0.1)) as (url, target), _pointed_at(url, target["api_key"]):
        names: dict[str, Any] = {}
        for number, snippet in enumerate(snippets, 1):
            with redirect_stdout(io.StringIO()):
                exec(compile(snippet, f"README snippet {number}", "exec"), names)  # noqa: S102
    calls = {each.partition("(")[0] for each in SNIPPET.findall(reference)}
    equal("operations in the reference", len(calls), len(OPERATIONS))
    return (
        f"{len(snippets)} snippets, all run; {len(calls)} of {len(OPERATIONS)} operations explained"
    )


@contextmanager
def _pointed_at(url: str, key: str) -> Iterator[None]:
    """Both clients call the mock where a snippet does not say whom to call."""
    before = Layers._api  # noqa: SLF001 - a reader of the README has no mock
    os.environ["LAYERS_API_KEY"] = key
    for kind in KINDS:
        kind._api = before._replace(base_url=url)  # noqa: SLF001
    try:
        yield
    finally:
        del os.environ["LAYERS_API_KEY"]
        for kind in KINDS:
            kind._api = before  # noqa: SLF001


@row("Streaming of large answers")
def streaming(_: Fake) -> str:
    """Whether any answer is something else than JSON."""
    kinds = {
        kind
        for operation in OPERATIONS
        for status, answer in operation["responses"].items()
        for kind in answer.get("content", {})
        if status[0] == "2"
    }
    equal("kinds of success", kinds, {"application/json"})
    raise NeedlessError(
        "every success is JSON; media are links, signed by `content.get_asset`, for any HTTP client"
    )


@row("Webhook signatures")
def webhooks(_: Fake) -> str:
    """Whether the API calls anybody."""
    callbacks = [each["operationId"] for each in OPERATIONS if "callbacks" in each]
    equal("webhooks and callbacks", [*DOCUMENT.raw.get("webhooks", {}), *callbacks], [])
    raise NeedlessError("the API calls nobody: the document has no webhooks and no callbacks")


@row("A version header")
def version_header(_: Fake) -> str:
    """Whether the API wants to be told its version."""
    shared = DOCUMENT.raw["components"]["parameters"].values()
    own = [each for operation in OPERATIONS for each in operation.get("parameters", ())]
    names = {each["name"] for each in [*shared, *own] if each.get("in") == "header"}
    equal("headers that can be sent", names, {"Idempotency-Key", "If-None-Match"})
    raise NeedlessError("the version is in each path, `/v1/`; the document has no header for it")
