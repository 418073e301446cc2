"""Sending a call and sending it again: what both clients share, and a driver for each."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, Self, TypeVar

import httpx

from .answer import LAST_ANSWER, Answer, Failure, error_code
from .call import AS_SET, SAFE_TO_REPEAT, Api, Call, CallOptions, TimeoutTypes
from .clock import AsyncClock, Clock
from .connections import AsyncConnections, Connections
from .errors import ConfigurationError
from .model import UNSET, Unset
from .privacy import LOGGER, Secret, shown_headers, without_frames, without_header
from .retry import RetryPolicy, Trouble, pause_before_retry

__all__ = ["AsyncTransport", "Settings", "Transport", "lower"]

ConnectionsT = TypeVar("ConnectionsT", Connections, AsyncConnections)


class Settings(NamedTuple):
    """What holds for every call, unless the call says otherwise."""

    key: Secret
    base_url: str
    timeout: TimeoutTypes
    max_retries: int
    max_retry_time: float
    headers: Mapping[str, str]


def lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    """*headers* with their names in lower case, so that one name is there once."""
    return {name.lower(): value for name, value in (headers or {}).items()}


def new_key() -> str:
    """A key that no other call has."""
    from uuid import uuid4  # noqa: PLC0415 - it takes long to import, and few calls need it

    return str(uuid4())


class Plan:
    """One call, ready to be sent as often as it takes. All decisions about it are made here."""

    def __init__(self, call: Call, options: CallOptions, api: Api, settings: Settings) -> None:
        self.call = call
        self.api = api
        self._settings = settings
        self._timeout = settings.timeout if isinstance(options.timeout, Unset) else options.timeout
        self._headers = {**settings.headers, **call.headers, **lower(options.headers)}
        self.key = self._headers.get(api.idempotency_header)
        if options.idempotency_key is not None:
            self.key = options.idempotency_key
        if self.key == "":
            raise ConfigurationError("an empty idempotency key would not hold calls together")
        if self.key is None and call.operation.idempotent:
            self.key = new_key()
        if self.key is not None:
            self._headers[api.idempotency_header] = self.key
        self._policy = self._retry_policy(options)
        self._troubles: list[Trouble] = []
        self._sent_at = 0.0

    def _retry_policy(self, options: CallOptions) -> RetryPolicy:
        retries, seconds = options.max_retries, options.max_retry_time
        seconds = self._settings.max_retry_time if seconds is None else seconds
        if self.key is not None and self.api.idempotency_window is not None:
            seconds = min(seconds, self.api.idempotency_window)  # later it would be another call
        return RetryPolicy(
            self._settings.max_retries if retries is None else retries,
            seconds,
            self.key is not None or self.call.operation.method in SAFE_TO_REPEAT,
            self.api.in_flight_status,
            self.api.in_flight_code,
        )

    def request(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """The request of one attempt.

        Raises:
            ConfigurationError: It cannot be written, or the client has been closed.
        """
        if http.is_closed:
            raise ConfigurationError("the client has been closed")
        try:
            return self._written(http)
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"the request cannot be written: {error}") from error

    def _written(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        content = self.call.body if isinstance(self.call.body, bytes) else None
        request = http.build_request(
            self.call.operation.method,
            self._settings.base_url + self.call.path,
            params=self.call.query or None,
            json=None if content is not None or self.call.body is UNSET else self.call.body,
            content=content,
            timeout=self._timeout,
        )
        for name, value in self._headers.items():  # `headers=` takes several times as long
            request.headers[name] = value
        self._sent_at = time.perf_counter()
        request.headers[self.api.auth_header] = self.api.auth_prefix + self._settings.key.reveal()
        return request

    def answered(self, response: httpx.Response) -> Answer:
        """The answer, without the key in its request."""
        response.request = without_header(response.request, self.api.auth_header)
        answer = Answer(response, self.call.operation, self.key)
        answer.retries = len(self._troubles)
        if LOGGER.isEnabledFor(logging.DEBUG):
            self._log(response)
        return answer

    def failed(self, error: httpx.RequestError) -> Failure:
        """The failure, without the key in its request or in the frames that it went through."""
        error.request = without_header(error.request, self.api.auth_header)
        without_frames(error)
        return Failure(error)

    def pause(self, outcome: Answer | Failure, elapsed: float, chance: float) -> float | None:
        """How long to wait before the next attempt; None where there is to be none."""
        trouble = outcome.trouble
        if trouble is None:
            return None
        if isinstance(outcome, Answer) and trouble.status == self.api.in_flight_status:
            trouble = trouble._replace(code=error_code(outcome.response, self.api))
        self._troubles.append(trouble)
        pause = pause_before_retry(self._policy, self._troubles, elapsed, chance)
        if pause is not None:
            LOGGER.info(
                "%s %s: attempt %d came to %s; the next in %.2f s",
                *(self.call.operation.method, self.call.path, len(self._troubles)),
                *(trouble.status or "nothing", pause),
            )
        return pause

    def settle(self, outcome: Answer | Failure) -> Answer:
        """The answer, if it is a success.

        Raises:
            LayersError: It is not; the error carries the idempotency key.
        """
        if isinstance(outcome, Answer) and outcome.trouble is None:
            LAST_ANSWER.set(outcome)
            return outcome
        error = outcome.error(self.api)
        error.idempotency_key = self.key
        error.attempts = len(self._troubles)
        error.retry_after = self._troubles[-1].retry_after
        raise error

    def left(self, cause: BaseException) -> None:
        """Let whoever is interrupted know the key: what was sent may have been carried out."""
        if self.key is not None and not isinstance(cause, Exception):
            cause.add_note(f"{self.call.path} was sent with the idempotency key {self.key}")

    def _log(self, response: httpx.Response) -> None:
        shown = self.api.shown_headers
        LOGGER.debug(
            "%s %s: %d after %.0f ms; sent %s, got %s",
            *(self.call.operation.method, self.call.path, response.status_code),
            (time.perf_counter() - self._sent_at) * 1000,
            shown_headers(response.request.headers, shown),
            shown_headers(response.headers, shown),
        )


class _Base(Generic[ConnectionsT]):
    """What both transports have in common."""

    def __init__(self, api: Api, settings: Settings, connections: ConnectionsT) -> None:
        self.api = api
        self.settings = settings
        self.connections: ConnectionsT = connections
        self.shared = False

    def changed(self, **settings: Any) -> Self:
        """The same connections with other settings; closing it closes nothing."""
        other = copy.copy(self)
        other.settings = self.settings._replace(**settings)
        other.shared = True
        return other

    def plan(self, call: Call, options: CallOptions) -> Plan:
        """How *call* is to be sent."""
        return Plan(call, options, self.api, self.settings)


class Transport(_Base[Connections]):
    """Sends calls and waits for their answers."""

    clock = Clock()

    def send(self, call: Call, options: CallOptions = AS_SET) -> Answer:
        """The answer to *call*, sent as often as it takes and is allowed.

        Raises:
            LayersError: There is no answer, or it is not a success.
        """
        plan = self.plan(call, options)
        started = self.clock.now()
        while True:
            try:
                outcome = self._attempt(plan)
            except BaseException as cause:
                plan.left(cause)
                raise
            elapsed = self.clock.now() - started
            pause = plan.pause(outcome, elapsed, self.clock.chance())
            if pause is None:
                return plan.settle(outcome)
            self.clock.sleep(pause)

    def _attempt(self, plan: Plan) -> Answer | Failure:
        http = self.connections.http
        try:
            return plan.answered(http.send(plan.request(http), follow_redirects=False))
        except httpx.RequestError as error:
            return plan.failed(error)


class AsyncTransport(_Base[AsyncConnections]):
    """Sends calls and awaits their answers."""

    clock = AsyncClock()

    async def send(self, call: Call, options: CallOptions = AS_SET) -> Answer:
        """The answer to *call*, sent as often as it takes and is allowed.

        Raises:
            LayersError: There is no answer, or it is not a success.
        """
        plan = self.plan(call, options)
        started = self.clock.now()
        while True:
            try:
                outcome = await self._attempt(plan)
            except BaseException as cause:
                plan.left(cause)
                raise
            elapsed = self.clock.now() - started
            pause = plan.pause(outcome, elapsed, self.clock.chance())
            if pause is None:
                return plan.settle(outcome)
            await self.clock.sleep(pause)

    async def _attempt(self, plan: Plan) -> Answer | Failure:
        http = self.connections.http
        try:
            return plan.answered(await http.send(plan.request(http), follow_redirects=False))
        except httpx.RequestError as error:
            return plan.failed(error)
