"""The target file: which server is judged, with which keys and ids, within which limits."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

__all__ = [
    "KEY_VARIABLE",
    "OTHER_KEY_VARIABLE",
    "Allow",
    "Budget",
    "Expect",
    "Projects",
    "Samples",
    "Target",
    "TargetError",
    "read",
]

KEY_VARIABLE, OTHER_KEY_VARIABLE = "LAYERS_API_KEY", "LAYERS_OTHER_KEY"
"""Where the keys are in the environment, if no target file names other variables."""


class TargetError(ValueError):
    """The target file cannot be used; the message says what is wrong, where, what to do."""


@dataclass(frozen=True, slots=True)
class Projects:
    """Projects to work in. `disposable` ones may be archived, once each.

    `foreign_disposable` is a project of the other organization that a broken server may archive.
    """

    open: str | None = None
    gated: str | None = None
    disposable: tuple[str, ...] = ()
    foreign: str | None = None
    foreign_disposable: str | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """Things that exist on the server."""

    source_post: str | None = None
    failing_hook: str | None = None
    influencer: str | None = None
    reference_media: str | None = None


@dataclass(frozen=True, slots=True)
class Allow:
    """What the run may do."""

    generate: bool = True
    policy: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """How much the run may cost; 0 requests per minute is no limit of our own.

    Only the cancels that tidy up go beyond it: one for each job that still runs.
    """

    generations: int = 60
    requests: int = 3000
    seconds: float = 900
    requests_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Expect:
    """What to expect of the server's pace and clock. Seconds.

    `answer_seconds` is how long one response may take. Reads and lists may show the state of up to
    `read_lag_seconds` and `list_lag_seconds` ago.
    """

    render_seconds: float = 180
    idempotency_window_seconds: float = 86400
    clock_skew_seconds: float = 5
    answer_seconds: float = 30
    read_lag_seconds: float = 0
    list_lag_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A server to judge. Keys are left out of its repr."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    other_api_key: str | None = field(default=None, repr=False)
    projects: Projects = Projects()
    samples: Samples = Samples()
    allow: Allow = Allow()
    budget: Budget = Budget()
    expect: Expect = Expect()


TABLES = {
    "projects": Projects,
    "samples": Samples,
    "allow": Allow,
    "budget": Budget,
    "expect": Expect,
}
KEYS = ("url", "api_key", "api_key_env", "other_api_key", "other_api_key_env")


def read(path: Path, url: str | None = None) -> Target:
    """Read the target file at *path*; *url* replaces the one in it.

    Raises:

        TargetError: The file is not there, not TOML, or says something that cannot be.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise TargetError(f"{path}: not TOML ({error})") from error
    return parse(raw, str(path), url)


def parse(raw: dict[str, Any], where: str, url: str | None = None) -> Target:
    """The target that *raw* describes; *where* names it in messages.

    Raises:

        TargetError: It says something that cannot be.
    """
    _known(raw, (*KEYS, *TABLES), where)
    address = url or raw.get("url")
    if not isinstance(address, str):
        raise TargetError(f"{where}: url is missing; name the server to judge")
    tables = {
        name: _table(table, raw.get(name, {}), f"{where}: [{name}]")
        for name, table in TABLES.items()
    }
    return Target(
        url=check_url(address, where),
        api_key=_key(raw, "api_key", where),
        other_api_key=_key(raw, "other_api_key", where),
        **tables,
    )


def check_url(url: str, where: str) -> str:
    """*url* without a slash at its end.

    Raises:

        TargetError: It is not an http or https address, or carries a user, query or fragment.
    """
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError as error:
        raise TargetError(f"{where}: {url!r} is not an address ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_sound:
        raise TargetError(f"{where}: {url!r} is not an http or https address")
    if not url.isprintable():
        raise TargetError(f"{where}: {url!r} holds characters that no address may hold")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise TargetError(f"{where}: the url may hold no user, query or fragment")
    return url.rstrip("/")


def _known(raw: dict[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in raw:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]}?" if near else f"it may be one of {', '.join(names)}"
            raise TargetError(f"{where}: unknown key {name}; {hint}")


def _key(raw: dict[str, Any], name: str, where: str) -> str | None:
    value, variable = raw.get(name), raw.get(f"{name}_env")
    if value is None and variable is None:
        return None
    if value is not None and variable is not None:
        raise TargetError(f"{where}: give {name} or {name}_env, not both")
    if variable is not None and not isinstance(variable, str):
        raise TargetError(f"{where}: {name}_env must be a string")
    if value == "":
        raise TargetError(f"{where}: {name} is empty; leave it out to send none")
    found = os.environ.get(variable, "") if variable is not None else value
    if not isinstance(found, str):
        raise TargetError(f"{where}: {name} must be a string")
    if not found:
        raise TargetError(f"{where}: {name}_env names {variable}, which is not set; export it")
    if not found.isascii() or not found.isprintable():
        raise TargetError(f"{where}: {name} holds characters that no header may hold")
    return found


def _table(table: type, raw: Any, where: str) -> Any:
    if not isinstance(raw, dict):
        raise TargetError(f"{where} must be a table")
    hints = get_type_hints(table)
    _known(raw, tuple(each.name for each in fields(table)), where)
    return table(
        **{name: _value(hints[name], value, f"{where} {name}") for name, value in raw.items()}
    )


def _value(kind: Any, value: Any, where: str) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _positive(float(value), where)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return _positive(value, where)
    if kind is bool and isinstance(value, bool):
        return value
    if str in get_args(kind) and get_origin(kind) is not tuple and isinstance(value, str):
        return value
    listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if get_origin(kind) is tuple and listed:
        return tuple(value)
    wanted = {float: "a number", int: "a whole number", bool: "true or false"}.get(kind, "a string")
    wanted = "a list of strings" if get_origin(kind) is tuple else wanted
    raise TargetError(f"{where} must be {wanted}")


def _positive(value: float, where: str) -> float:
    if not 0 <= value < float("inf"):
        raise TargetError(f"{where} must not be negative")
    return value
