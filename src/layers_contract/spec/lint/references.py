"""What the `x-` extensions of a document must agree on, with each other and with the rest of it.

Each rule takes the document and yields problems, one line each. All of them may assume that every
extension has the shape of `openapi/extensions.schema.json`. Those about lifecycles alone are in
`lifecycle_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from layers_contract.spec.lint import lifecycles as lifecycle_rules
from layers_contract.spec.lint.lifecycles import graphs, switch_problems
from layers_contract.spec.nodes import Api, Call, to_pointer

Json = Any
Rule = Callable[[Api], Iterator[str]]


def promise_ids_are_unique(api: Api) -> Iterator[str]:
    """An id names one promise."""
    first: dict[str, str] = {}
    for node, promises in api.having("x-promises"):
        for number, promise in enumerate(promises):
            at = to_pointer((*node.at, "x-promises", str(number), "id"))
            if promise["id"] in first:
                yield f"{at}: '{promise['id']}' is the id of {first[promise['id']]} already"
            first.setdefault(promise["id"], at)


def sources_name_keywords(api: Api) -> Iterator[str]:
    """A source given keyword by keyword names keywords that are there."""
    for node, source in api.having("x-source"):
        present = {**api.resolve(node.value), **node.value}
        for keyword in source if isinstance(source, dict) else ():
            if keyword not in present:
                yield f"{node.pointer}/x-source/{keyword}: the schema has no '{keyword}'"


def error_codes_are_listed(api: Api) -> Iterator[str]:
    """A code is in `x-error-codes`, with the status that it is named with."""
    listed = api.error_codes
    for at, each in _named_codes(api):
        code, status = each.get("code"), each["status"]
        if code and code not in listed:
            yield f"{at}/code: '{code}' is not in x-error-codes"
        elif code and status not in listed[code]:
            usual = " or ".join(map(str, listed[code]))
            yield f"{at}/status: x-error-codes gives '{code}' the status {usual}"


def _named_codes(api: Api) -> Iterator[tuple[str, dict[str, Json]]]:
    for graph in graphs(api):
        yield from graph.listed("refusals")
    for extension, names in _WITH_CODES.items():
        for node, value in api.having(extension):
            for name in names & value.keys():
                yield to_pointer((*node.at, extension, name)), value[name]


_WITH_CODES: Final = {"x-idempotency": {"conflict", "in-flight"}, "x-rate-limits": {"exceeded"}}


def error_codes_stand_beside_a_code(api: Api) -> Iterator[str]:
    """The schema with `x-error-codes` has the `code` that carries them."""
    for node, _ in api.having("x-error-codes"):
        if not api.follow(node.value, "/code"):
            yield f"{node.pointer}/x-error-codes: the schema has no property `code`"


def starts_and_lifecycles_agree(api: Api) -> Iterator[str]:
    """An operation starts something exactly when a lifecycle says that it makes or renews it."""
    starting = {o for g in graphs(api) for o in (*g.creators(), *g.renewers())}
    for call in api.calls:
        if call.id in starting and "x-starts" not in call.value:
            yield f"{call.pointer}: starts a run by a lifecycle, and has no x-starts"
        if call.id not in starting and "x-starts" in call.value:
            yield f"{call.pointer}/x-starts: no lifecycle has a transition that it starts a run by"


def starts_keep_or_make(api: Api) -> Iterator[str]:
    """A new container is a creation, the same one a renewal."""
    mirroring = [graph for graph in graphs(api) if "mirrors" in graph.raw]
    made = {operation for graph in mirroring for operation in graph.creators()}
    renewed = {operation for graph in mirroring for operation in graph.renewers()}
    for call, starts in _with(api, "x-starts"):
        wanted = renewed if starts["container"] == "same" else made
        alone = starts["container"] == "none" and call.id not in made | renewed
        if mirroring and call.id not in wanted and not alone:
            at = f"{call.pointer}/x-starts/container"
            yield f"{at}: '{starts['container']}', and the lifecycle that mirrors says otherwise"


def starts_point_to_jobs(api: Api) -> Iterator[str]:
    """The job is in every answer, has a lifecycle, and its switch is in the request."""
    for call, starts in _with(api, "x-starts"):
        at = (*call.at, "x-starts")
        for schema in api.answers(call):
            found = api.follow(schema, starts["job"])
            if not any("x-lifecycles" in part for each in found for part in api.parts(each)):
                where = starts["job"] or "the whole answer"
                yield f"{to_pointer((*at, 'job'))}: {where} is nothing that has a lifecycle"
        if "when" in starts:
            yield from switch_problems(api, api.request(call), starts["when"], (*at, "when"))


def _with(api: Api, extension: str) -> Iterator[tuple[Call, dict[str, Json]]]:
    return ((call, call.value[extension]) for call in api.calls if extension in call.value)


def idempotent_operations_take_the_key(api: Api) -> Iterator[str]:
    """An operation is idempotent exactly when it takes the key's header."""
    rule = api.document.get("x-idempotency")
    for call in api.calls:
        marked = "x-idempotent" in call.value
        if marked and rule is None:
            yield f"{call.pointer}/x-idempotent: the document has no x-idempotency"
        takes = rule is not None and api.parameter(call, rule["header"], "header") is not None
        if rule is not None and marked and not takes:
            yield f"{call.pointer}/x-idempotent: takes no header parameter '{rule['header']}'"
        if takes and not marked:
            yield f"{call.pointer}: takes the idempotency key, and has no x-idempotent"


def idempotent_operations_document_conflicts(api: Api) -> Iterator[str]:
    """An idempotent operation documents the statuses of a conflict and of a call in flight."""
    rule = api.document.get("x-idempotency", {})
    for call, _ in _with(api, "x-idempotent"):
        for name in ("conflict", "in-flight"):
            status = rule.get(name, {}).get("status")
            if status and str(status) not in api.responses(call):
                yield f"{call.pointer}/responses: lacks {status}, the status of {name}"


def rate_classes_have_limits(api: Api) -> Iterator[str]:
    """Every tier limits every class that an operation counts on."""
    tiers = api.document.get("x-rate-limits", {}).get("tiers", {})
    for call, name in _with(api, "x-rate-class"):
        if not tiers:
            yield f"{call.pointer}/x-rate-class: the document has no x-rate-limits"
        for tier, limits in tiers.items():
            if name not in limits:
                yield f"{call.pointer}/x-rate-class: '{name}' has no limit in tier '{tier}'"


def rate_limited_answers_have_headers(api: Api) -> Iterator[str]:
    """Counted operations document the refusal, its header, and the header of their class."""
    limits: Json = api.document.get("x-rate-limits")
    for call, _ in _with(api, "x-rate-class") if limits else ():
        status, header = str(limits["exceeded"]["status"]), limits["exceeded"]["header"]
        refused = api.responses(call).get(status)
        if refused is None or not _has_header(refused, header):
            yield f"{call.pointer}/responses: no {status} with the header {header}"
        yield from _class_header_problems(api, call, limits.get("class-header"))


def _class_header_problems(api: Api, call: Call, header: str | None) -> Iterator[str]:
    for status, answer in api.successes(call).items():
        if header and "content" in answer and not _has_header(answer, header):
            yield f"{call.pointer}/responses/{status}: lacks the header {header}"


def _has_header(response: dict[str, Json], name: str) -> bool:
    return name.lower() in {str(each).lower() for each in response.get("headers", {})}


def pages_are_documented(api: Api) -> Iterator[str]:
    """Items, cursor and order of a page are in the answer; its parameters are taken."""
    for call, page in _with(api, "x-pagination"):
        at = f"{call.pointer}/x-pagination"
        for name in (page["cursor"], page["limit"], *page.get("filters", {})):
            if api.parameter(call, name, "query") is None:
                yield f"{at}: takes no query parameter '{name}'"
        for schema in api.answers(call):
            yield from (f"{at}{problem}" for problem in _page_problems(api, schema, page))


def _page_problems(api: Api, schema: Json, page: dict[str, Json]) -> Iterator[str]:
    items = api.follow(schema, page["items"])
    if "array" not in api.types(items):
        yield f"/items: {page['items'] or 'the whole answer'} is no array"
    if not api.follow(schema, page["next"]):
        yield f"/next: {page['next']} leads to no property of the answer"
    fields = {
        f"filters/{name}": each if isinstance(each, str) else each["field"]
        for name, each in page.get("filters", {}).items()
    }
    if "order" in page:
        fields["order/by"] = page["order"]["by"]
    for name, pointer in fields.items():
        if not any(api.follow(each, "/0" + pointer) for each in items):
            yield f"/{name}: {pointer} leads to no property of an item"


def polls_can_stop(api: Api) -> Iterator[str]:
    """What is polled shows a lifecycle that ends."""
    ending = {id(graph.node.value) for graph in graphs(api) if graph.endings}
    for call, _ in _with(api, "x-polling"):
        parts = [part for each in api.answers(call) for part in api.parts(each)]
        if not any(id(part) in ending for part in parts):
            yield f"{call.pointer}/x-polling: the answer has no lifecycle with a state that ends"


def polls_validate_by_documented_headers(api: Api) -> Iterator[str]:
    """The validator's headers and its status are documented."""
    for call, polling in _with(api, "x-polling"):
        validator = polling.get("validator")
        if validator:
            yield from _validator_problems(api, call, validator)


def _validator_problems(api: Api, call: Call, validator: dict[str, Json]) -> Iterator[str]:
    at = f"{call.pointer}/x-polling/validator"
    answers = api.responses(call)
    if api.parameter(call, validator["request"], "header") is None:
        yield f"{at}/request: takes no header parameter '{validator['request']}'"
    whole = [each for status, each in api.successes(call).items() if status[0] == "2"]
    if not all(_has_header(each, validator["response"]) for each in whole):
        yield f"{at}/response: a success lacks the header '{validator['response']}'"
    if str(validator["unchanged"]) not in answers:
        yield f"{at}/unchanged: documents no {validator['unchanged']}"


def resource_ids_are_there(api: Api) -> Iterator[str]:
    """Where a resource's ids are said to be, its schema has a property."""
    for node, resource in api.having("x-resource"):
        for name, pointer in resource.items() if node.kind == "schema" else ():
            if name != "type" and not api.follow(node.value, pointer):
                at = to_pointer((*node.at, "x-resource", name))
                yield f"{at}: {pointer} leads to no property of the schema"


def resource_types_are_known(api: Api) -> Iterator[str]:
    """A type that a parameter or a resource refers to is the type of some schema."""
    found = list(api.having("x-resource"))
    types = {resource["type"] for node, resource in found if node.kind == "schema"}
    for node, resource in found:
        at = to_pointer((*node.at, "x-resource"))
        if node.kind == "parameter" and resource not in types:
            yield f"{at}: no schema has an x-resource of the type '{resource}'"
        for name in _references(resource):
            if name not in types:
                yield f"{at}/{name}: no schema has an x-resource of the type '{name}'"


def _references(resource: Json) -> Iterable[str]:
    return resource.keys() - {"type", "id"} if isinstance(resource, dict) else ()


def resource_parameters_are_paths(api: Api) -> Iterator[str]:
    """A parameter that names a resource stands in the path."""
    for node, _ in api.having("x-resource"):
        if node.kind == "parameter" and node.value.get("in") != "path":
            yield f"{to_pointer((*node.at, 'x-resource'))}: the parameter is not in the path"


RULES: Final[tuple[Rule, ...]] = (
    *lifecycle_rules.RULES,
    promise_ids_are_unique,
    sources_name_keywords,
    error_codes_are_listed,
    error_codes_stand_beside_a_code,
    starts_and_lifecycles_agree,
    starts_keep_or_make,
    starts_point_to_jobs,
    idempotent_operations_take_the_key,
    idempotent_operations_document_conflicts,
    rate_classes_have_limits,
    rate_limited_answers_have_headers,
    pages_are_documented,
    polls_can_stop,
    polls_validate_by_documented_headers,
    resource_ids_are_there,
    resource_types_are_known,
    resource_parameters_are_paths,
)
