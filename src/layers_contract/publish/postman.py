"""The document as a Postman collection, whose requests can be sent one after another.

The converter makes a request of each operation, filled with the document's examples. What is done
to its output: ids that it draws at random go; the requests stand in an order in which they can be
sent; a path's id is a variable of the collection, set by the answers that name such a resource
(`x-resource`); each call takes an idempotency key of its own (`x-idempotency`); each documented
answer is saved with each of its examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from layers_contract.diff import node
from layers_contract.publish.portal.facts import started
from layers_contract.publish.postman_order import in_order
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, Operation, View

Json = Any

_OPTIONS: Final = {
    "folderStrategy": "Tags",
    "parametersResolution": "Example",
    "enableOptionalParameters": "false",
    "includeAuthInfoInExample": "false",
    "alwaysInheritAuthentication": "true",
    "stackLimit": "50",
}
_RANDOM: Final = ("id", "_postman_id")
_FRESH_UUID: Final = "{{$guid}}"
_HOW: Final = """
Set the variables {variables} of the collection. The requests can be sent from top to bottom{gated};
wait for each {started} to end. Ids are handed on from answer to request{keyed}.
"""


def collection(document: Document, source: Path, scratch: Path) -> dict[str, Json]:
    """The collection of *document*, which stands in the file *source*.

    Raises:
        PublishError: The converter is not there, or cannot read the document.
    """
    made = scratch / "postman.json"
    options = ",".join(f"{name}={value}" for name, value in _OPTIONS.items())
    node.run("openapi2postmanv2", "-s", source, "-o", made, "-O", options)
    return refined(document, json.loads(made.read_text(encoding="utf-8")))


def refined(document: Document, raw: dict[str, Json]) -> dict[str, Json]:
    """The collection made of *raw*, what the converter makes of *document*."""
    return _Collection(document).of(raw)


class _Collection:
    def __init__(self, document: Document) -> None:
        self.contract = Contract(document)
        self.document = document
        self.key = "bearerToken" if document.key_scheme.prefix else "apiKey"
        self.operations = {(o.method, o.path): o for o in document.operations.values()}
        self.parameters = {
            each.name: each
            for operation in document.operations.values()
            for each in operation.path_parameters
        }
        self.names = {each.resource: name for name, each in self.parameters.items()}

    def of(self, raw: dict[str, Json]) -> dict[str, Json]:
        made: dict[str, Json] = _told(_without(raw, _RANDOM))
        made["item"] = [self._folder(each) for each in made["item"]]
        made["info"] |= {"version": self.document.version, "description": self._described(made)}
        key = {"key": self.key, "value": "", "type": "string"}
        made["variable"] += [key, *self._variables()]
        return made

    def _described(self, made: dict[str, Json]) -> dict[str, str]:
        """The document's description, and what to set before the first request."""
        first = made["item"][0]["item"][0]["request"]["url"]["variable"]
        variables = " and ".join(f"`{name}`" for name in (self.key, *(e["key"] for e in first)))
        told = str(self.document.raw["info"].get("description", ""))
        gates = [each for each in self.contract.lifecycles.values() if each.gate]
        how = _HOW.format(
            variables=variables,
            gated="".join(
                f", where a new {self.contract.type_of(each)} is {each.gate.closed}"
                for each in gates[:1]
                if each.gate
            ),
            started=started(self.contract),
            keyed=", and each call takes an idempotency key of its own"
            * bool(self.contract.idempotent),
        )
        return {"content": told + how, "type": "text/markdown"}

    def _folder(self, folder: dict[str, Json]) -> dict[str, Json]:
        """A tag's requests, prepared, in an order in which they can be sent."""
        items = {self._operation(item["request"]).id: item for item in folder["item"]}
        ordered = in_order(self.contract, list(items))
        return {**folder, "item": [self._prepared(name, items[name]) for name in ordered]}

    def _operation(self, request: Mapping[str, Json]) -> Operation:
        path = "/" + "/".join(_as_documented(part) for part in request["url"]["path"])
        return self.operations[request["method"], path]

    def _prepared(self, name: str, item: dict[str, Json]) -> dict[str, Json]:
        operation, request = self.document.operations[name], item["request"]
        if operation.scopes:
            _scoped(request, operation.scopes)
        for variable in request["url"]["variable"]:
            variable["value"] = "{{" + variable["key"] + "}}"
        for each in request["url"].get("query", ()):
            parameter = operation.parameter(each["key"])
            each["disabled"] = not (parameter and parameter.required)
            if parameter is None or parameter.example is None:
                each["value"] = ""
        self._key(request, operation)
        answers = list(self._answers(operation, item))
        return {**item, "response": answers, "event": _events(self._learnt(operation))}

    def _key(self, request: dict[str, Json], operation: Operation) -> None:
        if operation.id not in self.contract.idempotent:
            return
        header = self.contract.idempotency.header
        for each in request["header"]:
            if each["key"].lower() == header.lower():
                each.update(disabled=False, value=_FRESH_UUID)

    def _answers(self, operation: Operation, item: dict[str, Json]) -> Iterator[Json]:
        """Each documented answer with each of its examples; a range has no status to save."""
        saved = {each["code"]: each for each in item["response"]}
        asked = _without(item["request"], ("name", "description", "auth"))
        for status, raw in operation.raw["responses"].items():
            if status.isdecimal() and (one := saved.get(int(status))):
                response = self.document.resolve(raw)
                typed = [each for each in one["header"] if each["key"] == "Content-Type"]
                header = [*typed, *self._headers(operation, response)]
                for name, body in _examples(response):
                    own = {"name": name, "originalRequest": asked, "header": header, "body": body}
                    yield {**one, **own}

    def _headers(self, operation: Operation, response: Mapping[str, Json]) -> Iterator[Json]:
        """The headers that have an example; the class is the operation's own."""
        limits = self.document.raw.get("x-rate-limits", {})
        own = {limits.get("class-header"): operation.raw.get("x-rate-class")}
        for name, raw in response.get("headers", {}).items():
            if value := own.get(name) or self.document.resolve(raw).get("example"):
                yield {"key": name, "value": str(value)}

    def _learnt(self, operation: Operation) -> dict[str, str]:
        """Which variables an answer of *operation* sets, each with where in the answer it is."""
        if operation.id in self.contract.lists:
            return {}
        given = {each.name for each in operation.path_parameters}
        return {
            name: _access((*view.at, *pointer.split("/")[1:]))
            for response in operation.responses.values()
            if response.status.startswith("2")
            for view in response.views
            for type_, pointer in _named_by(view)
            if (name := self.names.get(type_)) and name not in given
        }

    def _variables(self) -> Iterator[Json]:
        for name, parameter in sorted(self.parameters.items()):
            yield {"key": name, "value": str(parameter.example or ""), "type": "string"}


def _named_by(view: View) -> Iterator[tuple[str, str]]:
    """The types of the resources that a view names, and the pointer to each one's id."""
    for key, pointer in view.resource.items():
        if key not in ("type", "id"):
            yield key, pointer
    yield view.resource["type"], view.resource["id"]


def _examples(response: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """What each example of an answer is called, and its body as text; one for what has no body."""
    described = " ".join(response["description"].split())
    found = [e for media in response.get("content", {}).values() for e in _named(media)]
    for summary, value in found:
        yield summary or described, json.dumps(value, indent=2, ensure_ascii=False)
    if not found:
        yield described, ""


def _named(media: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The examples of a media type: their summaries, else their names if there are several."""
    examples = media.get("examples", {})
    for name, each in examples.items():
        yield each.get("summary", name.capitalize() if len(examples) > 1 else ""), each["value"]


def _scoped(request: dict[str, Json], scopes: Sequence[str]) -> None:
    """Say in the request's description what its key must be allowed to do."""
    told = request.get("description") or {"content": "", "type": "text/markdown"}
    needs = f"Needs a key with {' and '.join(f'`{each}`' for each in scopes)}."
    request["description"] = {**told, "content": f"{told['content']}\n\n{needs}".strip()}


def _events(learnt: dict[str, str]) -> list[Json]:
    if not learnt:
        return []
    found = ", ".join(f"{name}: {where}" for name, where in sorted(learnt.items()))
    lines = [
        "const answer = pm.response.code < 300 ? pm.response.json() : {};",
        f"for (const [name, value] of Object.entries({{ {found} }})) {{",
        "  if (value) pm.collectionVariables.set(name, value);",
        "}",
    ]
    return [{"listen": "test", "script": {"type": "text/javascript", "exec": lines}}]


def _access(way: Sequence[str]) -> str:
    """JavaScript that goes along *way*; of a list it takes the first item."""
    parts = (0 if part == "*" else part for part in way)
    return "answer" + "".join(f"?.[{json.dumps(part)}]" for part in parts)


def _as_documented(part: str) -> str:
    """A segment of a path: `{id}` for the converter's `:id`."""
    return f"{{{part[1:]}}}" if part.startswith(":") else part


def _without(value: Json, names: Sequence[str]) -> Json:
    if isinstance(value, dict):
        return {k: _without(v, names) for k, v in value.items() if k not in names}
    return [_without(each, names) for each in value] if isinstance(value, list) else value


def _told(value: Json) -> Json:
    """Descriptions are CommonMark; the converter calls them plain text."""
    if isinstance(value, list):
        return [_told(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = value.keys() == {"content", "type"} and value["type"] == "text/plain"
    return {**value, "type": "text/markdown"} if plain else {k: _told(v) for k, v in value.items()}
