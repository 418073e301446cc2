"""Lists of any document: by page, by filter, by what bounds them, and by what they do not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from layers_contract.history.exchanges import Exchange
from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.schemas import flat
from layers_contract.spec.document import Parameter, pointer

__all__ = ["listed", "walk", "walk_filters"]

Json = Any
Query = tuple[tuple[str, str], ...]
MOST_PAGES: Final = 40
FEW: Final = 5
MOST_VALUES: Final = 8


async def walk(
    maker: Maker,
    operation: str,
    ids: Mapping[str, str],
    query: Query = (),
    pages: int = MOST_PAGES,
) -> list[Json]:
    """The items of a list up to its end, or of so many *pages*."""
    page, found, cursor = maker.contract.lists[operation], list[Json](), Query()
    for _ in range(pages):
        answer = await maker.call(operation, ids, query=(*query, *cursor))
        found += _items(answer, page.items)
        after = pointer(answer.json, page.next) if answer.succeeded else None
        if not isinstance(after, str) or not after:
            break
        cursor = ((page.cursor, after),)
    return found


def _items(answer: Exchange, at: str) -> list[Json]:
    found = pointer(answer.json, at) if answer.succeeded else None
    return found if isinstance(found, list) else []


async def listed(maker: Maker, operation: str, creators: Sequence[str]) -> None:
    """Walked by one, by two, by default and by the most, while things are made and afterwards."""
    ids = await maker.ids(operation)
    page, limit = maker.contract.lists[operation], _limit(maker, operation)
    most = limit.get("maximum")
    things = [await maker.create(each, known=_within(maker, each, ids)) for each in creators]
    await walk(maker, operation, ids, ((page.limit, "2"),), pages=4)
    for each in things:
        await maker.follow(each)
    await walk(maker, operation, ids, ((page.limit, "1"),), pages=FEW)
    await walk(maker, operation, ids, ((page.limit, "2"),), pages=FEW * 2)
    items = await walk(maker, operation, ids, pages=2)
    if most:
        items = await walk(maker, operation, ids, ((page.limit, str(most)),)) or items
    await _filtered(maker, operation, ids, items, [*page.filters, *page.ranges])
    wrong = [(page.limit, "0"), (page.limit, "x"), (page.cursor, "nobody-issued-this")]
    for pair in [*wrong, *([(page.limit, str(most + 1))] if most else [])]:
        await maker.call(operation, ids, query=(pair,))


async def walk_filters(maker: Maker, operation: str, names: Sequence[str]) -> None:
    """Walked by the filters of these *names*, each with the values that are there."""
    ids, page = await maker.ids(operation), maker.contract.lists[operation]
    most = _limit(maker, operation).get("maximum", 20)
    items = await walk(maker, operation, ids, ((page.limit, str(most)),), pages=FEW)
    await _filtered(maker, operation, ids, items, names)


async def _filtered(
    maker: Maker, operation: str, ids: Mapping[str, str], items: list[Json], names: Sequence[str]
) -> None:
    page, spec = maker.contract.lists[operation], maker.contract.operations[operation]
    for name in names:
        parameter = spec.parameter(name)
        at = page.filters.get(name) or page.ranges[name].field
        for value in _values(maker, parameter, at, items) if parameter else ():
            query = ((name, value), (page.limit, "2"))
            await walk(maker, operation, ids, query, pages=FEW)
            await walk(maker, operation, ids, ((name, value),), pages=2)


def _values(maker: Maker, parameter: Parameter, at: str, items: list[Json]) -> list[str]:
    """Values for a filter: those of its enum, or the first, a middle and the last of items."""
    schema = flat(maker.contract.document, parameter.schema)
    if "items" in schema:
        schema = flat(maker.contract.document, schema["items"])
    if schema.get("enum"):
        return [_text(each) for each in schema["enum"][:MOST_VALUES]]
    found = sorted({_text(v) for item in items if (v := pointer(item, at)) is not None})
    return list(dict.fromkeys([*found[:1], *found[len(found) // 2 :][:1], *found[-1:]]))


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _limit(maker: Maker, operation: str) -> Mapping[str, Json]:
    spec = maker.contract.operations[operation]
    parameter = spec.parameter(maker.contract.lists[operation].limit)
    return flat(maker.contract.document, parameter.schema) if parameter else {}


def _within(maker: Maker, creator: str, ids: Mapping[str, str]) -> dict[str, str]:
    """Those of *ids* that the creator's path takes as well: what it makes is on that list."""
    wanted = {p.resource or p.name for p in maker.contract.operations[creator].path_parameters}
    return {name: value for name, value in ids.items() if name in wanted}
