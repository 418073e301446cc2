"""What a property is in Python: its annotation, and the expression that decodes it.

The generator's own templates answer with `Unset` for every field that may be absent, and decode
with a nested function for each of them. Here absent is None, and a decoder is one expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import snake_case

from layers_contract.codegen.client.text import plain

Property = Any

OPEN: Final = "Other values may come."
"""Ends the description of an enum that is open, for the generator hands on no extension of one."""

_PLAIN: Final = {
    "AnyProperty": "Any",
    "BooleanProperty": "bool",
    "DateProperty": "date",
    "DateTimeProperty": "datetime",
    "FileProperty": "bytes",
    "FloatProperty": "float",
    "IntProperty": "int",
    "NoneProperty": "None",
    "StringProperty": "str",
    "UuidProperty": "str",
}


def is_free(prop: Property) -> bool:
    """Whether a property is an object of which the document names no field."""
    return isinstance(prop, ModelProperty) and not (prop.data.properties or prop.data.allOf)


def named_model(prop: Property) -> ModelProperty | None:
    """The property as a model whose fields the document names; None where it is none."""
    return prop if isinstance(prop, ModelProperty) and not is_free(prop) else None


def inner(prop: Property) -> list[Property]:
    """The alternatives of a union; the property itself where it is none."""
    return list(prop.inner_properties) if isinstance(prop, UnionProperty) else [prop]


def is_nullable(prop: Property) -> bool:
    """Whether null is one of its values."""
    return any(type(each).__name__ == "NoneProperty" for each in inner(prop))


def annotation(prop: Property, *, sent: bool = False) -> str:
    """The type of a property's value, as it is received or, with *sent*, may be given."""
    if isinstance(prop, UnionProperty):
        kinds = [annotation(each, sent=sent) for each in prop.inner_properties]
        return " | ".join(sorted(dict.fromkeys(kinds), key=lambda kind: kind == "None"))
    if isinstance(prop, ListProperty):
        outer = "Sequence" if sent else "list"
        return f"{outer}[{annotation(prop.inner_property, sent=sent)}]"
    if isinstance(prop, ConstProperty):
        return str(prop.get_type_string(no_optional=True).as_unembedded_code())
    received, given = _simple(prop)
    return given if sent else received


def _simple(prop: Property) -> tuple[str, str]:
    """The types of what is no list and no union: received, and given."""
    if is_free(prop):
        return "dict[str, Any]", "Mapping[str, Any]"
    if isinstance(prop, ModelProperty):
        return str(prop.class_info.name), f"{prop.class_info.name} | {prop.class_info.name}Dict"
    if isinstance(prop, EnumProperty):
        return str(prop.class_info.name), f"{prop.class_info.name}Value"
    kind = type(prop).__name__
    return _PLAIN[kind], "str | UUID" if kind == "UuidProperty" else _PLAIN[kind]


def is_open(prop: Property) -> bool:
    """Whether the document says that an enum has values that it does not list."""
    return OPEN in plain(prop.description)


def reader_of(prop: Property) -> str | None:
    """The function that reads a text that an API may add to; None for whatever else."""
    # One value tells the members of a union apart: it must not take any other text.
    several = isinstance(prop, EnumProperty) and (len(prop.values) > 1 or is_open(prop))
    if several and prop.value_type is str:
        return f"read_{snake_case(prop.class_info.name)}"
    return None


def decoder(prop: Property) -> str | None:
    """A callable that makes a property's value of JSON; None where JSON's value will do."""
    if model := named_model(prop):
        return f"{model.class_info.name}.from_dict"
    if isinstance(prop, EnumProperty):
        return reader_of(prop) or str(prop.class_info.name)
    known = {"DateTimeProperty": "moment", "DateProperty": "date.fromisoformat"}
    if isinstance(prop, ListProperty | UnionProperty):
        expression = decoded(prop, "data")
        return None if expression == "data" else f"lambda data: {expression}"
    return known.get(type(prop).__name__)


def decoded(prop: Property, source: str, *, absent: bool = False) -> str:
    """An expression for the value that the JSON value *source* stands for."""
    kinds = [each for each in inner(prop) if type(each).__name__ != "NoneProperty"]
    if all(_as_is(each) for each in kinds):
        return source
    if is_nullable(prop) or absent:
        plain = _one(kinds, "value")
        return f"None if (value := {source}) is None else {plain}"
    return _one(kinds, source)


def _as_is(prop: Property) -> bool:
    if isinstance(prop, ListProperty):
        return decoded(prop.inner_property, "each") == "each"
    return not isinstance(prop, UnionProperty) and decoder(prop) is None


def _one(kinds: Sequence[Property], source: str) -> str:
    if len(kinds) > 1:
        decoders = [made for each in kinds if (made := decoder(each))]
        return f"either({source}, {', '.join(decoders)})"
    (only,) = kinds
    if isinstance(only, ListProperty):
        return f"[{decoded(only.inner_property, 'each')} for each in {source}]"
    return f"{decoder(only)}({source})"


def classes(prop: Property) -> Iterator[Property]:
    """The models and enums that a property's annotation names."""
    if isinstance(prop, ListProperty):
        yield from classes(prop.inner_property)
    elif isinstance(prop, UnionProperty):
        for each in prop.inner_properties:
            yield from classes(each)
    elif isinstance(prop, EnumProperty) or named_model(prop):
        yield prop


def model_in(prop: Property) -> str | None:
    """The one model that a property holds, alone or in a list."""
    names = [str(e.class_info.name) for e in classes(prop) if isinstance(e, ModelProperty)]
    return names[0] if len(set(names)) == 1 else None


def properties(model: ModelProperty) -> list[Property]:
    """The properties of a model: those that every object has, then the others."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def sent_models(endpoints: Sequence[Endpoint], models: Mapping[str, ModelProperty]) -> set[str]:
    """The names of the models that requests are made of, however deep."""
    found: set[str] = set()
    pending = [body.prop for endpoint in endpoints for body in endpoint.bodies]
    while pending:
        for each in classes(pending.pop()):
            name = str(each.class_info.name)
            if name in models and name not in found:
                found.add(name)
                pending += properties(models[name])
    return found


def once(found: Iterable[Property]) -> Iterator[Property]:
    """The models and enums *found*, each once."""
    yield from {str(each.class_info.name): each for each in found}.values()
