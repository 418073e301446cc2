"""Serving the mock: in this process until told to stop, in a thread, or as an ASGI app."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from layers_contract.mock.application import Application
from layers_contract.mock.cache import CachedStore
from layers_contract.mock.catalogue import compose, compose_generic, faults_of, needs
from layers_contract.mock.choice import words_of
from layers_contract.mock.clock import Clock, WallClock
from layers_contract.mock.errors import MockError
from layers_contract.mock.generic.rows import RowStore
from layers_contract.mock.options import MockOptions
from layers_contract.mock.target import target, to_toml
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.mock.words import Words

__all__ = ["app", "background", "serve"]


def app(
    options: MockOptions, clock: Clock | None = None, words: Vocabulary | None = None
) -> Application:
    """The mock as an ASGI application, to be called in-process.

    Raises:
        MockError: An option does not fit, or the database cannot be used.
    """
    words = words or words_of(options.files)
    clock = clock or WallClock()
    options = needs(options, words)
    if isinstance(words, Words):
        behaviour = compose(options.faults, options.variants)
        return Application(behaviour(options, clock, CachedStore(options.db), words))
    for name in options.variants:
        raise MockError(f"{name!r} is a variant of another document's mock")
    engine = compose_generic(faults_of(words), options.faults)
    return Application(engine(options, clock, RowStore(options.db), words))


def serve(
    options: MockOptions,
    target_out: Path | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C. Says on stderr, or to *announce*, where.

    Raises:
        MockError: The port is in use, an option does not fit, the database cannot be used.
    """
    application = app(options)
    with _listen(options) as listener:
        url = _url(listener)
        if target_out is not None:
            _write(target_out, to_toml(target(options, url)))
        (announce or _announce)(f"the mock serves at {url}")
        server = uvicorn.Server(_config(application))
        # What is loaded by now stays for good: the collector need not walk through it again.
        gc.collect()
        gc.freeze()
        with _quiet_signals():
            server.run(sockets=[listener])
    application.behaviour.store.close()


@contextmanager
def background(
    options: MockOptions, words: Vocabulary | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A mock in a thread of this process: its address, and the target that fits it."""
    application = app(options, words=words)
    with _listen(options) as listener:
        url = _url(listener)
        server = uvicorn.Server(_config(application))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield url, target(options, url, words)
        finally:
            server.should_exit = True
            thread.join(5)
            application.behaviour.store.close()


def _config(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )


def _listen(options: MockOptions) -> socket.socket:
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
        raise MockError(f"cannot serve at {options.host}:{options.port} ({reason})") from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MockError(f"{path}: cannot be written ({error.strerror})") from error


def _announce(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """Let uvicorn's own handlers stop the server, and nothing be raised again afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ignore(_: int, __: FrameType | None) -> None:
        return

    before = {s: signal.signal(s, ignore) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
