"""Refusals: their shape and code, what does not exist, and that they change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, indexed
from layers_contract.judge.invariants._answers import answered, fit, own_words
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._hooks import hook_of, views_by_hook
from layers_contract.judge.invariants._policy import (
    lost_setting,
    policy_changes,
    policy_reads_after,
    settings_before,
)
from layers_contract.judge.invariants._requests import error_code_of, valid
from layers_contract.judge.invariants._side_effects import quiet_around

UNDECIDED = frozenset({408, 413, 429})
"""Refusals behind which a call may be carried out all the same: it came late, or half."""
INVALID = 422
NOT_FOR_THIS_KEY = frozenset({401, 403})
SERVER_ERROR = 500
UNAVAILABLE = 503


@invariant(
    "errors.refused-does-nothing",
    needs="a refused call, and a look at what followed",
    reads=("container/brief/hook",),
)
def refused_does_nothing(facts: Facts) -> Iterator[Occasion]:
    """No container has the hook of a refused call, and none that it named has changed."""
    yield from _hooks_of_the_refused(facts)
    yield from _policies_of_the_refused(facts)
    for container in facts.own:
        cancels = [c for render in container.renders for c in facts.jobs[render.job].cancels]
        for exchange in (*container.writes, *cancels):
            if not _surely_refused(facts, exchange):
                continue
            changed = quiet_around(facts, container, exchange)
            if changed is not None:
                message = f"{exchange.operation} of container {container.id} was refused, and"
                message = f"{message} changed {', '.join(changed)}"
                yield broken(message, exchange) if changed else HELD


def _surely_refused(facts: Facts, exchange: Exchange) -> bool:
    """Whether a call was refused for good: under a key, 409 may say that it is in flight."""
    keyed = facts.key_header in exchange.request_headers
    in_flight = keyed and exchange.status == facts.contract.idempotency.conflict_status
    known = facts.operation(exchange) is not None
    return known and exchange.refused and exchange.status not in UNDECIDED and not in_flight


def _policies_of_the_refused(facts: Facts) -> Iterator[Occasion]:
    for change in policy_changes(facts):
        before = settings_before(facts, change) if _surely_refused(facts, change) else {}
        for seen in policy_reads_after(facts, change) if before else ():
            changed = [name for name, value in before.items() if lost_setting(name, value, seen)]
            message = f"{change.operation} was refused, and changed {', '.join(changed)}"
            yield broken(message, change, seen) if changed else HELD


def _hooks_of_the_refused(facts: Facts) -> Iterator[Occasion]:
    """Judged where the hook is of this run, and no call with it was lost or accepted."""
    marker = facts.expect.marker
    for hook, calls in _calls_by_hook(facts).items():
        unclear = not (facts.expect.alone and all(_surely_refused(facts, call) for call in calls))
        if marker is None or marker not in hook or unclear:
            continue
        views = [s for s in views_by_hook(facts)[hook] if s.sent >= calls[0].received_at]
        strange = [s for s in views if not facts.containers[s.id].created]
        for seen in strange[:1]:
            yield broken(f"a refused call has made container {seen.id}", calls[0], seen)
        if not strange and _looked_since(facts, calls[0]):
            yield HELD


@indexed
def _calls_by_hook(facts: Facts) -> dict[str, list[Exchange]]:
    found: dict[str, list[Exchange]] = {}
    for exchange in facts.history:
        hook = hook_of(exchange) if exchange.method != "GET" else None
        if hook is not None:
            found.setdefault(hook, []).append(exchange)
    return found


def _looked_since(facts: Facts, exchange: Exchange) -> bool:
    """Whether the list of the call's project was read afterwards."""
    project = exchange.path_params.get(facts.project_parameter)
    return _last_pages(facts).get(project, 0.0) >= exchange.received_at


@indexed
def _last_pages(facts: Facts) -> dict[str | None, float]:
    """When the last page of each project's list was asked for."""
    found: dict[str | None, float] = {}
    for name in facts.contract.lists:
        for page in facts.answers[name]:
            if page.succeeded:
                project = page.path_params.get(facts.project_parameter)
                found[project] = max(found.get(project, 0.0), page.sent)
    return found


@invariant("errors.not-found", needs="a read of what this run has made up")
def not_found(facts: Facts) -> Iterator[Occasion]:
    """An id that stands for nothing is not found, or malformed."""
    marker = facts.expect.marker or ""
    for operation in facts.contract.operations.values():
        for exchange in facts.answers[operation.id] if operation.method == "GET" and marker else ():
            named = marker in "/".join(exchange.path_params.values())
            if not named or exchange.credential != "own" or not valid(facts, exchange):
                continue
            message = f"{operation.id} of what does not exist: {exchange.status}"
            source = "assumed" if exchange.status == 400 else None
            if exchange.status in (404, INVALID):
                yield HELD
            elif not _out_of_scope(facts, exchange) and not _given_out(facts, exchange):
                yield broken(message, exchange, source=source)


def _out_of_scope(facts: Facts, exchange: Exchange) -> bool:
    """Whether this run's key may not call the operation at all, as far as was seen."""
    served = exchange.operation in _served(facts)
    return exchange.status in NOT_FOR_THIS_KEY and not served


@indexed
def _served(facts: Facts) -> set[str]:
    """The operations that were ever a success with this run's own key."""
    return {
        name
        for name, exchanges in facts.answers.items()
        if any(each.succeeded and each.credential == "own" for each in exchanges)
    }


def _given_out(facts: Facts, exchange: Exchange) -> bool:
    """Whether the server itself has named the id before: some make ids from titles."""
    marker = (facts.expect.marker or "").encode()
    ids = [v.encode() for v in exchange.path_params.values() if marker in v.encode()]
    before = (e for e in facts.history if e.received_at <= exchange.sent)
    return any(all(each in e.body for each in ids) for e in before)


@invariant("errors.shape", needs="a refusal")
def error_shape(facts: Facts) -> Iterator[Occasion]:
    """Every refusal is the error object."""
    for alike in own_words(facts):
        if not alike.exchanges[0].succeeded:
            yield from fit(facts, alike)


@invariant("errors.code", needs="a refusal with a documented code")
def error_code(facts: Facts) -> Iterator[Occasion]:
    """A documented code comes with its status."""
    for alike in answered(facts):
        for exchange in alike.exchanges if alike.status >= 400 else ():
            code = error_code_of(exchange, facts.contract)
            wanted = facts.contract.error_codes.get(code or "")
            if wanted is None:
                continue
            if alike.status in wanted:
                yield HELD
            elif not _lenient(code, alike.status, facts):
                usual = " or ".join(map(str, wanted))
                message = f"{alike.operation.id} answered {code} with {alike.status}, not {usual}"
                yield broken(message, exchange)


@invariant("errors.no-server-error", needs="an answer")
def no_server_error(facts: Facts) -> Iterator[Occasion]:
    """Nothing on a documented path is answered with a server error, but for the documented ones."""
    for exchange in facts.history:
        if exchange.status is None:
            continue
        if exchange.status < SERVER_ERROR or _documented(facts, exchange):
            yield HELD
        elif exchange.status == UNAVAILABLE and exchange.headers.get("retry-after"):
            continue
        elif _is_path_of(facts, exchange):
            message = f"{exchange.method} {exchange.path} answered {exchange.status}"
            yield broken(message, exchange)


def _is_path_of(facts: Facts, exchange: Exchange) -> bool:
    """Whether the document has the path of *exchange*, with whatever method."""
    operations = facts.contract.operations
    return exchange.operation in operations or any(
        each.pattern.fullmatch(exchange.path) for each in operations.values()
    )


def _documented(facts: Facts, exchange: Exchange) -> bool:
    """Whether an error has the status that is documented for its code."""
    code = error_code_of(exchange, facts.contract)
    return exchange.status in facts.contract.error_codes.get(code or "", ())


def _lenient(code: str | None, status: int, facts: Facts) -> bool:
    """400 in place of the documented status of a malformed request is nobody's promise."""
    return status == 400 and 422 in facts.contract.error_codes.get(code or "", ())
