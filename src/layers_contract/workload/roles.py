"""Which operation plays which part, read from the document's extensions."""

from __future__ import annotations

from dataclasses import dataclass

from layers_contract.contract import Contract
from layers_contract.document import Operation

__all__ = ["Roles"]


@dataclass(frozen=True, slots=True)
class Roles:
    """The operationIds by what they are for."""

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

    @classmethod
    def of(cls, contract: Contract) -> Roles:
        """The roles in *contract*."""
        starts, review, render = contract.starts, contract.review, contract.render
        new = [name for name, each in starts.items() if each.new_container]
        same = [name for name, each in starts.items() if not each.new_container]
        endings = render.causes(render.ending("cancel"))
        gate = review.gate
        policy = contract.operations[gate.operation] if gate else contract.reader("project")
        rejecting = next(name for name in same if starts[name].when)
        deciding = {name for step in review.transitions if step.origins for name in step.by}
        return cls(
            generate=next(n for n in new if _takes(contract.operations[n], "project")),
            clone=next(n for n in new if _takes(contract.operations[n], "container")),
            regenerate=next(n for n in same if not starts[n].when),
            reject=rejecting,
            approve=next(n for n in deciding if n not in starts),
            cancel=next(n for n in endings if _takes(contract.operations[n], "job")),
            archive=next(n for n in endings if _takes(contract.operations[n], "project")),
            read=contract.reader("container").id,
            job=contract.reader("job").id,
            progress=next(n for n in contract.polls if _takes(contract.operations[n], "container")),
            sign=contract.reader("container", "asset").id,
            list=next(iter(contract.lists)),
            policy=policy.id,
            update_policy=next(
                o.id
                for o in contract.operations.values()
                if o.path == policy.path and o.method != "GET"
            ),
        )


def _takes(operation: Operation, resource: str) -> bool:
    return any(p.resource == resource for p in operation.path_parameters)
