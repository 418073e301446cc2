"""The clients: where every call begins."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ._document import API
from ._runtime.client import BaseAsyncClient, BaseClient

if TYPE_CHECKING:
    from .api.content import AsyncContent, Content
    from .api.jobs import AsyncJobs, Jobs
    from .api.projects import AsyncProjects, Projects

__all__ = ["AsyncLayers", "Layers"]


class Layers(BaseClient):
    """Layers Partner API, content items.

    Args:
        api_key: The key, or what is called for it before each request; the variable
            `LAYERS_API_KEY` holds it unless given.
        base_url: Where the API is; unless given, the variable `LAYERS_BASE_URL`, else
            `https://api.layers.com`.
        timeout: Seconds for each step of an exchange: 30, and 5 to connect; those of `http_client`
            where that is given.
        max_retries: How often a call may be sent again: 2 times.
        max_retry_time: Seconds that a call may take in all before it is not sent again: 180.
        headers: Headers to send with every call.
        http_client: An `httpx.Client` of your own, for proxies, certificates or tests. It stays
            open when this client is closed.

    Raises:
        ConfigurationError: There is no key, or a setting makes no sense.

    """

    _api = API

    @cached_property
    def content(self) -> Content:
        """Start, read, review and list content containers."""
        from .api.content import Content

        return Content(self._transport)

    @cached_property
    def jobs(self) -> Jobs:
        """Follow and cancel renders."""
        from .api.jobs import Jobs

        return Jobs(self._transport)

    @cached_property
    def projects(self) -> Projects:
        """Approval policy and archive."""
        from .api.projects import Projects

        return Projects(self._transport)


class AsyncLayers(BaseAsyncClient):
    """Layers Partner API, content items.

    Args:
        api_key: The key, or what is called for it before each request; the variable
            `LAYERS_API_KEY` holds it unless given.
        base_url: Where the API is; unless given, the variable `LAYERS_BASE_URL`, else
            `https://api.layers.com`.
        timeout: Seconds for each step of an exchange: 30, and 5 to connect; those of `http_client`
            where that is given.
        max_retries: How often a call may be sent again: 2 times.
        max_retry_time: Seconds that a call may take in all before it is not sent again: 180.
        headers: Headers to send with every call.
        http_client: An `httpx.AsyncClient` of your own, for proxies, certificates or tests. It stays
            open when this client is closed.

    Raises:
        ConfigurationError: There is no key, or a setting makes no sense.

    """

    _api = API

    @cached_property
    def content(self) -> AsyncContent:
        """Start, read, review and list content containers."""
        from .api.content import AsyncContent

        return AsyncContent(self._transport)

    @cached_property
    def jobs(self) -> AsyncJobs:
        """Follow and cancel renders."""
        from .api.jobs import AsyncJobs

        return AsyncJobs(self._transport)

    @cached_property
    def projects(self) -> AsyncProjects:
        """Approval policy and archive."""
        from .api.projects import AsyncProjects

        return AsyncProjects(self._transport)
