"""The quick start with curl: one flow of the document as commands that can be copied and run.

Values come from the document's own examples. Ids travel in variables that are named after the
path parameters that take them: `jobId` is `$JOB`.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from layers_contract.codegen.client.facts import Facts
from layers_contract.publish.portal.overview import first_starts
from layers_contract.publish.portal.quickstart import Snippet
from layers_contract.spec.contract import Contract, Lifecycle
from layers_contract.spec.document import Document, Operation, Response
from layers_contract.spec.nodes import tokens

__all__ = ["curl"]

_FIELD: Final = """\
field() {  # the first text field of that name in the JSON on stdin
  grep -o "\\"$1\\" *: *\\[\\{0,1\\} *\\"[^\\"]*\\"" | head -n 1 | cut -d '"' -f 4
}"""
_FRESH: Final = "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')"


def curl(document: Document) -> list[Snippet]:
    """Start, poll, read, decide: as far as the document has such operations."""
    contract = Contract(document)
    key = Facts(document).names.key_variable
    found = first_starts(contract)
    return list(_Flow(contract, contract.operations[found[0]], key).steps()) if found else []


class _Flow:
    """What becomes of what *start* begins; *key* is the variable that holds the API key."""

    def __init__(self, contract: Contract, start: Operation, key: str) -> None:
        self._contract = contract
        self._document = contract.document
        self._start = start
        self._key = key
        self._job = _job(contract, start)
        self._made = self._type_made()

    def _type_made(self) -> str:
        """The type of what the job fills, where the job names it; nothing where there is none."""
        mirroring = (each for each in self._contract.lifecycles.values() if each.mirror)
        types = (self._contract.type_of(each) for each in mirroring)
        return next((each for each in types if each in self._job), "")

    def steps(self) -> Iterator[Snippet]:
        """Each with the operation's own summary as its title."""
        yield Snippet("Say who you are, and where", "", self._prepared())
        yield _step(self._start, self._started())
        if poll := self._reader(self._job.get("type", ""), [*self._contract.polls]):
            yield _step(poll, self._polled(poll))
        if read := self._reader(self._made, [*self._contract.operations]):
            yield _step(read, self._call(read))
        yield from self._decided()

    def _reader(self, resource: str, names: Sequence[str]) -> Operation | None:
        """The first of *names* that reads just what the id of *resource* names."""
        found = (self._contract.operations[name] for name in names)
        return next((each for each in found if _reads(each, resource)), None)

    def _decided(self) -> Iterator[Snippet]:
        """One of the operations that take a waiting review further: the first, or another."""
        for lifecycle in self._contract.lifecycles.values():
            deciding = _deciding(lifecycle)
            found = [each for name, each in self._contract.operations.items() if name in deciding]
            for number, decision in enumerate(found):
                step = _step(decision, self._call(decision))
                title = f"Or {step.title[:1].lower()}{step.title[1:]}" if number else step.title
                yield replace(
                    step, title=title, note=" ".join(filter(None, (_when(lifecycle), step.note)))
                )

    def _prepared(self) -> str:
        server = next((each["url"] for each in self._document.raw.get("servers", ())), "")
        known = ((variable(p.name), str(p.example)) for p in self._start.path_parameters)
        ids = (f"{name}={shlex.quote(example)}  # yours" for name, example in known)
        lines = (f"export {self._key}=…  # yours", f"API={shlex.quote(server.rstrip('/'))}", *ids)
        return "\n".join([*lines, "", _FIELD])

    def _started(self) -> str:
        fresh = ["# Fresh for each call, kept for its retries.", f"KEY={_FRESH}"]
        lines = fresh if self._keyed(self._start) else []
        lines.append(f"ANSWER=$({_indented(self._call(self._start))})")
        for name, at in ((self._job.get("type", ""), "id"), (self._made, self._made)):
            if at in self._job:
                field = _last(self._job[at])
                lines.append(f'{variable(name)}=$(echo "$ANSWER" | field {field})')
        return "\n".join([*lines, 'echo "$ANSWER"'])

    def _polled(self, poll: Operation) -> str:
        """As long as the state is one that goes on; any other, and none at all, ends it."""
        lifecycle = self._shown(poll)
        if lifecycle is None:
            return self._call(poll)
        going = " | ".join(shlex.quote(s) for s in lifecycle.states if s not in lifecycle.endings)
        pause = self._contract.polls[poll.id].initial
        return "\n".join(
            (
                "while :; do",
                f"  STATUS=$({_indented(self._call(poll), 4)} | field {_last(lifecycle.field)})",
                '  echo "$STATUS"',
                f"  case $STATUS in {going}) sleep {pause:g} ;; *) break ;; esac",
                "done",
            )
        )

    def _shown(self, operation: Operation) -> Lifecycle | None:
        """The lifecycle of what *operation* answers with."""
        schemas = {view.schema for view in _answer(operation).views if not view.at}
        lifecycles = self._contract.lifecycles.values()
        return next((each for each in lifecycles if each.schema in schemas), None)

    def _call(self, operation: Operation) -> str:
        method = "" if operation.method == "GET" else f"-X {operation.method} "
        scheme = self._document.key_scheme
        parts = [
            f'curl -sS --fail-with-body {method}"$API{_path(operation)}"',
            f'-H "{scheme.header}: {scheme.value(f"${self._key}")}"',
            *self._keyed(operation),
            *_body(operation),
        ]
        return " \\\n  ".join(parts)

    def _keyed(self, operation: Operation) -> list[str]:
        rule = self._document.raw.get("x-idempotency")
        return [f'-H "{rule["header"]}: $KEY"'] if rule and "x-idempotent" in operation.raw else []


def variable(parameter: str) -> str:
    """The shell variable of a path parameter or resource: `projectId` is `PROJECT`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", parameter.removesuffix("Id"))
    return re.sub(r"\W", "_", spaced).upper()


def _step(operation: Operation, code: str) -> Snippet:
    title = str(operation.raw.get("summary", operation.id))
    scopes = " and ".join(f"`{each}`" for each in operation.scopes)
    return Snippet(title, operation.id, code, f"Needs a key with {scopes}." if scopes else "")


def _answer(operation: Operation) -> Response:
    return operation.responses[str(min(operation.success))]


def _job(contract: Contract, start: Operation) -> Mapping[str, str]:
    """Where the ids are in the job that *start* is answered with."""
    at = tuple(tokens(contract.starts[start.id].job))
    return next((view.resource for view in _answer(start).views if view.at == at), {})


def _reads(operation: Operation, resource: str) -> bool:
    named = tuple(parameter.resource for parameter in operation.path_parameters)
    return operation.method == "GET" and named == (resource,) and operation.path.endswith("}")


def _deciding(lifecycle: Lifecycle) -> set[str]:
    """The operations that leave the state of a closed gate."""
    closed = lifecycle.gate.closed if lifecycle.gate else None
    return {name for each in lifecycle.transitions if closed in each.origins for name in each.by}


def _when(lifecycle: Lifecycle) -> str:
    state = lifecycle.gate.closed if lifecycle.gate else ""
    return f"While its `{_last(lifecycle.field)}` is `{state}`, which only some projects ask for."


def _path(operation: Operation) -> str:
    """The path inside double quotes, its parameters as variables."""
    parts = re.split(r"{(.+?)}", operation.path)
    return "".join(
        f"${{{variable(part)}}}" if number % 2 else re.sub(r'(["$`\\])', r"\\\1", part)
        for number, part in enumerate(parts)
    )


def _body(operation: Operation) -> list[str]:
    """The shortest example that says something."""
    written = (json.dumps(each, ensure_ascii=False) for each in operation.body_examples.values())
    said = sorted((each for each in written if each != "{}"), key=len)
    if not said:
        return []
    return ["-H 'Content-Type: application/json'", f"-d {shlex.quote(said[0])}"]


def _indented(command: str, by: int = 2) -> str:
    return command.replace("\n", "\n" + " " * by)


def _last(pointer: str) -> str:
    """The field's name, as one word of the shell."""
    named = [part for part in tokens(pointer) if not part.isdecimal() and part != "*"]
    return shlex.quote(named[-1] if named else "")
