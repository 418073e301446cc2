"""Which operation plays which part, read from the document's extensions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layers_contract.contract import Contract
from layers_contract.document import DocumentError, Operation

__all__ = ["Roles"]


@dataclass(frozen=True, slots=True)
class Roles:
    """The operationIds by what they are for.

    `formats` is what a creative can be, without the one that leaves it to the server.
    """

    generate: str
    regenerate: str
    clone: str
    approve: str
    reject: str
    cancel: str
    archive: str
    read: str
    progress: str
    job: str
    sign: str
    list: str
    policy: str
    update_policy: str
    formats: tuple[str, ...]

    @classmethod
    def of(cls, contract: Contract) -> Roles:
        """The roles in *contract*.

        Raises:
            DocumentError: No operation plays one of them.
        """
        starts, review, render = contract.starts, contract.review, contract.render
        new = [name for name, each in starts.items() if each.new_container]
        same = [name for name, each in starts.items() if not each.new_container]
        endings = render.causes(render.ending("cancel"))
        gate = review.gate
        policy = contract.operations[gate.operation] if gate else contract.reader("project")
        generate = _first("creates", (n for n in new if _takes(contract.operations[n], "project")))
        rejecting = _first("rejects", (name for name in same if starts[name].when))
        deciding = {name for step in review.transitions if step.origins for name in step.by}
        return cls(
            generate=generate,
            clone=_first("clones", (n for n in new if _takes(contract.operations[n], "container"))),
            regenerate=_first("renders again", (n for n in same if not starts[n].when)),
            reject=rejecting,
            approve=_first("approves", (n for n in deciding if n not in starts)),
            cancel=_first("cancels", (n for n in endings if _takes(contract.operations[n], "job"))),
            archive=_first(
                "archives", (n for n in endings if _takes(contract.operations[n], "project"))
            ),
            read=contract.reader("container").id,
            job=contract.reader("job").id,
            progress=_first(
                "polls a container",
                (n for n in contract.polls if _takes(contract.operations[n], "container")),
            ),
            sign=contract.reader("container", "asset").id,
            list=_first("lists", contract.lists),
            policy=policy.id,
            update_policy=_first(
                "changes the policy",
                (
                    o.id
                    for o in contract.operations.values()
                    if o.path == policy.path and o.method != "GET"
                ),
            ),
            formats=_formats(contract, generate),
        )


def _first(part: str, names: Iterable[str]) -> str:
    """The first operation of *names*.

    Raises:
        DocumentError: There is none.
    """
    for name in names:
        return name
    raise DocumentError(f"#/paths: no operation {part}; the workload needs one")


def _formats(contract: Contract, generate: str) -> tuple[str, ...]:
    document = contract.document
    asked = document.resolve(contract.operations[generate].body)["properties"]["format"]
    names = document.resolve(asked["allOf"][0])["enum"]
    return tuple(name for name in names if name != asked.get("default"))


def _takes(operation: Operation, resource: str) -> bool:
    return any(p.resource == resource for p in operation.path_parameters)
