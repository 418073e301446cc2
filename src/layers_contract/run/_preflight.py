"""Whether what the target file names is there, and is what it must be: before anything is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.likeness import speaks
from layers_contract.run._greeting import Unjudgeable
from layers_contract.run._stage import Stage
from layers_contract.run._strangers import misplaced
from layers_contract.run.driver import Session
from layers_contract.run.workload import Actor
from layers_contract.spec.contract import Contract, MissingPartError
from layers_contract.spec.document import pointer
from layers_contract.target import Samples, Target, TargetError

__all__ = ["check_samples", "preflight", "refused_samples", "sample_reader"]

GONE: Final = frozenset({404, 410})
STRANGE: Final = frozenset({401, 403})


async def preflight(stage: Stage, session: Session) -> None:
    """Look at each entry once, with requests that only read; what cannot be looked at is noted.

    Raises:

        TargetError: An entry is not there, or is what it must not be.
        Unjudgeable: Nothing is there, and the url looks wrong.
    """
    _check_keys(stage.target)
    _check_ids(stage.target)
    look = _Look(stage, session)
    if stage.roles.some("policy", "list"):
        await look.at_own()
        await look.at_foreign()
    await look.at_samples()


def check_samples(contract: Contract, target: Target) -> None:
    """Let no entry of [samples] stand for nothing: each is a name that the document knows.

    Raises:

        TargetError: One is not.
    """
    known = sorted(_known_samples(contract))
    for name in target.samples.others:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it may be one of {', '.join(known)}"
            raise TargetError(f"[samples] {name}: the document has no such sample; {hint}")


def _known_samples(contract: Contract) -> set[str]:
    """The samples that the document names, the types of its resources, and our own."""
    own = {each.name for each in fields(Samples)} - {"others"}
    found = {*own, *contract.resources, *_sampled(contract.document.raw)}
    for operation in contract.operations.values():
        found |= {each.resource for each in operation.path_parameters if each.resource}
    return found


def _sampled(node: Any) -> Iterator[str]:
    """Each name that an `x-sample` gives, wherever in the document."""
    if isinstance(node, dict):
        if isinstance(name := node.get("x-sample"), str):
            yield name
        for each in node.values():
            yield from _sampled(each)
    elif isinstance(node, list):
        for each in node:
            yield from _sampled(each)


def _check_keys(target: Target) -> None:
    if target.api_key and target.api_key == target.other_api_key:
        raise TargetError("other_api_key is api_key again; name another organization's key")
    if target.api_key and target.api_key == target.limited_api_key:
        raise TargetError("limited_api_key is api_key again; name a key that lacks scopes")


def _entries(target: Target) -> Iterator[tuple[str, str]]:
    """The projects that the target file names, each with its entry."""
    projects = target.projects
    for name in ("open", "gated", "foreign", "foreign_disposable"):
        if named := getattr(projects, name):
            yield f"[projects] {name}", named
    for number, named in enumerate(projects.disposable, 1):
        yield f"[projects] disposable, number {number}", named


def _check_ids(target: Target) -> None:
    seen: dict[str, str] = {}
    for entry, named in _entries(target):
        if other := seen.get(named.lower()):
            raise TargetError(f"{entry} is the same project as {other}; name another one")
        seen[named.lower()] = entry


def sample_reader(contract: Contract, sample: str) -> str | None:
    """The operation that reads what an entry of [samples] names, if the document has one."""
    found = contract.resources.get(sample)
    if found and found.reader and len(found.reader.path_parameters) == 1:
        return found.reader.id
    for resource in sample.split("_"):
        try:
            return contract.reader(resource).id
        except MissingPartError:
            continue
    return None


@dataclass
class _Look:
    stage: Stage
    session: Session

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.stage.actor(self.session, "preflight")

    async def at_own(self) -> None:
        """Each project of our own organization: there, not archived, with its gate or without."""
        target, missing = self.stage.target, list[str]()
        own = [each for each in _entries(target) if "foreign" not in each[0]]
        for entry, named in own:
            answer = await self._read(named)
            if answer is None:
                missing.append(entry)
            elif answer.succeeded:
                self._check_policy(entry, answer)
                await self._check_alive(entry, named)
            else:
                self.stage.notes.append(f"{entry} could not be checked ({_said(answer)})")
        if missing:
            await self._complain(missing, own)

    async def _complain(self, missing: Sequence[str], own: Sequence[tuple[str, str]]) -> None:
        """Say which entry is wrong, or that the url is."""
        target, contract = self.stage.target, self.stage.contract
        if len(missing) == len(own):
            first = self.stage.roles.some("policy", "list")[0]
            answer = await self._ask(first, own[0][1], "none")
            if answer.status not in STRANGE or target.url.endswith(contract.beginning or "/"):
                hint = misplaced(contract, target)
                raise Unjudgeable(f"{target.url}: every call was answered 404; {hint}")
        what = "is not there for this key (404); create it, or name another one"
        raise TargetError(f"{missing[0]} {what}")

    async def _read(self, project: str, credential: str = "own") -> Exchange | None:
        """What is said of a project; None where all agree that it is not there."""
        for operation in self.stage.roles.some("policy", "list"):
            answer = await self._ask(operation, project, credential)
            if answer.status not in GONE or not speaks(self.stage.contract, answer):
                return answer
        return None

    async def _ask(self, operation: str, project: str, credential: str) -> Exchange:
        return await self.actor.call(operation, ids={"project": project}, credential=credential)

    def _check_policy(self, entry: str, answer: Exchange) -> None:
        gate = self.actor.gate
        first = gate.first(answer.json) if gate else ()
        if not gate or not first or answer.operation != gate.operation:
            return
        if entry.endswith(" open") and gate.open not in first:
            raise TargetError(f"{entry} asks for a review; name a project that does not")
        if entry.endswith(" gated") and gate.closed not in first:
            raise TargetError(f"{entry} asks for no review; name a project that does")

    async def _check_alive(self, entry: str, project: str) -> None:
        """Where a project can be read itself: it is not archived already."""
        contract, roles = self.stage.contract, self.stage.roles
        try:
            reader = contract.reader("project").id
        except MissingPartError:
            return
        if reader in roles.parts["policy"] or not roles.parts["archive"]:
            return
        answer = await self._ask(reader, project, "own")
        for field, values in _marks(contract, roles.archive):
            if answer.succeeded and _member(answer.json, field) in values:
                raise TargetError(f"{entry} is archived already; name another one")

    async def at_foreign(self) -> None:
        """Each project of the other organization: there for its key, and not for ours.

        Where both can read it, it is for the run to say who is wrong.
        """
        target = self.stage.target
        for entry, named in _entries(target):
            if "foreign" not in entry:
                continue
            theirs = await self._read(named, "other") if target.other_api_key else None
            if target.other_api_key and theirs is None:
                raise TargetError(
                    f"{entry} is not there for other_api_key (404); name a project of theirs"
                )
            ours = await self._ask(self.stage.roles.some("policy", "list")[0], named, "own")
            if ours.succeeded and not (theirs and theirs.succeeded):
                raise TargetError(
                    f"{entry} can be read with api_key; name a project of another organization"
                )

    async def at_samples(self) -> None:
        """Each sample that the document has a read operation for."""
        for entry, value in _samples(self.stage.target):
            operation = sample_reader(self.stage.contract, entry)
            if operation is None:
                continue
            [parameter] = self.stage.contract.operations[operation].path_parameters
            ids = {parameter.resource or parameter.name: value}
            answer = await self.actor.call(operation, ids=ids)
            if answer.status in GONE and speaks(self.stage.contract, answer):
                raise TargetError(f"[samples] {entry} is not there (404); name one that is")


def _samples(target: Target) -> Iterator[tuple[str, str]]:
    yield from ((name, str(value)) for name, value in target.samples.items())


def _member(value: Any, field: str) -> Any:
    return pointer(value, field if field.startswith("/") else f"/{field}")


def _marks(contract: Contract, archive: str) -> Iterator[tuple[str, list[Any]]]:
    """The fields by which an archived project differs: those with one value in the response."""
    for status, response in contract.operations[archive].responses.items():
        schema = contract.document.resolve(response.schema or {}) if status[0] == "2" else {}
        for name, raw in schema.get("properties", {}).items():
            member = contract.document.resolve(raw)
            values = [member["const"]] if "const" in member else member.get("enum", [])
            if len(values) == 1:
                yield name, values


def _said(answer: Exchange) -> str:
    return str(answer.status or answer.failure or "no answer")


def refused_samples(target: Target, calls: Iterable[Exchange]) -> Iterator[str]:
    """A note for each sample of which every call that named it was refused."""
    known = list(calls)
    for entry, value in _samples(target):
        quoted = f'"{value}"'.encode()
        named = [e for e in known if e.credential == "own" and quoted in e.request_body]
        answered = [e for e in named if e.answered]
        if answered and all(each.refused for each in answered):
            n = len(answered)
            often = f"all {n} calls that named it were" if n > 1 else "the call that named it was"
            yield f"[samples] {entry}: {often} refused ({answered[0].status}); is it there?"
