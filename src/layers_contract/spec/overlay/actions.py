"""Actions, laid over a document one after another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from jsonpath import JSONPathEnvironment, JSONPathError, JSONPathMatch

from layers_contract.spec.document import to_pointer
from layers_contract.spec.overlay.files import NOTHING, Action, OverlayError

Json = Any

_JSONPATH: Final = JSONPathEnvironment(strict=True)


def apply(document: Json, actions: Sequence[Action], *, lax: bool = False) -> Json:
    """*document* after *actions*, one after another; *document* itself stays as it is.

    Raises:
        OverlayError: A target is no JSONPath, matches nothing (unless *lax*) or nodes of several
            kinds, or what it matches cannot take what the action has for it. A line for each
            action that does not fit; what follows such an action may not fit for that alone.
    """
    changed, misfits = plain(document), []
    for action in actions:
        try:
            _Step(changed, action, lax=lax).take()
        except OverlayError as error:
            misfits.append(str(error))
    if misfits:
        raise OverlayError("\n".join(misfits))
    return changed


def plain(value: Json) -> Json:
    """A copy in which nothing is shared, as an alias of YAML is, and keys are strings."""
    return json.loads(json.dumps(value))


class _Step:
    """An action on its way into a document."""

    def __init__(self, document: Json, action: Action, *, lax: bool) -> None:
        self.document = document
        self.action = action
        self.lax = lax

    def take(self) -> None:
        found = self._matches(self.action.target)
        if not found and not self.lax:
            raise self._error("matches nothing in the document")
        if self.action.remove:
            self._remove(found)
        elif self.action.copy is not None:
            self._lay(found, self._copied(self.action.copy))
        elif self.action.update is not NOTHING:
            self._lay(found, self.action.update)

    def _matches(self, query: str) -> list[JSONPathMatch]:
        """What *query* selects, each node once."""
        try:
            found = list(_JSONPATH.finditer(query, self.document))
        except JSONPathError as error:
            reason = str(error).splitlines()[0]
            raise self._error(f"is no JSONPath ({query}: {reason})") from error
        return list({match.parts: match for match in found}.values())

    def _copied(self, query: str) -> Json:
        found = self._matches(query)
        if len(found) != 1:
            raise self._error(f"cannot copy `{query}`: it selects {len(found)} nodes, not one")
        return found[0].obj

    def _remove(self, found: Sequence[JSONPathMatch]) -> None:
        """Take the nodes out; of one array the last first, so that the others keep their place."""
        keyed = [(*self._home(match), match) for match in found]
        for home, key, _ in sorted(keyed, key=lambda each: _rank(each[1]), reverse=True):
            del home[key]

    def _lay(self, found: Sequence[JSONPathMatch], value: Json) -> None:
        kinds = sorted({_kind(match.obj) for match in found})
        if len(kinds) > 1:
            raise self._error(f"matches nodes of several kinds: {' and '.join(kinds)}")
        for match in found:
            fresh = plain(value)
            if isinstance(match.obj, list):
                match.obj.extend(fresh if isinstance(fresh, list) else [fresh])
            elif isinstance(match.obj, dict) and isinstance(fresh, dict):
                self._merge(match.obj, fresh, match.parts)
            elif _kind(fresh) == "primitive" == _kind(match.obj):
                home, key = self._home(match)
                home[key] = fresh
            else:
                raise self._clash(match.obj, fresh, match.parts)

    def _merge(self, into: dict[str, Json], value: dict[str, Json], at: tuple[Any, ...]) -> None:
        for key, new in value.items():
            old = into.get(key, NOTHING)
            if isinstance(old, dict) and isinstance(new, dict):
                self._merge(old, new, (*at, key))
            elif isinstance(old, list) and isinstance(new, list):
                old.extend(new)
            elif old is NOTHING or _kind(old) == _kind(new) == "primitive":
                into[key] = new
            else:
                raise self._clash(old, new, (*at, key))

    def _home(self, match: JSONPathMatch) -> tuple[Any, Any]:
        """The array or object that holds the node, and its place in it."""
        if match.parent is None:
            raise self._error("is the whole document, which can be neither removed nor replaced")
        return match.parent.obj, match.parts[-1]

    def _clash(self, old: Json, new: Json, at: tuple[Any, ...]) -> OverlayError:
        where = f"#{to_pointer(at)}"
        return self._error(f"cannot lay one {_kind(new)} over one {_kind(old)} at {where}")

    def _error(self, problem: str) -> OverlayError:
        return OverlayError(f"{self.action.place}: target `{self.action.target}` {problem}")


def _kind(value: Json) -> str:
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "primitive"


def _rank(key: str | int) -> int:
    return key if isinstance(key, int) else -1
