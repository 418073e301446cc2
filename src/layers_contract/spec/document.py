"""The OpenAPI document: the only place where a promise is written.

Reads `openapi/layers.yaml` and gives its operations, schemas, promises and sources. What the
extensions mean stands in `openapi/extensions.md`; `layers_contract.spec.contract` gives them types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

import jsonschema_rs
import yaml

from layers_contract.spec.shipped import shipped

__all__ = [
    "SOURCES",
    "Document",
    "DocumentError",
    "KeyScheme",
    "Operation",
    "Parameter",
    "Problem",
    "Promise",
    "Response",
    "View",
    "id_text",
    "load",
    "pointer",
    "surest",
    "weakest",
]

SOURCES: Final = ("seed", "linked", "derived", "assumed")
"""Where a promise may come from, surest first."""

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Json = Any
Path_ = tuple[str | int, ...]


class DocumentError(ValueError):
    """The document cannot be read or used; the message says where and why."""


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's core types: a date and a `yes` stay strings."""


def _is_core(tag: str, first: str) -> bool:
    kind = tag.rsplit(":", 1)[1]
    return kind in ("null", "int", "float", "merge") or (kind == "bool" and first in "tTfF")


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if _is_core(tag, first)]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def default_path() -> Path:
    """Where the document stands: in the installed package, else in the checkout."""
    return shipped("openapi/layers.yaml")


def read_yaml(path: Path) -> Any:
    """A YAML file's value.

    Raises:
        DocumentError: The file is not there or not YAML.
    """
    try:
        return yaml.load(path.read_bytes(), _Loader)  # noqa: S506 - a safe loader, narrowed
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror})"
        raise DocumentError(message) from error
    except yaml.YAMLError as error:
        message = f"{path}: not YAML ({' '.join(str(error).split())})"
        raise DocumentError(message) from error


def load(path: Path | None = None) -> Document:
    """Read the document at *path*, or the one that the package ships.

    Raises:
        DocumentError: The file is not there, not YAML, or not an OpenAPI document.
    """
    path = path or default_path()
    raw = read_yaml(path)
    if not isinstance(raw, dict) or "paths" not in raw:
        message = f"{path}: not an OpenAPI document (it has no `paths`)"
        raise DocumentError(message)
    return Document(raw)


def pointer(value: Json, path: str) -> Json:
    """What the JSON Pointer *path* leads to in *value*, or None."""
    for name in _names(path):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def id_text(value: Json) -> str | None:
    """An id as a path has it: a text, or a whole number; None for anything else."""
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if known else None


@lru_cache(maxsize=1024)
def _names(path: str) -> tuple[str, ...]:
    """The members on the way of a JSON Pointer."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])


def weakest(sources: Sequence[str]) -> str:
    """The least sure of *sources*."""
    return max(sources, key=SOURCES.index)


def surest(sources: Sequence[str]) -> str:
    """The surest of *sources*."""
    return min(sources, key=SOURCES.index)


def to_pointer(path: Sequence[str | int]) -> str:
    """The JSON Pointer that names *path*."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


@dataclass(frozen=True, slots=True)
class Problem:
    """Where a value breaks a schema, and how sure the broken constraint is."""

    at: str
    message: str
    source: str


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: a sentence with an id that never changes, its source and its place."""

    id: str
    statement: str
    source: str
    at: str
    unobservable: str | None = None
    rules: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The part of the id before the dot."""
        return self.id.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class View:
    """A resource inside an answer: where it stands (`*` for each item) and its `x-resource`."""

    at: tuple[str, ...]
    schema: str
    resource: Mapping[str, str]

    def find(self, body: Json) -> Iterator[dict[str, Json]]:
        """The resource's objects in *body*."""
        found = [body]
        for part in self.at:
            if part == "*":
                found = [item for each in found if isinstance(each, list) for item in each]
            else:
                found = [each.get(part) for each in found if isinstance(each, dict)]
        return (each for each in found if isinstance(each, dict))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Json]
    resource: str | None
    source: str
    example: Json
    sample: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Response:
    """A documented answer. `status` is a number as text, or a range such as `4XX`."""

    status: str
    source: str
    headers: Mapping[str, Mapping[str, Json]]
    schema: Mapping[str, Json] | None
    views: tuple[View, ...]
    examples: Mapping[str, Json]
    base: Path_


@dataclass(frozen=True)
class Operation:
    """One operation of the document, with its references resolved."""

    id: str
    method: str
    path: str
    raw: Mapping[str, Json]
    source: str
    parameters: tuple[Parameter, ...]
    body: Mapping[str, Json] | None
    body_required: bool
    body_examples: Mapping[str, Json]
    responses: Mapping[str, Response]
    pattern: re.Pattern[str] = field(repr=False)
    base: Path_ = ()
    body_base: Path_ = ()
    scopes: tuple[str, ...] = ()

    def response(self, status: int) -> Response | None:
        """What is documented for *status*: itself, else its range."""
        return self.responses.get(str(status)) or self.responses.get(f"{status // 100}XX")

    @property
    def takes_body(self) -> bool:
        """Whether anything is said of its body."""
        return self.body is not None or self.body_required

    @property
    def success(self) -> frozenset[int]:
        """The documented statuses below 400."""
        return frozenset(int(s) for s in self.responses if s.isdecimal() and int(s) < 400)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, whatever its case."""
        wanted = name.lower()
        return next((p for p in self.parameters if p.name.lower() == wanted), None)

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """The parameters in the path, in its order."""
        named = {p.name: p for p in self.parameters if p.place == "path"}
        return tuple(named[name] for name in self._parts[1::2])

    def url(self, **ids: str) -> str:
        """The path with *ids* filled in; no id can be more than one segment of it."""
        return "".join(
            _segment(ids[part]) if number % 2 else part for number, part in enumerate(self._parts)
        )

    @cached_property
    def _parts(self) -> list[str]:
        """The path, cut into what stands there and, every second one, parameters' names."""
        return re.split(r"{(.+?)}", self.path)


@dataclass(frozen=True, slots=True)
class KeyScheme:
    """The header that carries a key, and what stands before the key there."""

    header: str
    prefix: str = ""

    def value(self, key: str) -> str:
        """The header's value for *key*."""
        return f"{self.prefix} {key}".strip() if self.prefix else key

    def key(self, value: str) -> str:
        """The key in a header's *value*; none where it has another prefix."""
        if not self.prefix:
            return value
        prefix, _, key = value.partition(" ")
        return key.strip() if prefix.lower() == self.prefix.lower() else ""


def _key_scheme(scheme: Mapping[str, Json]) -> KeyScheme | None:
    if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
        return KeyScheme(str(scheme["name"]))
    if scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer":
        return KeyScheme("Authorization", "Bearer")
    return None


class Document:
    """An OpenAPI 3.1 document."""

    def __init__(self, raw: dict[str, Json]) -> None:
        self.raw = raw
        self._validators: dict[tuple[Path_, bool], jsonschema_rs.Draft202012Validator] = {}
        self._landings: dict[Path_, Path_] = {}
        self._sources: dict[Path_, str] = {}

    @property
    def version(self) -> str:
        """The contract's version."""
        return str(self.raw["info"]["version"])

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation, by its operationId."""
        return {operation.id: operation for operation in self._operations()}

    @cached_property
    def promises(self) -> dict[str, Promise]:
        """Every promise, by its id."""
        return {promise.id: promise for promise in _promises(self.raw, ())}

    @cached_property
    def key_scheme(self) -> KeyScheme:
        """How a request carries the key: by the first scheme that is required and can be sent.

        Raises:
            DocumentError: There is none: neither an `apiKey` in a header nor `http` `bearer`.
        """
        schemes = self.raw.get("components", {}).get("securitySchemes", {})
        required = [name for each in self.raw.get("security", ()) for name in each]
        for name in (*required, *schemes):
            if found := _key_scheme(self.resolve(schemes.get(name, {}))):
                return found
        hint = "say in components.securitySchemes: an apiKey in a header, or http bearer"
        raise DocumentError(f"the document does not say how a request carries its key; {hint}")

    def _scopes(self, security: Json) -> tuple[str, ...]:
        """What a key must be allowed to do, where *security* asks for it: the first way to send."""
        for way in security:
            if any(name in self.key_schemes for name in way):
                return tuple(dict.fromkeys(scope for asked in way.values() for scope in asked))
        return ()

    @cached_property
    def key_schemes(self) -> dict[str, KeyScheme]:
        """Every scheme that can be sent in a header, by its name in the document."""
        schemes = self.raw.get("components", {}).get("securitySchemes", {})
        found = {name: _key_scheme(self.resolve(each)) for name, each in schemes.items()}
        return {name: scheme for name, scheme in found.items() if scheme}

    def security(self, operation: Operation) -> list[dict[str, list[str]]]:
        """What *operation* asks of a key, one way or another: scopes, by the scheme's name."""
        found: list[dict[str, list[str]]] = operation.raw.get(
            "security", self.raw.get("security", [])
        )
        return found

    def is_public(self, operation: Operation) -> bool:
        """Whether *operation* can do without a key."""
        ways = self.security(operation)
        return not ways or not all(ways)

    @property
    def security_header(self) -> str:
        """The header that carries the API key."""
        return self.key_scheme.header

    @cached_property
    def webhooks(self) -> dict[str, Path_]:
        """Where the schema of what each webhook sends stands in the document, by its name."""
        hooks = self.raw.get("webhooks", {})
        return {name: at for name, item in hooks.items() for at in self._sent((name,), item)}

    def _sent(self, name: Path_, item: Json) -> Iterator[Path_]:
        """Where the schema of what a webhook sends stands; nowhere, where it sends no JSON."""
        at: Path_ = ("webhooks", *name, *_ref(item))
        item = self.resolve(item)
        for method in METHODS:
            body = item.get(method, {}).get("requestBody", {})
            if "schema" in self.resolve(body).get("content", {}).get("application/json", {}):
                media = ("content", "application/json", "schema")
                yield (*at, method, "requestBody", *_ref(body), *media)

    def schema(self, name: str) -> dict[str, Json]:
        """The schema of that name."""
        schema: dict[str, Json] = self.raw["components"]["schemas"][name]
        return schema

    def resolve(self, node: Json) -> Json:
        """*node*, or what its `$ref` leads to."""
        while isinstance(node, dict) and "$ref" in node:
            node = pointer(self.raw, node["$ref"][1:])
        return node

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that *method* and *path* name, with its path parameters decoded."""
        for operation in self.operations.values():
            if operation.method == method.upper() and (found := operation.pattern.fullmatch(path)):
                return operation, {k: unquote(v) for k, v in found.groupdict().items()}
        return None

    def problems(self, base: Path_, value: Json) -> list[Problem]:
        """Where *value* breaks the schema that stands at *base* in the document."""
        return [] if self._fits(base, value) else list(self._problems(base, (), _unicode(value)))

    def _fits(self, base: Path_, value: Json) -> bool:
        """Whether *value* is valid at first sight; one that holds lone surrogates is not."""
        try:
            return self.validator(self._landing(base), _is_response(base)).is_valid(value)
        except UnicodeError:
            return False

    def _problems(self, way: Path_, at: Path_, value: Json) -> Iterator[Problem]:
        """The problems of *value*, which stands *at* some place, with the schema at *way*'s end."""
        for error in self.validator(self._landing(way), _is_response(way)).iter_errors(value):
            broken = (*way, *list(error.evaluation_path)[1:])
            place = (*at, *error.instance_path)
            if error.kind.name == "anyOf" and (branch := self._branch(broken, error.instance)):
                yield from self._problems(branch, place, error.instance)
            else:
                yield Problem(to_pointer(place), error.message, self.source(broken))

    def _branch(self, choice: Path_, value: Json) -> Path_ | None:
        """The one branch of a nullable choice that a value other than null must be meant for."""
        branches = self._along(choice)[-1][0]["anyOf"]
        meant = [n for n, each in enumerate(branches) if each.get("type") != "null"]
        return (*choice, meant[0]) if len(meant) == 1 and value is not None else None

    def _landing(self, way: Path_) -> Path_:
        """Where in the document *way* ends, once each `$ref` on it is followed."""
        if way not in self._landings:
            self._landings[way] = self._follow(way)
        return self._landings[way]

    def _follow(self, way: Path_) -> Path_:
        landed: list[str | int] = []
        node: Json = self.raw
        for part in way:
            if part == "$ref":
                landed = list(node["$ref"][2:].split("/"))
                node = self.resolve(node)
            else:
                landed.append(part)
                node = _child(node, part)
        return tuple(landed)

    def validator(self, base: Path_, response: bool = False) -> jsonschema_rs.Draft202012Validator:
        """The compiled schema that stands at *base* in the document.

        In a *response* an open enum holds any value.
        """
        if (base, response) not in self._validators:
            raw = self._opened if response else self.raw
            schema = {**raw, "$ref": "#" + quote(to_pointer(base), safe="/~")}
            self._validators[base, response] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True
            )
        return self._validators[base, response]

    @cached_property
    def _opened(self) -> dict[str, Json]:
        """The document without the enums that are open."""
        opened: dict[str, Json] = _opened(self.raw)
        return opened

    def source(self, path: Path_) -> str:
        """How sure the keyword at *path* is; a `$ref` in *path* is followed.

        The nearest `x-source` around the keyword holds; one that stands beside a `$ref` on the
        way can only make it weaker. A map speaks of its own schema's keywords, or of those behind
        its `$ref`.
        """
        # A page of many items that are all wrong asks for the same few keywords again and again.
        if path not in self._sources:
            self._sources[path] = self._source(path)
        return self._sources[path]

    def _source(self, path: Path_) -> str:
        nearest: list[str] = []
        caps: list[str] = []
        keyword = str(path[-1]) if path else ""
        for distance, (node, followed) in enumerate(reversed(self._along(path))):
            source = node.get("x-source")
            if isinstance(source, dict) and distance > 0 and not followed:
                continue
            word = _word(source, keyword)
            if word and followed and nearest:
                caps.append(word)
            elif word and not nearest:
                nearest.append(word)
        return weakest([*(nearest or ["derived"]), *caps])

    def _along(self, path: Path_) -> list[tuple[dict[str, Json], bool]]:
        """The objects on the way to *path*, each with whether its `$ref` was followed."""
        node: Json = self.raw
        way: list[tuple[dict[str, Json], bool]] = []
        for part in path:
            if isinstance(node, dict):
                way.append((node, part == "$ref"))
            node = self.resolve(node) if part == "$ref" else _child(node, part)
        if isinstance(node, dict):
            way.append((node, False))
        return way

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.raw["paths"].items():
            for method in item:
                if method in METHODS:
                    yield self._operation(path, item, method)

    def _operation(self, path: str, item: dict[str, Json], method: str) -> Operation:
        raw = item[method]
        base: Path_ = ("paths", path, method)
        content = self.resolve(raw.get("requestBody", {})).get("content", {})
        media = content.get("application/json", {})
        return Operation(
            id=raw["operationId"],
            method=method.upper(),
            path=path,
            raw=raw,
            source=self.source(base),
            parameters=tuple(
                self._parameter(each, (*holder, "parameters", number))
                for holder, parameters in (
                    (base[:-1], item.get("parameters", ())),
                    (base, raw.get("parameters", ())),
                )
                for number, each in enumerate(parameters)
            ),
            body=media.get("schema"),
            body_required=bool(self.resolve(raw.get("requestBody", {})).get("required")),
            body_examples=_examples(media),
            responses={
                str(status): self._response(str(status), response, (*base, "responses", status))
                for status, response in raw["responses"].items()
            },
            pattern=_pattern(path),
            base=base,
            body_base=(
                *self._landed((*base, "requestBody"), raw.get("requestBody", {})),
                *("content", "application/json", "schema"),
            ),
            scopes=self._scopes(raw.get("security", self.raw.get("security", ()))),
        )

    def _parameter(self, node: dict[str, Json], base: Path_) -> Parameter:
        raw = self.resolve(node)
        return Parameter(
            name=raw["name"],
            place=raw["in"],
            required=bool(raw.get("required")),
            schema=raw["schema"],
            resource=raw.get("x-resource"),
            source=self.source((*base, "$ref") if "$ref" in node else base),
            example=next(iter(_examples(raw).values()), None),
            description=str(raw.get("description", "")),
            sample=raw.get("x-sample"),
        )

    def _response(self, status: str, node: dict[str, Json], base: Path_) -> Response:
        raw = self.resolve(node)
        media = raw.get("content", {}).get("application/json")
        ref = ("$ref",) if "$ref" in node else ()
        return Response(
            status=status,
            source=self.source((*base, *ref)),
            headers={n.lower(): self.resolve(h) for n, h in raw.get("headers", {}).items()},
            schema=media["schema"] if media else None,
            views=tuple(self._views(media["schema"], ())) if media else (),
            examples=_examples(media or {}),
            base=self._landed(base, node)
            + (("content", "application/json", "schema") if media else ()),
        )

    @staticmethod
    def _landed(base: Path_, node: dict[str, Json]) -> Path_:
        return tuple(node["$ref"][2:].split("/")) if "$ref" in node else base

    def _views(
        self, node: Json, at: tuple[str, ...], inside: frozenset[str] = frozenset()
    ) -> Iterator[View]:
        """The resources inside a schema; one that is inside itself is looked at once."""
        name = node.get("$ref", "").rsplit("/", 1)[-1]
        if name in inside:
            return
        schema, inside = self.resolve(node), inside | ({name} if name else set())
        if isinstance(schema.get("x-resource"), dict):
            yield View(at, name, schema["x-resource"])
        for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from self._views(part, at, inside)
        for key, child in schema.get("properties", {}).items():
            yield from self._views(child, (*at, key), inside)
        if "items" in schema:
            yield from self._views(schema["items"], (*at, "*"), inside)


def _ref(node: Json) -> Path_:
    """The step that follows a reference, where *node* is one."""
    return ("$ref",) if "$ref" in node else ()


def _is_response(way: Path_) -> bool:
    """Whether a way through the document leads to what a server sends."""
    return "responses" in way or way[:1] == ("webhooks",)


def _opened(node: Json) -> Json:
    if isinstance(node, list):
        return [_opened(each) for each in node]
    if not isinstance(node, dict):
        return node
    is_open = node.get("x-open-enum") is True
    return {name: _opened(each) for name, each in node.items() if not (is_open and name == "enum")}


def _unicode(value: Json) -> Json:
    """*value* without lone surrogates, which JSON can carry and no validator takes."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    return value


def _segment(value: str) -> str:
    quoted = quote(value, safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def _child(node: Json, part: str | int) -> Json:
    if isinstance(node, dict):
        return node.get(part, node.get(str(part)))
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _word(source: Json, keyword: str) -> str | None:
    if isinstance(source, dict):
        return source.get(keyword)
    return source if isinstance(source, str) else None


def _examples(node: Mapping[str, Json]) -> dict[str, Json]:
    return {name: example["value"] for name, example in node.get("examples", {}).items()}


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"{(.+?)}", path)
    text = "".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(parts))
    return re.compile(text)


def _promises(node: Json, path: Path_) -> Iterator[Promise]:
    if isinstance(node, dict):
        for raw in node.get("x-promises", ()):
            yield Promise(
                raw["id"],
                raw["statement"],
                raw["source"],
                "#" + to_pointer(path),
                raw.get("not-observable"),
                tuple(raw.get("rules", ())),
            )
        for key, child in node.items():
            yield from _promises(child, (*path, key))
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from _promises(child, (*path, number))
