"""Renders that are over before the run can look at them: what it could see less often for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from layers_contract.history.exchanges import History
from layers_contract.judge.facts import Facts, Job
from layers_contract.judge.verdicts import Judged
from layers_contract.spec.contract import Contract

__all__ = ["UNDER_WAY", "missed"]

UNDER_WAY: Final = frozenset(
    {"lifecycle.order", "lifecycle.refused", "lifecycle.canceled", "container.assets-early"}
    | {"job.progress", "job.one-story", "progress.same-as-job", "approval.early"}
    | {"cancel.accepted", "cancel.ends", "archive.cancels"}
)
"""Promises about what is still under way."""
SHARE: Final = 0.3
LEAST: Final = 3


def missed(contract: Contract, history: History, judged: Sequence[Judged]) -> Iterator[str]:
    """A note where many renders had ended when the run looked at them for the first time."""
    facts = Facts(contract, history)
    jobs = [job for job in facts.jobs.values() if job.render and job.views and not job.cancels]
    over = [job for job in jobs if job.views[0].state in contract.job.endings]
    if len(over) < max(LEAST, SHARE * len(jobs)):
        return
    reaction = median(_reaction(job) for job in over)
    names = ", ".join(sorted(UNDER_WAY & {each.promise.id for each in judged}))
    if names:
        yield (
            f"renders are shorter than the run's own reaction: {len(over)} of {len(jobs)} were "
            f"over at the first look, after {reaction:.2f} s; judged less often for that: {names}"
        )


def _reaction(job: Job) -> float:
    """Seconds from when a render was accepted to the first look at it."""
    accepted = job.render.first.exchange.received_at if job.render else job.views[0].sent
    return max(job.views[0].received - accepted, 0.0)
