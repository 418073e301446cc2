"""What the templates ask of an endpoint or a model: arguments, fields, results, examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty

from layers_contract.codegen.client.operations import (
    CALL_OPTIONS,
    Method,
    UnfitError,
    identifier,
)
from layers_contract.codegen.client.text import literal, plain, quoted
from layers_contract.codegen.client.types import (
    Property,
    annotation,
    classes,
    decoded,
    decoder,
    is_nullable,
    model_in,
    named_model,
    once,
    properties,
)

EXAMPLE_WIDTH: Final = 88


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of generated code, and what the document calls it and says of it."""

    name: str
    key: str
    annotation: str
    default: str | None
    text: str

    @property
    def declared(self) -> str:
        """As it stands in a signature."""
        return f"{self.name}: {self.annotation}" + (f" = {self.default}" if self.default else "")


@dataclass(frozen=True, kw_only=True)
class Argument(Parameter):
    """A parameter of a generated method."""

    place: str
    """`path`, `query`, `header`, `field` of the body, or the whole `body`."""


@dataclass(frozen=True, kw_only=True)
class Field(Parameter):
    """A field of a generated model."""

    decoded: str
    model: str | None
    null: bool


class Code:
    """Python for one document.

    Attributes:
        sent: The names of the models that requests are made of.
        variable: What examples call the client.
    """

    def __init__(
        self,
        operations: dict[str, Method],
        models: Mapping[str, ModelProperty],
        sent: set[str],
        variable: str,
    ) -> None:
        self.operations = operations
        self._models = models
        self.sent = sent
        self.variable = variable

    def fields(self, model: ModelProperty) -> list[Field]:
        """The fields of a model's class, in the order of its constructor."""
        return [self._field(each, model) for each in properties(model)]

    def _field(self, prop: Property, model: ModelProperty) -> Field:
        key = plain(prop.name)
        name, nullable = identifier(key), is_nullable(prop)
        required = prop.required and not self._only_assumed(key, model)
        kept = nullable and not required and str(model.class_info.name) in self.sent
        kind, default, take = annotation(prop), None, f"take({quoted(key)})"
        if not required:
            kind, default = _left_out(kind, nullable=nullable, kept=kept)
            take = f"take({quoted(key)}, {default})"
        return Field(
            name=name,
            key=key,
            annotation=kind,
            default=default,
            decoded=decoded(prop, take, absent=not required),
            model=model_in(prop),
            null=kept or (nullable and required),
            text=plain(prop.description),
        )

    def _only_assumed(self, key: str, model: ModelProperty) -> bool:
        """Whether no page says that an answer always has a field; what has an id, has its id."""
        extra = model.data.model_extra or {}
        source, resource = extra.get("x-source"), extra.get("x-resource") or {}
        assumed = isinstance(source, dict) and source.get("required") == "assumed"
        received = str(model.class_info.name) not in self.sent
        return assumed and received and resource.get("id") != f"/{key}"

    def typed_dict(self, model: ModelProperty) -> list[tuple[str, str]]:
        """The keys of the dict that may be given for a model, in both spellings, with types."""
        found: dict[str, str] = {}
        for prop in properties(model):
            key = plain(prop.name)
            kind, name = annotation(prop, sent=True), identifier(key)
            if not prop.required and not is_nullable(prop):
                kind += " | None"
            found[name] = f"Required[{kind}]" if prop.required and name == key else kind
            if key.isidentifier():
                found.setdefault(key, kind)
        return list(found.items())

    def arguments(self, endpoint: Endpoint) -> list[Argument]:
        """The parameters of a method: ids, then what must be given, then what may be."""
        operation = self.operations[endpoint.name]
        given = [
            *(self._argument(each, "query", operation) for each in endpoint.query_parameters),
            *(
                self._argument(each, "header", operation)
                for each in endpoint.header_parameters
                if plain(each.name).lower() not in operation.hidden
            ),
            *self._body(endpoint, operation),
        ]
        ids = [self._argument(each, "path", operation) for each in endpoint.path_parameters]
        arguments = [*ids, *sorted(given, key=lambda each: each.default is not None)]
        names = [each.name for each in arguments]
        if twins := {name for name in names if names.count(name) > 1}:
            raise UnfitError(f"{operation.id}: two arguments are named {', '.join(sorted(twins))}")
        return arguments

    def passed(self, endpoint: Endpoint) -> str:
        """The arguments of a method as it hands them on."""
        arguments = self.arguments(endpoint)
        return ", ".join(a.name if a.place == "path" else f"{a.name}={a.name}" for a in arguments)

    def example(self, endpoint: Endpoint, more: str = "") -> str:
        """A call with the least that it takes, in the document's own values."""
        operation = self.operations[endpoint.name]
        shown = [self._shown(each, operation) for each in self.arguments(endpoint)]
        given = [*filter(None, shown), *filter(None, [more])]
        head = f"{self.variable}.{operation.resource}.{operation.name}("
        short = f"{head}{', '.join(given)})"
        if len(short) <= EXAMPLE_WIDTH:
            return short
        return "\n".join([head, *(f"    {each}," for each in given), ")"])

    def _shown(self, argument: Argument, operation: Method) -> str | None:
        if argument.place == "path":
            return argument.name
        if argument.default is not None:
            return None
        return f"{argument.name}={literal(_snake(operation.examples.get(argument.key)))}"

    def needed_example(self, endpoint: Endpoint) -> str | None:
        """Something to give to a call that takes any of its fields, but not none."""
        operation = self.operations[endpoint.name]
        body = endpoint.bodies[0].prop if endpoint.bodies else None
        needed = self.body_required(endpoint) and not getattr(body, "required_properties", True)
        for each in self.arguments(endpoint) if needed else ():
            if each.place == "field" and operation.examples.get(each.key) is not None:
                return f"{each.name}={literal(_snake(operation.examples[each.key]))}"
        return None

    def _argument(self, prop: Property, place: str, operation: Method) -> Argument:
        key = plain(prop.name)
        kind, default = annotation(prop, sent=True), None
        if place == "query" and isinstance(prop, ListProperty):
            kind = f"{annotation(prop.inner_property, sent=True)} | {kind}"
        if not prop.required:
            nullable = is_nullable(prop)
            kind, default = _left_out(kind, nullable=nullable, kept=nullable and place == "field")
        name = identifier(key)
        name = f"{name}_" if name in CALL_OPTIONS else name
        text = operation.notes.get(key) or plain(prop.description)
        return Argument(
            name=name, key=key, annotation=kind, default=default, text=text, place=place
        )

    def _body(self, endpoint: Endpoint, operation: Method) -> Iterator[Argument]:
        if not endpoint.bodies:
            return
        body = endpoint.bodies[0]
        if body.body_type not in ("json", "content"):
            raise UnfitError(f"{operation.id}: cannot send {plain(body.content_type)}")
        if model := named_model(body.prop):
            for prop in properties(model):
                yield self._argument(prop, "field", operation)
        else:
            kind = annotation(body.prop, sent=True)
            default = None if body.prop.required else "UNSET"
            kind += " | Unset" if default else ""
            yield Argument(
                name="body",
                key="body",
                annotation=kind,
                default=default,
                text="The body of the request.",
                place="body",
            )

    def body_model(self, endpoint: Endpoint) -> str | None:
        """The model that the fields of the body are those of."""
        model = named_model(endpoint.bodies[0].prop) if endpoint.bodies else None
        return str(model.class_info.name) if model else None

    def body_required(self, endpoint: Endpoint) -> bool:
        """Whether a body is sent even if it is empty."""
        return bool(endpoint.bodies) and bool(endpoint.bodies[0].prop.required)

    def argument_classes(self, endpoint: Endpoint) -> list[Property]:
        """The models and enums that the arguments of a method name."""
        props: list[Property] = [
            *endpoint.query_parameters,
            *endpoint.path_parameters,
            *endpoint.header_parameters,
        ]
        for body in endpoint.bodies:
            model = named_model(body.prop)
            props += properties(model) if model else [body.prop]
        return list(once(found for each in props for found in classes(each)))

    def result(self, endpoint: Endpoint) -> Property | None:
        """The property of a successful answer; None where it has no body."""
        succeeding = (each for each in endpoint.responses if _succeeds(each))
        found = [each for each in succeeding if each.source["return_type"] != "None"]
        kinds = {annotation(each.prop): each for each in found}
        if len(kinds) > 1:
            raise UnfitError(f"{endpoint.name}: its successful answers are of different kinds")
        return next(iter(kinds.values()), None)

    def result_type(self, endpoint: Endpoint) -> str:
        """What a method returns where nothing follows from an extension."""
        found = self.result(endpoint)
        return "None" if found is None else annotation(found.prop)

    def result_decoder(self, endpoint: Endpoint) -> str | None:
        """What makes it of an answer's data."""
        found = self.result(endpoint)
        return None if found is None else decoder(found.prop)

    def answer(self, endpoint: Endpoint) -> str:
        """How the body of a successful answer is read."""
        found = self.result(endpoint)
        kind = "None" if found is None else found.source["return_type"]
        return {"None": "none", "Any": "json", "bytes": "bytes", "str": "text"}[kind]

    def item(self, endpoint: Endpoint) -> tuple[str, str]:
        """The type of a list's items, and the attributes that lead to them on a page."""
        items, path = self._items(endpoint)
        attributes = "".join(f".{each}" for each in path)
        return annotation(items.inner_property), attributes + ("" if items.required else " or []")

    def _items(self, endpoint: Endpoint) -> tuple[ListProperty, list[str]]:
        operation, found = self.operations[endpoint.name], self.result(endpoint)
        prop, path = found.prop if found else None, []
        for key in operation.paging.items if operation.paging else ():
            model = named_model(prop)
            fields = properties(self._models[str(model.class_info.name)]) if model else []
            prop = next((each for each in fields if plain(each.name) == key), None)
            path.append(identifier(key))
        if not isinstance(prop, ListProperty):
            raise UnfitError(f"{operation.id}: there is no list at {'/'.join(path)}")
        return prop, path

    def returned_classes(self, endpoint: Endpoint) -> list[Property]:
        """The models and enums that a method's result names, pages and their items included."""
        found = self.result(endpoint)
        named = [] if found is None else list(classes(found.prop))
        if self.operations[endpoint.name].paging:
            named += classes(self._items(endpoint)[0])
        return list(once(named))


def _left_out(kind: str, *, nullable: bool, kept: bool) -> tuple[str, str]:
    """The type and the default of what may be left out; where null is *kept*, None means null."""
    kind = kind if nullable else f"{kind} | None"
    return (f"{kind} | Unset", "UNSET") if kept else (kind, "None")


def _succeeds(response: Any) -> bool:
    first = response.status_code.range
    return first is not None and 200 <= first[0] < 300


def _snake(value: Any) -> Any:
    """A JSON value with its members named as in Python."""
    if isinstance(value, dict):
        return {identifier(name): _snake(each) for name, each in value.items()}
    return [_snake(each) for each in value] if isinstance(value, list) else value
