"""Schemathesis' stock checks, run on every answer; what they say is kept, what they raise is not.

A failure that reached Hypothesis would be replayed, and a job has moved on by then: the phase
would die of `FlakyFailure`. So each check is wrapped: its failures become findings.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import schemathesis.checks as stock
from schemathesis import Case, CheckContext, Response
from schemathesis.checks import CheckFunction, ResponseCheckEntry, ResponseChecks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import CoverageScenario, coverage_scenario

from layers_contract.history.exchanges import Exchange, Finding
from layers_contract.run.fuzz.plan import one_line
from layers_contract.run.fuzz.steer import Transport

__all__ = ["CHECKS", "UNSOUND", "Judge"]

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""The checks that are run, by the name their findings carry."""

UNSOUND: Final = {
    "use_after_free": "a DELETE here archives: what it archived can still be read, and again",
    "ensure_resource_availability": "takes any POST for a creation of what its path leads to",
    "object_level_authorization": "needs identities declared as peers, and reads only",
    "max_response_time": "no response time is promised",
}
"""The stock checks that are not run, and why."""


@dataclass(slots=True)
class Judge:
    """Hands the wrapped checks to the engine, in the shape of its own `RunChecks`."""

    transport: Transport
    troubles: list[tuple[str, str, str]]

    def for_responses(self) -> ResponseChecks:
        """The wrapped checks."""
        lock = threading.Lock()
        return [ResponseCheckEntry(name, _Kept(name, self), lock) for name in CHECKS]

    def for_run(self) -> list[tuple[str, object]]:
        """None: no check waits for the end of the run."""
        return []


@dataclass(slots=True)
class _Kept:
    name: str
    judge: Judge

    def after_response(self, ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
        transport = self.judge.transport
        exchange = transport.answered.get(case.id)
        if exchange is None or not _applies(self.name, case):
            return True
        unanswered = transport.unanswered
        with transport.probing():
            failures, judged = self._run(ctx, response, case)
        # A probe of the check's own that was not sent or not answered proves nothing.
        if judged and transport.unanswered == unanswered:
            self._keep(exchange, failures)
        return not judged

    def _run(
        self, ctx: CheckContext, response: Response, case: Case[Any]
    ) -> tuple[list[Failure], bool]:
        check: CheckFunction = getattr(stock, self.name)
        try:
            return [], check(ctx, response, case) is not True
        except (Failure, FailureGroup) as error:
            return list(_failures(error)), True
        except Exception as error:  # noqa: BLE001 - a check's own bug is no verdict
            trouble = (self.name, case.operation.label, f"{type(error).__name__}: {error}")
            self.judge.troubles.append(trouble)
            return [], False

    def _keep(self, exchange: Exchange, failures: list[Failure]) -> None:
        exchange.checks += (self.name,)
        for failure in failures:
            answered = self.judge.transport.answered
            blamed = answered.get(failure.case_id or "", exchange)
            text = one_line(self.judge.transport.plan.redact(f"{failure.title}: {failure.message}"))
            blamed.findings += (Finding(self.name, text),)


def _applies(name: str, case: Case[Any]) -> bool:
    """Whether the check can fail on *case*: most say that they passed where they only looked."""
    mode = case.meta.generation.mode if case.meta else None
    scenario = coverage_scenario(case)
    applies = {
        "negative_data_rejection": mode is GenerationMode.NEGATIVE,
        "positive_data_acceptance": mode is GenerationMode.POSITIVE,
        "missing_required_header": scenario is CoverageScenario.MISSING_PARAMETER,
        "unsupported_method": scenario is CoverageScenario.UNSPECIFIED_HTTP_METHOD,
        "allow_header_conformance": case.method.upper() == "OPTIONS",
    }
    return applies.get(name, True)


def _failures(error: BaseException) -> Iterator[Failure]:
    if isinstance(error, Failure):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _failures(inner)
