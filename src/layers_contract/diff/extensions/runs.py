"""What an operation starts, and how to wait for what it started.

- To start a run where none was started, or none any more, is breaking: it costs, or is missed. So
  is another container, job pointer, kind or condition.
- A slower schedule is breaking, for a client has to wait longer than it did; a faster one is an
  addition. More or less jitter, alone, is wording. A schedule where there was none is breaking, and
  so is one that is gone: nobody knows then how often is allowed.
- A validator that is gone or has other headers is breaking, a new one is an addition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layers_contract.diff.extensions.pair import Pair, Spot, span
from layers_contract.diff.model import Change
from layers_contract.spec.contract import seconds

Json = Any
Raw = Mapping[str, Json]

_CONTAINERS: Final = {
    "new": "a new container",
    "same": "the container in its path",
    "none": "no container",
}


def starts(pair: Pair) -> Iterator[Change]:
    """How `x-starts` differs."""
    for spot in pair.shaped("x-starts"):
        (name,) = spot.operations or ("",)
        if spot.new is None:
            what = f"{name} no longer starts a run."
            yield spot.change("breaking", "starts-removed", what, "Start the run in another way.")
        elif spot.old is None:
            what = f"{name} now starts a run, on {_CONTAINERS[spot.new['container']]}."
            todo = "Expect a job, and what it costs."
            yield spot.change("breaking", "starts-added", what, todo)
        else:
            yield from _starts_differently(spot, name, spot.old, spot.new)


def _starts_differently(spot: Spot, name: str, old: Raw, new: Raw) -> Iterator[Change]:
    if old["container"] != new["container"]:
        what = f"{name} now works on {_CONTAINERS[new['container']]}."
        todo = "Take the container's id from the answer."
        yield spot.change("breaking", "starts-container-changed", what, todo)
    if old["job"] != new["job"]:
        what = f"The job that {name} starts is now at {_at(new['job'])} of its answer."
        yield spot.change("breaking", "starts-job-moved", what, "Read the job from there.")
    if old.get("kind") != new.get("kind"):
        kind = f"`{new['kind']}`" if "kind" in new else "no promised kind"
        what = f"The job that {name} starts is now of another kind: {kind}."
        yield spot.change("breaking", "starts-kind-changed", what, f"Expect {kind}.")
    if old.get("when") != new.get("when"):
        when = new.get("when")
        what = f"{name} now starts a run " + (
            f"only where `{when[1:]}` is true." if when else "always."
        )
        todo = (
            f"Send `{when[1:]}` as true where you want a run."
            if when
            else "Expect a job each time."
        )
        yield spot.change("breaking", "starts-condition-changed", what, todo)
    kinds = (each.get("kind-source", each["source"]) for each in (old, new))
    yield from spot.trust(f"What {name} starts", old["source"], new["source"])
    if old["source"] == new["source"]:
        yield from spot.trust(f"The kind of the job that {name} starts", *kinds)


def polling(pair: Pair) -> Iterator[Change]:
    """How `x-polling` differs."""
    for spot in pair.shaped("x-polling"):
        (name,) = spot.operations or ("",)
        if spot.new is None:
            what = f"{name} is no longer there to be polled."
            yield spot.change("breaking", "polling-removed", what, "Poll another operation.")
        elif spot.old is None:
            yield spot.change("addition", "polling-added", f"{name} may now be polled.")
        else:
            yield from _paced(spot, name, spot.old.get("schedule"), spot.new.get("schedule"))
            yield from _validator(spot, name, spot.old.get("validator"), spot.new.get("validator"))
            subject = f"How {name} is polled"
            yield from spot.trust(subject, spot.old["source"], spot.new["source"])


def _paced(spot: Spot, name: str, old: Raw | None, new: Raw | None) -> Iterator[Change]:
    if old and new:
        yield from _schedule(spot, name, old, new)
    elif new:
        what = f"{name} is now to be polled at a pace: {_told(new)}."
        todo = f"Wait before each call of {name} as long as that."
        yield spot.change("breaking", "polling-schedule-added", what, todo)
    elif old:
        what = f"How often {name} may be polled is no longer promised."
        yield spot.change("breaking", "polling-schedule-removed", what, "Heed each refusal.")


def _schedule(spot: Spot, name: str, old: Raw, new: Raw) -> Iterator[Change]:
    before, now = _pace(old), _pace(new)
    told = f"{_told(new)}, not {_told(old)}"
    if any(after > earlier for earlier, after in zip(before, now, strict=True)):
        what = f"{name} is to be polled more slowly: {told}."
        todo = f"Wait before each call of {name} as long as that."
        yield spot.change("breaking", "polling-slower", what, todo)
    elif before != now:
        yield spot.change("addition", "polling-faster", f"{name} may be polled faster: {told}.")
    if old["jitter"] != new["jitter"]:
        what = f"The waits between polls of {name} now vary by up to {span(new['jitter'])}."
        yield spot.change("wording", "polling-jitter-changed", what)


def _pace(schedule: Raw) -> tuple[float, float, float]:
    return seconds(schedule["initial"]), schedule["factor"], seconds(schedule["maximum"])


def _told(schedule: Raw) -> str:
    return (
        f"first after {span(schedule['initial'])}, then {schedule['factor']} times that and so on"
        f" up to {span(schedule['maximum'])}"
    )


def _validator(spot: Spot, name: str, old: Raw | None, new: Raw | None) -> Iterator[Change]:
    if old and not new:
        what = f"{name} no longer tells by {old['unchanged']} that nothing has changed."
        todo = f"Do not send `{old['request']}`."
        yield spot.change("breaking", "polling-validator-removed", what, todo)
    elif new and not old:
        what = f"{name} can now be asked with `{new['request']}` for what has changed alone."
        yield spot.change("addition", "polling-validator-added", what)
    elif new and old != new:
        what = f"{name} now tells by {new['unchanged']} that the `{new['response']}` sent in"
        what += f" `{new['request']}` still holds."
        todo = f"Send the last `{new['response']}` in `{new['request']}`."
        yield spot.change("breaking", "polling-validator-changed", what, todo)


def _at(pointer: str) -> str:
    return f"`{pointer}`" if pointer else "the top"
