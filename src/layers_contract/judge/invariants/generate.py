"""A new container from a brief is what was asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Seen, Started, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._cancels import may_be_archived
from layers_contract.judge.invariants._keys import is_used_for_another
from layers_contract.judge.invariants._requests import NAMES_A_RESOURCE, is_json, valid
from layers_contract.judge.invariants._starts import is_replay
from layers_contract.spec.document import pointer

BRIEF = "/brief"
INVALID = 422
ODD = re.compile("[\\x00-\\x1f\\x7f\\u202a-\\u202e\\ufeff\\ud800-\\udfff]")
"""Characters that a server may well refuse: control, direction, byte order, half of a pair."""
CUT = ("...", "…")
"""What an abbreviation ends with; the seed page's own sample is one."""


@invariant(
    "generate.brief",
    needs="a container that this run generated, and its brief",
    reads=("request/brief", "container/brief"),
)
def brief(facts: Facts) -> Iterator[Occasion]:
    """What the first render shows of its brief is what was asked for."""
    for container in facts.own:
        made = container.created
        render = facts.jobs[made.job].render if made else None
        asked = _asked_for(facts, made) if made else {}
        if made is None or render is None or not asked:
            continue
        last, wrong = None, list[str]()
        for seen in container.reads_of(render):
            shown = pointer(seen.data, BRIEF)
            if not isinstance(shown, dict) or not asked.keys() & shown.keys():
                continue
            if shown != last:
                wrong = [n for n, v in asked.items() if n in shown and not _alike(v, shown[n])]
                last = shown
            message = f"container {container.id} shows another {', '.join(wrong)} than asked for"
            yield broken(message, made.exchange, seen) if wrong else HELD


def _asked_for(facts: Facts, made: Started) -> dict[str, Any]:
    """The documented fields that a sound call gave a value, if it began what its answer names."""
    asked = pointer(made.exchange.request_json, BRIEF)
    if made.operation not in _generating(facts) or not isinstance(asked, dict):
        return {}
    if not valid(facts, made.exchange) or is_replay(facts, made):
        return {}
    known = _brief_fields(facts)
    return {n: v for n, v in asked.items() if n in known and v not in (None, [], "")}


@indexed
def _generating(facts: Facts) -> set[str]:
    """The operations that make a container in a project, from a brief."""
    return {
        name
        for name, starts in facts.contract.starts.items()
        if starts.new_container and facts.project_parameter in _parameters(facts, name)
    }


def _parameters(facts: Facts, operation: str) -> set[str]:
    known = facts.contract.operations.get(operation)
    return {parameter.name for parameter in known.path_parameters} if known else set()


@indexed
def _brief_fields(facts: Facts) -> frozenset[str]:
    container = facts.contract.document.schema(facts.contract.render.schema)
    found = facts.contract.document.resolve(container["properties"][BRIEF[1:]])
    return frozenset(found["properties"])


def _alike(asked: Any, shown: Any) -> bool:
    """Whether two values say the same: white space, case of words and repetitions aside."""
    if asked == shown:
        return True
    if isinstance(asked, str) and isinstance(shown, str):
        one, other = _plain(asked), _plain(shown)
        cut = next((other.removesuffix(end) for end in CUT if other.endswith(end)), None)
        return one == other or (cut is not None and one.startswith(cut.strip()))
    if isinstance(asked, list) and isinstance(shown, list):
        return {_plain(str(each)) for each in asked} == {_plain(str(each)) for each in shown}
    return not shown


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@invariant(
    "generate.accepts",
    needs="a generate call that breaks no documented limit",
    reads=("request/brief",),
)
def accepts(facts: Facts) -> Iterator[Occasion]:
    """A brief that keeps to the limits, and names nothing that might not be there, is accepted."""
    for name in _generating(facts):
        for exchange in facts.answers[name]:
            if not _may_expect(facts, exchange):
                continue
            if exchange.succeeded:
                yield HELD
            elif exchange.status == INVALID:
                yield broken(f"{name} refused what the document allows", exchange)


def _may_expect(facts: Facts, exchange: Exchange) -> bool:
    """Whether nothing but its brief could be the reason to refuse a call as invalid."""
    asked = pointer(exchange.request_json, BRIEF)
    if not isinstance(asked, dict) or not _of_this_run(facts, asked):
        return False
    fields = _brief_fields(facts)
    if any(name not in fields or name in NAMES_A_RESOURCE for name in asked):
        return False
    project = exchange.path_params.get(facts.project_parameter, "")
    there = exchange.credential == "own" and project.lower() in _open_to_us(facts)
    if not there or may_be_archived(facts, project, exchange) or not is_json(exchange):
        return False
    return not is_used_for_another(facts, exchange) and valid(facts, exchange)


def _of_this_run(facts: Facts, asked: dict[str, Any]) -> bool:
    """Whether the run wrote a brief itself, in characters that people write with."""
    marker, hook = facts.expect.marker, str(asked.get("hook"))
    return marker is not None and marker in hook and not ODD.search(hook)


@indexed
def _open_to_us(facts: Facts) -> set[str]:
    """The projects in which something was answered to this run's own key."""
    return {
        project.lower()
        for name, exchanges in facts.answers.items()
        if facts.project_parameter in _parameters(facts, name)
        for each in exchanges
        if each.credential == "own" and each.succeeded
        if (project := each.path_params.get(facts.project_parameter))
    }


@invariant(
    "generate.container",
    needs="a container that this run generated",
    reads=("container/projectId", "container/format"),
)
def generated(facts: Facts) -> Iterator[Occasion]:
    """A new container is in the project asked for, in the format asked for unless that is open."""
    for container in facts.own:
        made = container.created
        if made is None or facts.project_parameter not in made.exchange.path_params:
            continue
        for seen in container.reads:
            if not seen.data.keys() & {"projectId", "format"}:
                continue
            wrong = _not_as_asked(facts, made.exchange, seen)
            message = f"container {container.id} has another {wrong} than was asked for"
            yield broken(message, made.exchange, seen) if wrong else HELD


def _not_as_asked(facts: Facts, asked: Exchange, seen: Seen) -> str | None:
    project = asked.path_params[facts.project_parameter]
    shown = seen.data.get("projectId")
    if isinstance(shown, str) and shown.lower() != project.lower():
        return "project"
    wanted, got = pointer(asked.request_json, "/format"), seen.data.get("format")
    if wanted is None or got is None or got == wanted:
        return None
    return None if wanted == facts.contract.open_format else "format"
