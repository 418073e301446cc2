"""Serving the proxy: until it is told to stop, or in a thread."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import uvicorn

from layers_contract.proxy.application import Application
from layers_contract.proxy.recorder import Lines, Recorder
from layers_contract.spec.contract import Contract

__all__ = ["Options", "ProxyError", "Summary", "background", "serve"]


class ProxyError(Exception):
    """The proxy cannot be started: the address, the port or the file is not as it has to be."""


@dataclass(frozen=True, slots=True)
class Options:
    """Where requests come in, where they go, and what is written of them.

    *cap* is the most bytes of one body that are recorded. *names* says what credentials are
    called, by the beginning of their SHA-256. With *append* whole lines of an existing file stay.
    """

    to: str
    out: Path
    host: str = "127.0.0.1"
    port: int = 0
    cap: int = 1024 * 1024
    append: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """What went through: exchanges written and lost, bytes of bodies, calls by operation."""

    written: int
    lost: int
    bytes: int
    operations: Mapping[str, int]
    unrecorded: int


def serve(
    contract: Contract,
    options: Options,
    announce: Callable[[str], None],
    beside: Callable[[Recorder], Callable[[], None]] | None = None,
) -> Summary:
    """Serve until SIGTERM or Ctrl-C, and say what went through.

    *beside* is started with the recorder once the proxy serves; what it returns, stops it.

    Raises:
        ProxyError: It cannot be started.
    """
    with _proxy(contract, options) as (server, listener, recorder):
        announce(_url(listener))
        stop = beside(recorder) if beside else None
        try:
            with _quiet_signals():
                server.run(sockets=[listener])
        finally:
            if stop:
                stop()
    return _summary(recorder)


@contextmanager
def background(contract: Contract, options: Options) -> Iterator[tuple[str, Recorder]]:
    """A proxy in a thread of this process: its address, and its recorder."""
    with _proxy(contract, options) as (server, listener, recorder):
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield _url(listener), recorder
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def _proxy(
    contract: Contract, options: Options
) -> Iterator[tuple[uvicorn.Server, socket.socket, Recorder]]:
    to = target(options.to)
    with _listen(options) as listener:
        recorder = Recorder(contract, _lines(options), cap=options.cap, names=options.names)
        application = Application(to, recorder)
        try:
            yield uvicorn.Server(_config(application)), listener, recorder
        finally:
            application.close()
            recorder.lines.close()


def target(url: str) -> SplitResult:
    """The address behind the proxy.

    Raises:
        ProxyError: It is none.
    """
    hint = f"--to {url}: not an address; it has to be like https://api.example.com"
    try:
        found = urlsplit(url)
        known = found.hostname and (found.port or True)
    except ValueError as error:
        raise ProxyError(hint) from error
    if not known or found.scheme not in ("http", "https"):
        raise ProxyError(hint)
    if found.username or found.query or found.fragment:
        raise ProxyError("--to: an address with a user, a query or a fragment; leave that out")
    return found


def _lines(options: Options) -> Lines:
    try:
        return Lines(options.out, append=options.append)
    except FileExistsError as error:
        hint = "name another file, or add to it with --append"
        raise ProxyError(f"{options.out}: is there already; {hint}") from error
    except OSError as error:
        raise ProxyError(f"{options.out}: cannot be written ({error.strerror})") from error


def _config(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        log_config=None,
        log_level=logging.CRITICAL + 1,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )


def _listen(options: Options) -> socket.socket:
    """A socket that takes connections from now on."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay off for named TCP sockets only.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((options.host, options.port))
        listener.listen(1024)
    except (OSError, OverflowError, UnicodeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ProxyError(f"cannot serve at {options.host}:{options.port} ({reason})") from error
    return listener


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """Let uvicorn's own handlers stop the server, and nothing be raised again afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {s: signal.signal(s, lambda *_: None) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _summary(recorder: Recorder) -> Summary:
    return Summary(
        written=recorder.written,
        lost=recorder.lines.lost,
        bytes=recorder.bytes,
        operations=dict(recorder.operations.most_common()),
        unrecorded=recorder.unrecorded,
    )
