"""In which order requests can be sent, so that no state that one leaves refuses the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from layers_contract.spec.contract import Contract, Lifecycle

States = tuple[str, ...]
"""The state in each lifecycle of the resource that is passed on; empty before there is one."""


def in_order(contract: Contract, names: Sequence[str]) -> list[str]:
    """The operations *names*, as near to their order as their refusals let them be.

    Each render is taken to end well before the next request, in a project that asks for a review.
    Where there is no such order, theirs.
    """
    return list(_Orders(contract).after(tuple(names), ()) or names)


class _Orders:
    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        found = [each for each in contract.lifecycles.values() if each.refusals]
        self.lifecycles = [each for each in found if each.schema == found[0].schema]
        self.makers = {name for name in contract.operations if self._makes(name)}
        self.after = lru_cache(None)(self._after)

    def _after(self, left: tuple[str, ...], states: States) -> tuple[str, ...] | None:
        """An order of what is *left* to send, once that is the state; None where there is none."""
        if not left:
            return ()
        for number, name in enumerate(left):
            if not self._refused(name, left, states):
                others = left[:number] + left[number + 1 :]
                rest = self.after(others, self._states_after(name, states))
                if rest is not None:
                    return (name, *rest)
        return None

    def _refused(self, name: str, left: tuple[str, ...], states: States) -> bool:
        """Whether a state refuses it, or what it is about is still to be made."""
        if not states:
            return self._takes(name) and not self.makers.isdisjoint(left)
        pairs = zip(self.lifecycles, states, strict=True)
        return any(each.refusal(name, state) for each, state in pairs)

    def _takes(self, name: str) -> bool:
        """Whether the resource of the lifecycles is named in the operation's path."""
        kinds = {self.contract.type_of(each) for each in self.lifecycles}
        return any(
            each.resource in kinds for each in self.contract.operations[name].path_parameters
        )

    def _makes(self, name: str) -> bool:
        """Whether it makes such a resource of nothing but what it is sent."""
        born = [s for each in self.lifecycles for s in each.transitions if not s.origins]
        return any(name in step.by for step in born) and not self._takes(name)

    def _states_after(self, name: str, states: States) -> States:
        if not states:
            return tuple(_born(each) for each in self.lifecycles) if name in self.makers else ()
        pairs = zip(self.lifecycles, states, strict=True)
        return tuple(self._moved(each, name, state) for each, state in pairs)

    def _moved(self, lifecycle: Lifecycle, name: str, state: str) -> str:
        """The state once *name* is done, and what the server does by itself after it."""
        for step in lifecycle.transitions:
            if name in step.by and state in step.origins:
                return _settled(lifecycle, step.targets[0])
        return state


def _born(lifecycle: Lifecycle) -> str:
    return _settled(lifecycle, lifecycle.gate.closed if lifecycle.gate else lifecycle.initial[0])


def _settled(lifecycle: Lifecycle, state: str) -> str:
    runs = any(not step.by and state in step.origins for step in lifecycle.transitions)
    if runs and "success" in lifecycle.endings.values() and state not in lifecycle.endings:
        return lifecycle.ending("success")
    return state
