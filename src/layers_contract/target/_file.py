"""The target file: which server is judged, with which keys and ids, within which limits."""

from __future__ import annotations

import ssl
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from layers_contract.target._errors import TargetError
from layers_contract.target._keys import (
    KEY_VARIABLE,
    OTHER_KEY_VARIABLE,
    Command,
    from_variable,
    key_of,
)
from layers_contract.target._reach import Header, Proxy, Tls, headers_of, proxy_of, tls_of

__all__ = [
    "Allow",
    "Budget",
    "Expect",
    "Projects",
    "Require",
    "Samples",
    "Target",
    "check_url",
    "documents",
    "from_environment",
    "parse",
    "reached",
    "read",
    "way_of",
]


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
    """Things that exist on the server, by the names that the document's `x-sample` gives them.

    `others` holds those that no attribute has, and the ids of resources by their type.
    """

    source_post: str | None = None
    failing_hook: str | None = None
    influencer: str | None = None
    reference_media: str | None = None
    others: Mapping[str, str | int] = field(default_factory=dict)

    def items(self) -> Iterator[tuple[str, str | int]]:
        """Each name with its value, where there is one."""
        for each in fields(self):
            if each.name != "others" and (value := getattr(self, each.name)):
                yield each.name, value
        yield from self.others.items()

    def get(self, name: str) -> str | int | None:
        """The sample of that name."""
        return dict(self.items()).get(name)


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
    `read_lag_seconds` and `list_lag_seconds` ago. A run ends where more than `away_share` of its
    requests get no response of the API, or none does for `away_seconds`.
    """

    render_seconds: float = 180
    idempotency_window_seconds: float = 86400
    clock_skew_seconds: float = 5
    answer_seconds: float = 30
    read_lag_seconds: float = 0
    list_lag_seconds: float = 0
    away_share: float = 0.1
    away_seconds: float = 30


@dataclass(frozen=True, slots=True)
class Require:
    """What fails a run: `judged` names the invariants, groups, or `all`, that must be judged."""

    judged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A server to judge. Keys are left out of its repr, and the commands that make them.

    The limited key belongs to the own organization, and has no scopes but `limited_scopes`.
    """

    url: str
    api_key: str | None = field(default=None, repr=False)
    other_api_key: str | None = field(default=None, repr=False)
    api_key_command: Command | None = field(default=None, repr=False)
    other_api_key_command: Command | None = field(default=None, repr=False)
    limited_api_key: str | None = field(default=None, repr=False)
    limited_api_key_command: Command | None = field(default=None, repr=False)
    limited_scopes: frozenset[str] = frozenset()
    projects: Projects = Projects()
    samples: Samples = field(default_factory=Samples)
    allow: Allow = Allow()
    budget: Budget = Budget()
    expect: Expect = Expect()
    require: Require = Require()
    headers: tuple[Header, ...] = ()
    tls: Tls = field(default_factory=Tls)
    proxy: Proxy = field(default_factory=Proxy)

    def known(self, type: str) -> str | None:  # noqa: A002 - the document's word
        """The id of a resource of that type which the file names, if it names one."""
        if type == "project" and (self.projects.open or self.projects.gated):
            return self.projects.open or self.projects.gated
        found = self.samples.get(type)
        return None if found is None else str(found)

    @property
    def trust(self) -> ssl.SSLContext | None:
        """What connections are made with, where any is encrypted.

        Raises:

            TargetError: A file with certificates is not there, or not what it should be.
        """
        secure = any(url.startswith("https:") for url in (self.url, self.proxy.url or ""))
        return self.tls.context() if secure else None


PROXY_VARIABLE = "LAYERS_PROXY"
"""Where a proxy's address is in the environment of a script, if it holds a password."""
TABLES = {
    "projects": Projects,
    "allow": Allow,
    "budget": Budget,
    "expect": Expect,
    "require": Require,
}
KEYS = (
    "url",
    *("api_key", "api_key_env", "api_key_command"),
    *("other_api_key", "other_api_key_env", "other_api_key_command"),
    *("limited_api_key", "limited_api_key_env", "limited_api_key_command", "limited_scopes"),
    *("headers", "tls", "proxy"),
    *("document", "overlay"),
)


def read(path: Path, url: str | None = None) -> Target:
    """Read the target file at *path*; *url* replaces the one in it.

    Raises:

        TargetError: The file is not there, not TOML, or says something that cannot be.
    """
    return parse(_toml(path), str(path), url, path.parent)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise TargetError(f"{path}: not TOML ({error})") from error


def documents(path: Path) -> tuple[Path | None, tuple[Path, ...]]:
    """The document and the overlays that the target file at *path* names; both may be none.

    Paths begin beside the file.

    Raises:

        TargetError: The file is not there, not TOML, or names what is not there.
    """
    raw = _toml(path)
    named = raw.get("document")
    laid = raw.get("overlay", [])
    laid = [laid] if isinstance(laid, str) else laid
    if not isinstance(named, str | None) or not isinstance(laid, list):
        raise TargetError(f"{path}: document must be a path, overlay a path or a list of them")
    found = [_beside(path, each, "overlay") for each in laid]
    return (_beside(path, named, "document") if named is not None else None), tuple(found)


def _beside(file: Path, name: Any, entry: str) -> Path:
    if not isinstance(name, str) or not name:
        raise TargetError(f"{file}: {entry} must be a file's path")
    path = file.parent / Path(name).expanduser()
    if not path.is_file():
        raise TargetError(f"{file}: {entry}: there is no file {path}")
    return path


def parse(
    raw: dict[str, Any], where: str, url: str | None = None, folder: Path | None = None
) -> Target:
    """The target that *raw* describes; *where* names it in messages.

    Paths begin in *folder*. A command that makes a key is run.

    Raises:

        TargetError: It says something that cannot be.
    """
    _known(raw, (*KEYS, *TABLES, "samples"), where)
    address = url or raw.get("url")
    if not isinstance(address, str):
        raise TargetError(f"{where}: url is missing; name the server to judge")
    tables = {
        name: _table(table, raw.get(name, {}), f"{where}: [{name}]")
        for name, table in TABLES.items()
    }
    tables["samples"] = _samples(raw.get("samples", {}), f"{where}: [samples]")
    for name, kind in (("tls", Tls), ("proxy", Proxy)):
        if isinstance(raw.get(name), dict):
            _known(raw[name], tuple(each.name for each in fields(kind)), f"{where}: [{name}]")
    return reached(
        Target(url=check_url(address, where), **tables, **_keys(raw, where)),
        raw,
        where,
        folder or Path(),
    )


def _keys(raw: dict[str, Any], where: str) -> dict[str, Any]:
    own, own_command = key_of(raw, "api_key", where)
    other, other_command = key_of(raw, "other_api_key", where)
    limited, limited_command = key_of(raw, "limited_api_key", where)
    return {
        "api_key": own,
        "other_api_key": other,
        "api_key_command": own_command,
        "other_api_key_command": other_command,
        "limited_api_key": limited,
        "limited_api_key_command": limited_command,
        "limited_scopes": _scopes(raw.get("limited_scopes", []), f"{where}: limited_scopes"),
    }


def _scopes(raw: Any, where: str) -> frozenset[str]:
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise TargetError(f"{where} must be a list of strings")
    return frozenset(raw)


def way_of(target: Target) -> dict[str, Any]:
    """The way to *target*, in the words of a target file; what is secret is left to variables."""
    tls = {name: str(path) for name in ("ca", "cert", "key") if (path := getattr(target.tls, name))}
    proxy = f"env:{PROXY_VARIABLE}" if target.proxy.user else target.proxy.url
    found: dict[str, Any] = {
        "headers": {each.name: f"env:{each.variable}" for each in target.headers},
        "tls": tls if target.tls.verify else {**tls, "verify": False},
        "proxy": {"url": proxy} if proxy else {},
    }
    return {name: table for name, table in found.items() if table}


def reached(target: Target, raw: Mapping[str, Any], where: str, folder: Path) -> Target:
    """*target* with what *raw* says of the way to it; *where* names it in messages.

    Raises:

        TargetError: It says something that cannot be.
    """
    return replace(
        target,
        headers=headers_of(raw.get("headers", {}), f"{where}: [headers]"),
        tls=tls_of(raw.get("tls", {}), f"{where}: [tls]", folder),
        proxy=proxy_of(raw.get("proxy", {}), f"{where}: [proxy]"),
    )


def from_environment(url: str, where: str) -> Target:
    """The target at *url*, with the keys of the environment; *where* names it in messages.

    Raises:

        TargetError: It is no address, or a key cannot be sent as it is.
    """
    return Target(
        url=check_url(url, where),
        api_key=from_variable(KEY_VARIABLE, where),
        other_api_key=from_variable(OTHER_KEY_VARIABLE, where),
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


def _table(table: type, raw: Any, where: str) -> Any:
    if not isinstance(raw, dict):
        raise TargetError(f"{where} must be a table")
    hints = get_type_hints(table)
    _known(raw, tuple(each.name for each in fields(table)), where)
    return table(
        **{name: _value(hints[name], value, f"{where} {name}") for name, value in raw.items()}
    )


def _samples(raw: Any, where: str) -> Samples:
    """The samples of a target file; which names a document knows is checked beside that."""
    if not isinstance(raw, dict):
        raise TargetError(f"{where} must be a table")
    for name, value in raw.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise TargetError(f"{where} {name} must be a string")
    own = {each.name for each in fields(Samples)} - {"others"}
    others = {name: value for name, value in raw.items() if name not in own and value != ""}
    return Samples(**{name: str(raw[name]) for name in own & set(raw)}, others=others)


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
