"""A reproduction as files: a pytest module that sends it again, and a curl script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, fields, replace
from typing import Any, Final

from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.replay.known import known_in
from layers_contract.replay.reproduce import Reproduction
from layers_contract.replay.script import Ref, Step
from layers_contract.report import clean, script
from layers_contract.target import KEY_VARIABLE, Target, way_of

__all__ = ["CONFTEST", "files"]

CONFTEST: Final = '''"""`pytest --target FILE.toml` judges the server of that target file."""

from layers_contract.replay.pytest_target import pytest_addoption, pytest_configure

__all__ = ["pytest_addoption", "pytest_configure"]
'''
"""Stands beside written tests as `conftest.py`."""
WIDTH: Final = 400
"""Characters of what a server said that are shown."""
MOST_TRIES: Final = 10
"""How often is looked for what does not show every time."""


def files(
    outcome: Outcome, target: Target, found: Reproduction, document: str | None = None
) -> dict[str, str]:
    """The files of a reproduction, by name; *document* is a file beside them, if not the shipped.

    Its text is for the caller to write.
    """
    name = re.sub(r"[^a-z0-9]+", "_", found.judged.promise.id)
    proof = Violation(found.violation.message, tuple(found.history))
    shown = replace(outcome, history=found.history)
    return {
        f"test_{name}.py": "\n".join(_module(outcome, target, found, name, document)) + "\n",
        f"{found.judged.promise.id}.sh": script(shown, proof),
    }


def _module(
    outcome: Outcome, target: Target, found: Reproduction, name: str, document: str | None
) -> Iterator[str]:
    promise = found.judged.promise
    said = _quoted(found.violation.message)
    yield f'"""{promise.id} ({found.judged.source}): {promise.statement}'
    yield ""
    yield f"It did not hold: {said}."
    yield f"{len(outcome.history)} requests were cut down to {len(found.steps)}, which showed it"
    yield f"{found.shown} of {found.tried} times. Send them again, with fresh keys, by"
    yield ""
    yield f"    {KEY_VARIABLE}=… python test_{name}.py [--target FILE.toml]"
    yield f"    {KEY_VARIABLE}=… pytest test_{name}.py [--target FILE.toml]"
    yield ""
    yield f"Without a target file they go to {_quoted(outcome.target)}, or to"
    yield "where LAYERS_URL says. Exit code 0: not broken any more; 1: still broken; 3: the server"
    yield "cannot be judged, for it is not there, or refuses the key."
    yield '"""'
    yield ""
    if document:
        yield "from pathlib import Path"
        yield ""
    refs = "Ref, " if any(each for step in found.steps for each in step.refs) else ""
    yield f"from layers_contract.replay import Again, {refs}Step"
    yield ""
    yield "STEPS = ("
    for step in found.steps:
        yield from _step(step)
    yield ")"
    yield ""
    yield "AGAIN = Again("
    for key, value in _case(outcome, target, found).items():
        yield f"    {key}={_code(value)},"
    if document:
        yield f"    document=Path(__file__).with_name({_code(document)}),"
    yield ")"
    yield ""
    yield ""
    yield f"def test_{name}() -> None:"
    yield f'    """{promise.statement}"""'
    yield "    AGAIN.test(STEPS)"
    yield ""
    yield ""
    yield 'if __name__ == "__main__":'
    yield "    AGAIN.main(STEPS)"


def _case(outcome: Outcome, target: Target, found: Reproduction) -> dict[str, Any]:
    """How the steps are to be sent and judged again."""
    return {
        "promise": found.judged.promise.id,
        "marker": found.marker,
        "url": clean(outcome.target, WIDTH),
        "expect": asdict(target.expect),
        "known": known_in(found.steps, target),
        "strict": outcome.strict,
        "tries": 1 if found.shown == found.tried else MOST_TRIES,
        "succeeds": any(e.succeeded and e.credential == "own" for e in found.history),
        "way": way_of(target),
    }


def _step(step: Step) -> Iterator[str]:
    yield "    Step("
    for each in fields(Step):
        value = getattr(step, each.name)
        if each.default is not MISSING and value == each.default:
            continue
        if value or each.default_factory is MISSING:
            yield f"        {each.name}={_code(value)},"
    yield "    ),"


def _code(value: Any) -> str:
    """A value as Python code."""
    if isinstance(value, Ref):
        return f"Ref({value.number}, {_code(value.at)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_code(k)}: {_code(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{_code(each)}, " for each in value) + ")"
    if isinstance(value, str):
        return clean(json.dumps(value, ensure_ascii=False))
    return repr(value)


def _quoted(text: str) -> str:
    """*text* as it may stand in a docstring."""
    return clean(text, WIDTH).replace("\\", "\\\\").replace('"', "'")
