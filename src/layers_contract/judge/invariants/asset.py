"""A container's assets: signed, found under their own container, and the same as on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, Seen, indexed, moment
from layers_contract.judge.invariants._assets import ASSETS, asset_urls
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.spec.document import pointer

NOT_THERE = frozenset({404, 422})
SUCCESS = 200
NOT_FOUND = 404
MEASURES = ("id", "kind", "width", "height", "durationMs")


@invariant(
    "asset.own",
    needs="an asset asked for under another container than its own",
    reads=("asset", "container/assets/*/id"),
)
def own(facts: Facts) -> Iterator[Occasion]:
    """The id of another container's asset is not found."""
    reader = facts.contract.reader("container", "asset")
    names = [p.name for p in reader.path_parameters if p.resource == "asset"]
    for exchange in facts.answers[reader.id]:
        container = facts.container_of(exchange)
        asked = exchange.path_params.get(names[0], "")
        if container is None or exchange.inconclusive or not _is_elsewhere(facts, container, asked):
            continue
        message = f"asset {asked} of another container was found under {container.id}"
        if exchange.succeeded:
            yield broken(message, exchange)
        elif exchange.status in NOT_THERE:
            yield HELD


def _is_elsewhere(facts: Facts, container: Container, asset: str) -> bool:
    """Whether *asset* was seen on other containers, and never on one that was read itself."""
    homes = _homes(facts).get(asset, set())
    return bool(homes) and container.id not in homes and bool(container.reads)


@indexed
def _homes(facts: Facts) -> dict[str, set[str]]:
    """The containers that each asset was seen on, as far as anybody asked for it."""
    reader = facts.contract.reader("container", "asset")
    homes: dict[str, set[str]] = {
        asked: set() for each in facts.answers[reader.id] for asked in each.path_params.values()
    }
    for container in facts.containers.values() if homes else ():
        last = None
        for seen in (*container.reads, *container.listed):
            shown = pointer(seen.data, ASSETS)
            for asset in asset_urls(seen) if shown != last else ():
                if asset in homes:
                    homes[asset].add(container.id)
            last = shown
    return homes


@invariant(
    "asset.signed",
    needs="a signed asset of a container that was read",
    reads=("asset/url", "container/assets/*/url"),
)
def signed(facts: Facts) -> Iterator[Occasion]:
    """The signed URL is another than the permanent one."""
    for exchange, asset in _pairs(facts):
        url, permanent = pointer(exchange.json, "/url"), asset.get("url")
        message = f"the signed URL of asset {asset.get('id')} is its permanent one"
        if isinstance(url, str) and isinstance(permanent, str):
            yield HELD if url != permanent else broken(message, exchange)


@invariant(
    "asset.readable",
    needs="an asset that a container shows, asked for by its id",
    reads=("asset", "container/assets/*/id"),
)
def readable(facts: Facts) -> Iterator[Occasion]:
    """An asset that its container shows is found."""
    for exchange in facts.answers[_signer(facts)]:
        container = facts.container_of(exchange)
        if exchange.credential != "own" or container is None or exchange.inconclusive:
            continue
        for seen in _around(container, exchange):
            if _asked(facts, exchange) in asset_urls(seen):
                message = f"asset {_asked(facts, exchange)} of container {seen.id} was not found"
                yield broken(message, seen, exchange) if exchange.status == NOT_FOUND else HELD


@invariant(
    "asset.same",
    needs="a signed asset of a container that was read",
    reads=("asset/id", "container/assets/*/id"),
)
def same(facts: Facts) -> Iterator[Occasion]:
    """A signed asset has the measures that its container shows."""
    for exchange, asset in _pairs(facts):
        data = exchange.json if isinstance(exchange.json, dict) else {}
        shown = [name for name in MEASURES if name in asset and name in data]
        wrong = [name for name in shown if asset[name] != data[name]]
        message = f"signed asset {asset.get('id')} has another {', '.join(wrong)}"
        if shown:
            yield broken(message, exchange) if wrong else HELD


@invariant("asset.expires", needs="a signed asset", reads=("asset/expiresAt",))
def expires(facts: Facts) -> Iterator[Occasion]:
    """The expiry lies ahead when the URL is issued."""
    for exchange in facts.answers[_signer(facts)]:
        end = moment(pointer(exchange.json, "/expiresAt"))
        if exchange.status == SUCCESS and end is not None:
            ahead = end > exchange.sent - facts.expect.clock_skew
            yield HELD if ahead else broken("a signed URL was issued expired", exchange)


def _signer(facts: Facts) -> str:
    return facts.contract.reader("container", "asset").id


def _pairs(facts: Facts) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    """Each signed asset with the same asset on its container, read in the same render."""
    for exchange in facts.answers[_signer(facts)]:
        container = facts.container_of(exchange)
        if exchange.status != SUCCESS or container is None:
            continue
        for seen in _around(container, exchange):
            shown = pointer(seen.data, ASSETS)
            for asset in shown if isinstance(shown, list) else ():
                if isinstance(asset, dict) and asset.get("id") == _asked(facts, exchange):
                    yield exchange, asset


def _around(container: Container, exchange: Exchange) -> list[Seen]:
    last = container.line.before(exchange.sent) if container.created else None
    quiet = last is not None and container.untouched(last.sent, exchange.received_at)
    return [last] if last is not None and quiet else []


def _asked(facts: Facts, exchange: Exchange) -> str | None:
    return exchange.path_params.get(_asset_parameter(facts))


@indexed
def _asset_parameter(facts: Facts) -> str:
    """The path parameter that names an asset."""
    return facts.contract.operations[_signer(facts)].path_parameters[-1].name
