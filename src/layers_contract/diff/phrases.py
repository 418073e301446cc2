"""What a partner calls the parts of a document: `reason` of RejectRequest, the header `ETag`."""

from __future__ import annotations

from typing import Any, Final

from layers_contract.diff.places import Atlas
from layers_contract.spec.nodes import METHODS, Path

Json = Any

_SHARED: Final = {
    "requestBodies": "the request body",
    "responses": "the answer",
    "securitySchemes": "the way to authenticate",
    "links": "the link",
    "callbacks": "the callback",
}


def called(atlas: Atlas, at: Path) -> str:
    """What *at* is called, to stand inside a sentence."""
    match at:
        case ("components", section, name, *rest):
            return _shared(atlas, at, (section, name), rest)
        case ("paths", path, method, *rest) if method in METHODS:
            name = atlas.operations.get(("paths", path, method), path)
            return _of_operation(atlas, at, name, rest)
        case ("paths", path, *rest):
            return _of_path(atlas, at, path, rest)
        case ("servers", _, *_):
            return f"the server `{_field(atlas, at[:2], 'url')}`"
        case ("tags", _, *_):
            return f"the tag `{_field(atlas, at[:2], 'name')}`"
    return f"`{at[0]}` of the document" if at else "the document"


def _shared(atlas: Atlas, at: Path, named: tuple[str, str], rest: list[str]) -> str:
    section, name = named
    match section, rest:
        case "schemas", _:
            whole = name
        case "parameters", _:
            whole = _parameter(atlas, at[:3], name)
        case "headers", _:
            whole = f"the header `{_header(atlas, name)}`"
        case "responses", ["headers", header, *rest]:
            whole = f"the header `{header}` of the answer {name}"
        case _:
            whole = f"{_SHARED.get(section, section)} {name}"
    return _inside(whole, rest)


def _of_path(atlas: Atlas, at: Path, path: str, rest: list[str]) -> str:
    match rest:
        case ["parameters", _, *inside]:
            return _inside(f"{_parameter(atlas, at[:4], '')} of {path}", inside)
    return f"the path {path}"


def _of_operation(atlas: Atlas, at: Path, name: str, rest: list[str]) -> str:
    inside: list[str] = []
    match rest:
        case ["parameters", _, *inside]:
            whole = f"{_parameter(atlas, at[:5], '')} of {name}"
        case ["requestBody", *inside]:
            whole = f"the request body of {name}"
        case ["responses", status, "headers", header, *inside]:
            whole = f"the header `{header}` of the {status} of {name}"
        case ["responses", status, *inside]:
            whole = f"the {status} of {name}"
        case ["security", *_]:
            whole = f"how {name} is authenticated"
        case ["callbacks", *_]:
            whole = f"what calls back after {name}"
        case _:
            whole = name
    return _inside(whole, inside)


def _inside(whole: str, rest: list[str] | tuple[str, ...]) -> str:
    """*whole*, or the field in it that the schema keywords *rest* lead to."""
    said, parts = whole, list(rest)
    while parts:
        part = parts.pop(0)
        if part == "properties" and parts:
            said = f"`{parts.pop(0)}` of {said}"
        elif part in ("items", "contains"):
            said = f"each item of {said}"
        elif part == "links":
            return f"what follows {said}"
        elif part == "content" and len(parts) == 1:
            return f"the media type {parts[0]} of {said}"
        elif part in ("content", "allOf", "anyOf", "oneOf", "$defs", "patternProperties") and parts:
            parts.pop(0)
    return said


def _parameter(atlas: Atlas, at: Path, otherwise: str) -> str:
    found = atlas.api.resolve(atlas.api.lookup(at))
    name, place = found.get("name", otherwise), found.get("in", "")
    kind = {"header": "header", "cookie": "cookie"}.get(place, f"{place} parameter".strip())
    return f"the {kind} `{name}`"


def _field(atlas: Atlas, at: Path, name: str) -> str:
    return str(atlas.api.resolve(atlas.api.lookup(at)).get(name, ""))


def _header(atlas: Atlas, component: str) -> str:
    """The name that answers give to a shared header; that of the component if none does."""
    reference = f"#/components/headers/{component}"
    for node in atlas.api.of_kind("response"):
        headers = node.value.get("headers")
        for name, value in headers.items() if isinstance(headers, dict) else ():
            if isinstance(value, dict) and value.get("$ref") == reference:
                return str(name)
    return component


def first(sentence: str) -> str:
    """*sentence* with a capital, unless it begins with the name of something."""
    word = sentence.split(" ", 1)[0]
    return (
        sentence[0].upper() + sentence[1:] if word in ("the", "each", "how", "what") else sentence
    )


def counted(number: int, noun: str) -> str:
    """`1 change of wording`, `2 changes of wording`."""
    head, of, tail = noun.partition(" of ")
    return f"{number} {head}{'' if number == 1 else 's'}{of}{tail}"


def value(given: Json) -> str:
    """A value as it is told: numbers with separators, others as code."""
    if isinstance(given, bool) or given is None:
        return {True: "`true`", False: "`false`", None: "`null`"}[given]
    if isinstance(given, int | float):
        return f"{given:,}"
    if isinstance(given, list):
        return " or ".join(str(each) for each in given)
    return f"`{given}`"
