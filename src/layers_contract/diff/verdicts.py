"""How much a difference hurts, where Redocly would say otherwise.

What Redocly calls major is breaking. What it calls minor or patch is an addition, or wording where
people alone read it, but for these, which break a partner's program all the same:

- a field of a request that is gone, has another name, or may only be read now: what it did is not
  done any more;
- a default of a request that has changed or is gone: a call without it does something else;
- a success, or a redirection, with one more status: a client that knows one takes it for an error;
- a request body that is new and required; a header of an answer that may now be missing;
- a field of an answer that may now be null, of a request that may no longer be;
- another first tag, a parameter of the path or a schema with another name: generated clients name
  methods, arguments and types by them;
- an operation with servers of its own;
- a keyword of a schema that nothing here knows: nobody has rated it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from layers_contract.diff.model import Rating
from layers_contract.diff.places import Way
from layers_contract.diff.redocly import Difference
from layers_contract.spec.nodes import Path

Ways = frozenset[Way]

WORDS: Final = frozenset(
    ("summary", "description", "title", "externalDocs", "termsOfService", "$comment", "contact")
)
_READ_BY_PEOPLE: Final = frozenset(
    ("Info", "Contact", "License", "Tag", "TagList", "ExternalDocs", "Link", "LinksMap", "Example")
)
_RATED: Final = frozenset(
    (
        *("type", "enum", "const", "required", "properties", "default", "nullable", "deprecated"),
        *("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "multipleOf"),
        *("exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "items"),
        *("minProperties", "maxProperties", "additionalProperties", "unevaluatedProperties"),
        *("unevaluatedItems", "readOnly", "writeOnly"),
    )
)
"""The keywords of a schema that Redocly or this module rates by direction."""


def rated(found: Difference, at: Path, ways: Ways) -> tuple[Rating, str]:
    """How *found*, at the site *at*, is rated, and the rule that says so."""
    if is_wording(found):
        return "wording", "words-changed"
    if found.rule and found.property != "nullable":
        return "breaking", found.rule
    for rule, breaks in _BREAKING.items():
        if breaks(found, at, ways):
            return "breaking", rule
    if found.property == "default" and ways == {"response"}:
        return "wording", "words-changed"
    return "addition", _addition(found, at)


def is_wording(found: Difference) -> bool:
    """Whether people alone read what differs."""
    if found.type == "Operation" and found.property == "tags":
        return _first(found.old) == _first(found.new)
    if found.type == "SecurityScheme" and found.kind == "modified":
        return not found.rule
    if found.type == "Header" and found.property == "key":
        return str(found.old).lower() == str(found.new).lower()
    return found.property in WORDS or found.type in _READ_BY_PEOPLE


def _first(tags: object) -> object:
    return tags[0] if isinstance(tags, list) and tags else None


def _addition(found: Difference, at: Path) -> str:
    if found.property == "deprecated":
        return "deprecated"
    if found.type == "SecurityRequirement" and found.kind == "removed":
        return "security-removed"
    if found.type == "Schema" and found.kind != "modified" and at[-2:-1] != ("properties",):
        return f"schema-{found.kind}" if len(at) == 3 else f"keyword-{found.kind}"
    kind = {"Schema": "field", "PathItem": "path", "Operation": "operation"}
    name = kind.get(found.type) or _dashed(found.type)
    return f"{name}-{found.kind}" if found.kind != "modified" else f"{name}-relaxed"


def _dashed(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _request_field_removed(found: Difference, at: Path, ways: Ways) -> bool:
    is_field = found.type == "Schema" and at[-2:-1] == ("properties",)
    return found.kind == "removed" and is_field and "request" in ways


def _request_field_renamed(found: Difference, at: Path, ways: Ways) -> bool:
    is_field = found.type == "Schema" and at[-2:-1] == ("properties",)
    return found.property == "key" and is_field and "request" in ways


def _default_changed(found: Difference, _: Path, ways: Ways) -> bool:
    return found.property == "default" and found.old is not None and "request" in ways


def _success_added(found: Difference, at: Path, _: Ways) -> bool:
    return found.type == "Response" and found.kind == "added" and at[-1][0] in "23d"


def _body_added(found: Difference, _: Path, __: Ways) -> bool:
    is_new = found.type == "RequestBody" and found.kind == "added"
    return is_new and isinstance(found.new, dict) and bool(found.new.get("required"))


def _header_optional(found: Difference, _: Path, __: Ways) -> bool:
    return found.type == "Header" and found.property == "required" and not found.new


def _nullable(found: Difference, _: Path, ways: Ways) -> bool:
    worse = "response" if found.new else "request"
    return found.type == "Schema" and found.property == "nullable" and worse in ways


def _one_way(found: Difference, _: Path, ways: Ways) -> bool:
    barred = {"readOnly": "request", "writeOnly": "response"}.get(found.property)
    return found.type == "Schema" and bool(found.new) and barred in ways


def _tag_changed(found: Difference, _: Path, __: Ways) -> bool:
    return found.type == "Operation" and found.property == "tags"


def _path_parameter_renamed(found: Difference, _: Path, __: Ways) -> bool:
    return found.type == "Parameter" and found.property == "name"


def _schema_removed(found: Difference, at: Path, ways: Ways) -> bool:
    is_shared = at[:2] == ("components", "schemas") and len(at) == 3
    return found.kind == "removed" and is_shared and bool(ways)


def _server_changed(found: Difference, at: Path, _: Ways) -> bool:
    return found.type == "ServerList" and found.kind == "added" and len(at) > 1


def _unrated(found: Difference, _: Path, __: Ways) -> bool:
    return found.type == "Schema" and found.kind == "modified" and found.property not in _RATED


_BREAKING: Final[dict[str, Callable[[Difference, Path, Ways], bool]]] = {
    "request-field-removed": _request_field_removed,
    "request-field-renamed": _request_field_renamed,
    "default-changed": _default_changed,
    "success-status-added": _success_added,
    "request-body-added": _body_added,
    "response-header-optional": _header_optional,
    "null-changed": _nullable,
    "field-one-way": _one_way,
    "tag-changed": _tag_changed,
    "path-parameter-renamed": _path_parameter_renamed,
    "schema-removed": _schema_removed,
    "server-changed": _server_changed,
    "keyword-unrated": _unrated,
}
