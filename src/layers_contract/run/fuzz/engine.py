"""One run of Schemathesis' engine: its configuration, its events, its errors as data."""

from __future__ import annotations

import contextlib
import copy
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, ParamSpec, TypeVar, cast

from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.engine import events
from schemathesis.engine.context import EngineContext
from schemathesis.engine.core import Engine, ExecutionPlan
from schemathesis.engine.run import PhaseName
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.specs.openapi.stateful.dependencies.models import DependencyGraph

from layers_contract.history.exchanges import Exchange
from layers_contract.run.fuzz.judge import Judge
from layers_contract.run.fuzz.plan import Outcome, Plan, Progress, Skip, Trouble, one_line
from layers_contract.run.fuzz.steer import Transport
from layers_contract.run.fuzz.wire import Wire
from layers_contract.run.scratch import hypothesis_home

__all__ = ["run"]

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Hypothesis keeps its home directory, its seeding of `random` and its warnings per process.
_ONE_AT_A_TIME: Final = threading.Lock()


def _silent(_: Progress) -> None:
    pass


def run(
    document: dict[str, Any],
    plan: Plan,
    record: Callable[[Exchange], object],
    progress: Callable[[Progress], object] = _silent,
) -> Outcome:
    """Exercise the operations of *document* at `plan.url`, and record every exchange.

    Findings may be attached to an exchange after it was recorded. Blocks until the end; meant for
    a worker thread. A second call waits for the first.

    Raises:

        Exception: What one of the caller's functions raised; the run ends there.
    """
    with _ONE_AT_A_TIME, _tidy():
        return _Run(document, plan, record, progress).execute()


@contextlib.contextmanager
def _tidy() -> Iterator[None]:
    """No `.hypothesis` in the working directory, no warnings, and both as before afterwards."""
    with hypothesis_home(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _configuration(plan: Plan) -> SchemathesisConfig:
    """Passed explicitly: without it Schemathesis looks for schemathesis.toml up from the cwd."""
    # What the server answered must not steer generation, or equal seeds would not be equal runs.
    aloof = {"extra-data-sources": {"responses": False}, "operation-ordering": "none"}
    return SchemathesisConfig.from_dict(
        {
            "seed": plan.seed,
            "base-url": plan.url.rstrip("/"),
            "cache": {"enabled": False},
            "suppress-health-check": ["all"],
            "workers": 1,
            "max-redirects": 0,
            "continue-on-failure": True,
            # All off: the judge brings wrapped ones.
            "checks": {"enabled": False},
            "generation": {
                "max-examples": plan.examples,
                "database": "none",
                "no-shrink": True,
                "with-security-parameters": False,
                "allow-extra-parameters": False,
                # Refused by the HTTP layer of a server, which knows nothing of the contract.
                "exclude-header-characters": "\x00\r\n",
            },
            "phases": {
                "examples": {"enabled": "examples" in plan.phases, **aloof},
                "coverage": {"enabled": "coverage" in plan.phases, **aloof},
                "fuzzing": {
                    "enabled": "fuzzing" in plan.phases,
                    "error-feedback": {"enabled": False},
                    **aloof,
                },
                "stateful": {
                    "enabled": "stateful" in plan.phases,
                    "link-calibration": False,
                    "inference": {"algorithms": []},
                },
            },
        }
    )


class _Schema(OpenApiSchema):
    """A schema that sends through our transport and tells it which values came from links."""

    route: Transport

    @property
    def transport(self) -> Transport:
        return self.route

    def build_state_machine(self, **kwargs: Any) -> type[APIStateMachine]:
        machine = super().build_state_machine(**kwargs)
        route = self.route

        def before_call(self: Any, case: Case[Any]) -> None:
            applied = self._current_input.applied_parameters
            route.linked = frozenset(n for at, n in applied if at == ParameterLocation.PATH and n)
            machine.before_call(self, case)

        return type("Workflow", (machine,), {"before_call": before_call})


@dataclass(slots=True)
class _Run:
    document: dict[str, Any]
    plan: Plan
    record: Callable[[Exchange], object]
    progress: Callable[[Progress], object]
    names: dict[str, str] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)
    troubles: dict[Trouble, None] = field(default_factory=dict)
    done: int = 0
    fault: Exception | None = None
    wire: Wire = field(init=False)
    transport: Transport = field(init=False)
    context: EngineContext = field(init=False)

    def execute(self) -> Outcome:
        self._guard_callables()
        self.wire = Wire(self.plan, self.record)
        self.transport = Transport(self.plan, self.wire, self.names)
        schema = self._schema()
        self.context = EngineContext(schema=schema, stop_event=threading.Event())
        failed: list[tuple[str, str, str]] = []
        self.context._checks = Judge(self.transport, failed)  # noqa: SLF001 - pinned
        self.wire.halt = self.context.stop
        try:
            for event in _steps(schema).execute(self.context):
                self._take(event)
        finally:
            self.wire.close()
        if self.fault is not None:
            raise self.fault
        for check, label, text in failed:
            self._trouble("", self.names.get(label), f"check {check}", text)
        return self._outcome()

    def _guard_callables(self) -> None:
        plan, guard = self.plan, self._guard
        self.plan = replace(
            plan, ids=guard(plan.ids), may_send=guard(plan.may_send), stop=guard(plan.stop)
        )
        self.record = guard(self.record)

    def _guard(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """*function*, whose exception must not end as an error of Schemathesis'."""

        def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                self.fault = self.fault or error
                self.context.stop()
                raise

        return guarded

    def _schema(self) -> _Schema:
        document = copy.deepcopy(self.document)  # Schemathesis rewrites parts of it
        config = _configuration(self.plan).projects.get(document)
        # Not through the file's syntax: that would expand `${...}` inside a key.
        config.update(headers=dict(self.plan.headers))
        whole = _Schema(raw_schema=document, config=config)
        schema = cast(_Schema, whole.include(operation_id=list(self.plan.operations)))
        schema.route = self.transport
        # It holds that a random project id leads nowhere, which would keep generate from starting
        # a scenario. `Plan.ids` knows better.
        nothing = DependencyGraph(operations={}, resources={})
        schema.analysis._dependency_graph = nothing  # noqa: SLF001 - pinned
        self._index(schema)
        return schema

    def _index(self, schema: _Schema) -> None:
        found = set()
        for result in schema.get_all_operations():
            if isinstance(result, Ok):
                operation = result.ok()
                name = operation.definition.raw["operationId"]
                self.names[operation.label] = name
                found.add(name)
        for name in self.plan.operations:
            if name not in found:
                self.skips.append(Skip("", name, "not in the document"))

    def _take(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.PhaseStarted):
            self.done = 0
            self.transport.begin(event.phase.name.value)
        elif isinstance(event, events.ScenarioFinished):
            self._finish(event)
        elif isinstance(event, events.NonFatalError):
            phase = event.phase.value if event.phase else ""
            operation = self.names.get(event.label)
            self._trouble(phase, operation, type(event.value).__name__, str(event.value))
        elif isinstance(event, events.PhaseFinished) and event.phase.skip_reason is not None:
            reason = event.phase.skip_reason.display
            self.skips.append(Skip(event.phase.name.value, None, reason))

    def _finish(self, event: events.ScenarioFinished) -> None:
        phase, operation = event.phase.value, self.names.get(event.label or "")
        self.done += 1
        if event.skip_reason:
            self.skips.append(Skip(phase, operation, event.skip_reason))
        stateful = event.phase is PhaseName.STATEFUL_TESTING
        total = self.plan.examples if stateful else len(self.names)
        self.progress(Progress(phase, operation, self.done, total))

    def _trouble(self, phase: str, operation: str | None, kind: str, text: str) -> None:
        trouble = Trouble(phase, operation, kind, one_line(self.plan.redact(text)))
        self.troubles[trouble] = None

    def _outcome(self) -> Outcome:
        ledger = self.wire.ledger
        return Outcome(
            requests=dict(ledger.requests),
            denied=dict(ledger.denied),
            skips=(*self.skips, *self._untouched()),
            troubles=tuple(self.troubles),
            ended=ledger.ended,
        )

    def _untouched(self) -> Iterator[Skip]:
        """What the counts say was left out and no event told."""
        ledger = self.wire.ledger
        told = {(skip.phase, skip.operation) for skip in self.skips}
        for operation in self.names.values():
            if ledger.gave_up(operation):
                yield Skip("", operation, "given up: its requests had no answer")
            for phase in self.plan.phases:
                key = (phase, operation)
                if key not in ledger.requests and not told & {key, (phase, None)}:
                    yield Skip(phase, operation, "nothing was sent")


def _steps(schema: _Schema) -> ExecutionPlan:
    """The testing phases only: the others send requests past the transport."""
    engine = Engine(schema)
    stateful = PhaseName.STATEFUL_TESTING
    names = (PhaseName.EXAMPLES, PhaseName.COVERAGE, PhaseName.FUZZING, stateful)
    return ExecutionPlan(
        [
            engine.get_phase_config(n, is_supported=True, requires_transitions=n is stateful)
            for n in names
        ]
    )
