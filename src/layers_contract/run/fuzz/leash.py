"""A deadline for a whole exchange, however slowly its bytes come."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

__all__ = ["Leash"]


class Leash(HTTPAdapter):
    """An adapter that can cut the connection in use.

    A socket's timeout starts anew with each byte, so a server that drips bytes outlives it.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.sock: socket.socket | None = None
        self.cut = False
        self.connected = False
        self._deadline = 0.0
        # Without a context nobody is trusted: it is for plain HTTP.
        self._trusted: dict[str, Any] = {
            "ssl_context": context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the parent does, with connections that tell their socket."""
        super().init_poolmanager(*args, **(kwargs | self._trusted))
        self.poolmanager.pool_classes_by_scheme = _pools(self)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """As the parent does, with the same connections and the same trust."""
        if proxy not in self.proxy_manager:
            trusted = self._trusted | {"proxy_ssl_context": self._trusted["ssl_context"]}
            manager = super().proxy_manager_for(proxy, **kwargs, **trusted)
            manager.pool_classes_by_scheme = _pools(self)
        return self.proxy_manager[proxy]

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """As the parent does, but for what it would trust."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, dict(self._trusted)

    def cert_verify(self, *_: Any) -> None:
        """Nothing: the context says whom to trust, and the parent would add to it."""

    @contextlib.contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """For *seconds* at most."""
        self.cut, self.sock, self.connected = False, None, False
        self._deadline = time.monotonic() + seconds
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def check(self) -> None:
        """Raise `requests.Timeout` if the time is up."""
        if time.monotonic() > self._deadline:
            self.cut = True
            raise requests.Timeout

    def _cut(self) -> None:
        self.cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                # Not SSLSocket.shutdown: that one drops the TLS object under the reading thread.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _Final(http.client.HTTPResponse):
    """An answer that is no hint of one: of those before it the parent leaves out only the 100."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not http.HTTPStatus.PROCESSING <= status < http.HTTPStatus.OK:
                return version, status, reason
            http.client.parse_headers(self.fp)


def _pools(leash: Leash) -> dict[str, type[HTTPConnectionPool]]:
    class Held(http.client.HTTPConnection):
        response_class = _Final

        def connect(self) -> None:
            leash.connected = True
            super().connect()

        def getresponse(self) -> Any:
            leash.sock = self.sock
            return super().getresponse()

    class Plain(Held, HTTPConnection): ...

    class Secure(Held, HTTPSConnection): ...

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
