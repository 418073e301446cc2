"""What the models are built on: objects from JSON and back, and texts that are not known yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Any, ClassVar, Final, Literal, NamedTuple, Self, TypeVar, cast

from .errors import UnwritableError

__all__ = [
    "UNSET",
    "Field",
    "Model",
    "OpenEnum",
    "OpenIntEnum",
    "Unset",
    "either",
    "moment",
    "reader",
    "to_json",
]


class Unset(Enum):
    """The type of `UNSET`, which says that something was left out where `None` means null."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


class OpenEnum(StrEnum):
    """Texts that an API may add to: an unknown one becomes a member too, equal to its text."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    @property
    def is_known(self) -> bool:
        """Whether this version of the package knows the text."""
        return self._name_ in type(self).__members__


EnumT = TypeVar("EnumT", bound=OpenEnum)


def reader(kind: type[EnumT]) -> Callable[[str], EnumT]:
    """What makes a member of a text, known or not: several times as fast as calling the enum."""
    known = {str(member.value): member for member in kind}.get

    def read(text: str) -> EnumT:
        member = known(text)
        return kind(text) if member is None else member

    return read


class OpenIntEnum(IntEnum):
    """Numbers that an API may add to: an unknown one becomes a member too."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_, unknown._value_ = f"VALUE_{value}", value
        return unknown


class Field(NamedTuple):
    """A field of a model: its name here, its key in JSON, what it holds."""

    name: str
    key: str
    model: type[Model] | None = None
    null: bool = False
    """Whether `None` is sent as null; otherwise it means that the field is left out."""


class Model:
    """An object of the API. Fields that this version does not know are kept on the side.

    Attributes:
        additional_properties: The fields of the JSON object that the model has no attribute for.
    """

    __slots__ = ("additional_properties",)

    fields: ClassVar[tuple[Field, ...]] = ()
    additional_properties: dict[str, Any]

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        """The object that a JSON object describes.

        Raises:
            KeyError: A required field is missing.
            ValueError: A field's text is not what the document says.
        """
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The JSON object; what is `UNSET`, or `None` and need not be sent, is left out."""
        values = ((field, getattr(self, field.name)) for field in self.fields)
        return {**self.additional_properties, **_object(values)}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._names())

    __hash__ = None  # type: ignore[assignment]  # it can be changed, so it is no key

    def __repr__(self) -> str:
        # A traceback may show one that is only half read.
        shown = ((name, getattr(self, name, UNSET)) for name in self._names())
        inside = ", ".join(f"{n}={v!r}" for n, v in shown if v not in (None, UNSET, {}))
        return f"{type(self).__name__}({inside})"

    def _names(self) -> tuple[str, ...]:
        return (*(field.name for field in self.fields), "additional_properties")


def to_json(value: object, model: type[Model] | None = None) -> Any:
    """*value* as JSON has it; members of a mapping may be named as *model* has them or as JSON."""
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, Mapping):
        members = cast(Mapping[str, object], value).items()
        return _object((_field(name, model), each) for name, each in members)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [to_json(each, model) for each in cast(Iterable[object], value)]
    return _scalar(value)


def _scalar(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if value is None or isinstance(value, str | bytes | int | float):
        return value
    if isinstance(value, date) or type(value).__name__ == "UUID":
        return str(value)
    raise UnwritableError(f"JSON has no {type(value).__name__}")


def _object(values: Iterable[tuple[Field, object]]) -> dict[str, Any]:
    return {
        field.key: to_json(value, field.model)
        for field, value in values
        if value is not UNSET and (value is not None or field.null)
    }


def _field(name: str, model: type[Model] | None) -> Field:
    """The field that goes by *name*; one that the model lacks is sent as it is named."""
    for field in model.fields if model else ():
        if name in (field.name, field.key):
            return field
    return Field(name, name, null=True)


def moment(text: str) -> datetime:
    """An RFC 3339 timestamp; a leap second, which Python has no room for, is the one before."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        if text[17:19] != "60":
            raise
        return datetime.fromisoformat(f"{text[:17]}59{text[19:]}")


def either(value: Any, *decoders: Callable[[Any], Any]) -> Any:
    """*value* as the first of *decoders* that takes it; as it is, where none does."""
    for decode in decoders:
        try:
            return decode(value)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return value
