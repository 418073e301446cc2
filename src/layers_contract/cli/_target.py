"""Where the server that `check` judges comes from: a target file, a URL, or the embedded mock."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.target import Target

DESCRIPTION = "/.well-known/layers-contract.toml"
"""Where a server may say by itself how it wants to be judged. The mock does."""
LONGEST_DESCRIPTION, DESCRIPTION_TAKES = 65_536, 5.0
"""Bytes and seconds."""
MAY_DESCRIBE = frozenset(
    {"url", "api_key", "other_api_key", "projects", "samples", "allow", "budget", "expect"}
)
"""The entries of a target file that a server may give."""
EMBEDDED_RENDER = 0.8


class _Embedded:
    """The mock that comes with this, as long as it is judged."""

    def __init__(self, files: DocumentFiles) -> None:
        self._files = files

    def __enter__(self) -> Target:
        from layers_contract.mock import MockOptions, background
        from layers_contract.target import parse

        self._mock = background(MockOptions(render=EMBEDDED_RENDER, files=self._files))
        _, values = self._mock.__enter__()
        return parse(values, "the embedded mock")

    def __exit__(self, *error: object) -> None:
        self._mock.__exit__(None, None, None)


class _Given:
    """A target that somebody else serves."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def __enter__(self) -> Target:
        return self._target

    def __exit__(self, *error: object) -> None:
        pass


def open_target(
    target_file: Path | None, url: str | None, files: DocumentFiles
) -> _Embedded | _Given:
    from layers_contract.target import KEY_VARIABLE, check_url, from_environment, parse, read

    if target_file is not None:
        return _Given(read(target_file, url))
    if url is None:
        return _Embedded(files)
    url = check_url(url, "--url")
    described = None if KEY_VARIABLE in os.environ else _described(url)
    if described is not None:
        return _Given(parse(described, url + DESCRIPTION, url))
    return _Given(from_environment(url, "--url"))


def _described(url: str) -> dict[str, Any] | None:
    """What the server itself says of how to judge it, where it says anything."""
    import tomllib

    import httpx
    import trio

    try:
        told = tomllib.loads(trio.run(_fetched, url + DESCRIPTION).decode())
    except (httpx.HTTPError, trio.TooSlowError, OSError, ValueError, RecursionError):
        return None
    # A server must not learn our environment, run commands here or say whom to trust: it may give
    # keys of its own.
    return {k: v for k, v in told.items() if k in MAY_DESCRIBE} or None


async def _fetched(address: str) -> bytes:
    """What stands at *address*; nothing where it is long or comes slowly."""
    import httpx
    import trio

    raw = b""
    client = httpx.AsyncClient(trust_env=False, timeout=None)  # noqa: S113 - see below
    with trio.fail_after(DESCRIPTION_TAKES):
        async with (
            client,
            client.stream("GET", address, headers={"accept-encoding": "identity"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                return b""
            async for chunk in answer.aiter_raw():
                raw += chunk
                if len(raw) > LONGEST_DESCRIPTION:
                    return b""
    return raw
