"""Reads of one render, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from layers_contract.judge.facts import Facts, Seen, earlier, indexed


@indexed
def ordered_reads(facts: Facts) -> list[tuple[Seen, Seen]]:
    """Reads of one render that are certainly ordered in time, and show documented states."""
    return list(_find_pairs(facts))


def _find_pairs(facts: Facts) -> Iterator[tuple[Seen, Seen]]:
    known = facts.contract.render.states
    for container in facts.own:
        for render in container.renders:
            mine = [seen for seen in container.reads_of(render) if seen.state in known]
            for after, before in earlier(mine, attrgetter("state")):
                for each in before:
                    yield each, after
