"""Where the server that `check` judges comes from: a target file, a URL, or the embedded mock."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.target import Header, Target

DESCRIPTION = "/.well-known/layers-contract.toml"
"""Where a server may say by itself how it wants to be judged. The mock does."""
LONGEST_DESCRIPTION, DESCRIPTION_TAKES = 65_536, 5.0
"""Bytes and seconds."""
MAY_DESCRIBE = frozenset(
    {
        "url",
        "api_key",
        "other_api_key",
        "limited_api_key",
        "limited_scopes",
        "projects",
        "samples",
        "allow",
        "budget",
        "expect",
    }
)
"""The entries of a target file that a server may give."""
EMBEDDED_RENDER = 0.8


class _Embedded:
    """The mock that comes with this, as long as it is judged."""

    def __init__(self, source: DocumentFiles) -> None:
        self._source = source

    def __enter__(self) -> Target:
        from layers_contract.mock import MockOptions, background
        from layers_contract.target import parse

        self._mock = background(MockOptions(render=EMBEDDED_RENDER, files=self._source))
        _, values = self._mock.__enter__()
        return parse(values, "the embedded mock")

    def __exit__(self, *error: object) -> None:
        self._mock.__exit__(None, None, None)


def document_of(target_file: Path | None, source: DocumentFiles) -> DocumentFiles:
    """The document that judges: what the command line names, else what the target file does."""
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.target import TargetError, documents

    if target_file is None or source.document or source.overlays:
        return source
    try:
        return DocumentFiles(*documents(target_file))
    except TargetError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def open_target(
    target_file: Path | None,
    url: str | None,
    source: DocumentFiles,
    headers: Sequence[str] = (),
) -> Iterator[Target]:
    """The target that the options name, with *headers* as lines of `Name: value`.

    The embedded mock serves the document *source*.

    Raises:
        TargetError: Something in it cannot be.
    """
    from layers_contract.target import read

    added = [_header(line) for line in headers]
    if target_file is None and url is None:
        with _Embedded(source) as target:
            yield _with(target, added)
    else:
        found = read(target_file, url) if target_file else _at(url or "", added)
        yield _with(found, added)


def _header(line: str) -> Header:
    """The header that a line says; the line may be a secret, and is not quoted."""
    from layers_contract.target import TargetError, header_of

    name, colon, value = line.partition(":")
    if not colon:
        raise TargetError("--header must look like 'Name: value'")
    return header_of(name, value.removeprefix(" "), f"--header {name}")


def _with(target: Target, added: Sequence[Header]) -> Target:
    """*target* with more headers; one of a name that it has already takes that one's place."""
    found = {each.name.lower(): each for each in (*target.headers, *added)}
    return replace(target, headers=tuple(found.values()))


def _at(url: str, headers: Sequence[Header]) -> Target:
    """The target at *url*, as the environment or the server itself describes it."""
    from layers_contract.target import KEY_VARIABLE, Target, check_url, from_environment, parse

    url = check_url(url, "--url")
    given = KEY_VARIABLE in os.environ
    described = None if given else _described(_with(Target(url), headers))
    if described is not None:
        return parse(described, url + DESCRIPTION, url)
    return from_environment(url, "--url")


def _described(target: Target) -> dict[str, Any] | None:
    """What the server itself says of how to judge it, where it says anything."""
    import tomllib

    import httpx
    import trio

    try:
        told = tomllib.loads(trio.run(_fetched, target).decode())
    except (httpx.HTTPError, trio.TooSlowError, OSError, ValueError, RecursionError):
        return None
    # A server must not learn our environment, run commands here or say whom to trust: it may give
    # keys of its own.
    return {k: v for k, v in told.items() if k in MAY_DESCRIBE} or None


async def _fetched(target: Target) -> bytes:
    """What *target* says of itself; nothing where that is long or comes slowly."""
    import httpx
    import trio

    raw = b""
    headers = {each.name: each.value for each in target.headers}
    headers["accept-encoding"] = "identity"
    trust = target.trust or True
    client = httpx.AsyncClient(trust_env=False, verify=trust, timeout=None)  # noqa: S113 - below
    with trio.fail_after(DESCRIPTION_TAKES):
        async with (
            client,
            client.stream("GET", target.url + DESCRIPTION, headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                return b""
            async for chunk in answer.aiter_raw():
                raw += chunk
                if len(raw) > LONGEST_DESCRIPTION:
                    return b""
    return raw
