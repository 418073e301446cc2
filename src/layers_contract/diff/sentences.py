"""What a difference is in one sentence for a partner, and what the partner has to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from layers_contract.diff.model import NOTHING, Rating
from layers_contract.diff.phrases import first, value
from layers_contract.diff.redocly import Difference
from layers_contract.diff.verdicts import Ways

Json = Any

_LIMITS: Final = {
    "maxLength": ("may now be at most {} characters", "may now be longer than {} characters"),
    "minLength": ("must now be at least {} characters", "may now be shorter than {} characters"),
    "maximum": ("may now be at most {}", "may now be above {}"),
    "minimum": ("must now be at least {}", "may now be below {}"),
    "exclusiveMaximum": ("must now be below {}", "may now be {} and more"),
    "exclusiveMinimum": ("must now be above {}", "may now be {} and less"),
    "maxItems": ("may now hold at most {} items", "may now hold more than {} items"),
    "minItems": ("must now hold at least {} items", "may now hold fewer than {} items"),
    "maxProperties": ("may now hold at most {} fields", "may now hold more than {} fields"),
    "minProperties": ("must now hold at least {} fields", "may now hold fewer than {} fields"),
    "multipleOf": ("must now be a multiple of {}", "need no longer be a multiple of {}"),
    "pattern": ("must now match {}", "need no longer match {}"),
    "format": ("now has the format {}", "need no longer have the format {}"),
    "type": ("is now of the type {}", "may now be of another type than {}"),
    "const": ("is now always {}", "is no longer always {}"),
    "default": (
        "is now taken to be {} where it is left out",
        "is no longer taken to be {} where it is left out",
    ),
}
"""What each keyword says where it has a value, and where it is gone."""
_ADVICE: Final = {
    "operation-removed": "Stop calling it.",
    "path-removed": "Stop calling it.",
    "operation-id-changed": "Use the method's new name in generated clients; the call is the same.",
    "tag-changed": "Look for the method under the new tag in generated clients.",
    "schema-removed": "Use the type that takes its place in generated clients.",
    "parameter-removed": "Stop sending it; it is not heeded any more.",
    "parameter-became-required": "Send it with every call.",
    "parameter-serialization-changed": "Send it in the new form.",
    "request-body-removed": "Stop sending a body.",
    "request-body-became-required": "Send a body with every call.",
    "request-body-added": "Send a body with every call.",
    "request-field-removed": "Stop sending it; it is not heeded any more.",
    "default-changed": "Send the value that you want, where you left it out.",
    "response-removed": "Do not expect it.",
    "success-status-added": "Take it for a success too.",
    "response-header-removed": "Do without it.",
    "response-header-optional": "Be ready for an answer without it.",
    "media-type-removed": "Send and accept the media types that are documented.",
    "security-requirement-changed": "Authenticate as it is documented now.",
    "security-scheme-changed": "Authenticate as it is documented now.",
    "server-removed": "Call a server that is documented.",
    "server-changed": "Call it at the server that is documented for it.",
    "property-removed": "Do without it.",
    "required-properties-added": "Send it in every request.",
    "required-properties-removed": "Be ready for an answer without it.",
    "enum-values-added": "Be ready to read it.",
    "enum-values-removed": "Stop sending it.",
    "field-one-way": "Read it or send it only where it is allowed.",
    "security-removed": NOTHING,
    "reference-changed": "Read and write the new shape.",
    "deprecated": "Plan to do without it.",
}


_BY_WAY: Final = {
    "null-changed": ("Do not send null", "be ready to read null"),
    "schema-type-changed": (
        "Send values of the new type",
        "be ready to read values of the new type",
    ),
    "schema-constraint-changed": (
        "Send only what is allowed now",
        "be ready to read what may come now",
    ),
}


def todo(found: Difference, rating: Rating, rule: str, ways: Ways) -> str:
    """What a partner has to do about a difference that *rule* has rated."""
    if rating != "breaking" and rule != "deprecated":
        return NOTHING
    if found.property == "in":
        return "Send it there."
    if found.property in ("key", "name") and found.kind == "modified":
        return f"Use {value(found.new)} in its place."
    if rule in _BY_WAY:
        said = zip(("request", "response"), _BY_WAY[rule], strict=True)
        sentence = ", and ".join(text for way, text in said if way in ways)
        return f"{sentence[0].upper()}{sentence[1:]}."
    return _ADVICE.get(rule, "Compare your use of it with the document.")


@dataclass(frozen=True, slots=True)
class Told:
    """What differs, what it is part of, and the keyword that it has no other name than."""

    subject: str
    whole: str
    keyword: str = ""


def swapped(subject: str, before: str, now: str) -> str:
    """The sentence about a place that refers to another component; empty where to none."""
    if before and now:
        return first(f"{subject} is now a {now}, not a {before}.")
    if now:
        return first(f"{subject} is now described as {now}.")
    return first(f"{subject} is now described on its own, and not as {before}.")


def wider(subject: str, before: str) -> str:
    """The sentence about a part of a request that may be something beside what it was."""
    return first(f"{subject} may now also be something else than a {before}.")


def what(found: Difference, rule: str, told: Told) -> str:
    """The sentence about any other difference that *rule* has rated."""
    special = _BY_RULE.get(rule)
    if special and not (special is _renamed and told.keyword):
        return special(found, told.subject, told.whole)
    if rule == "words-changed":
        return first(f"{told.subject} is described in other words.")
    if found.kind == "modified":
        return first(f"{told.subject} {_modified(found)}.")
    if told.keyword:
        has = "now has" if found.kind == "added" else "no longer has"
        return first(f"{told.subject} {has} `{told.keyword}`.")
    sent = found.type in ("Parameter", "RequestBody")
    required = sent and isinstance(found.new, dict) and found.new.get("required") is True
    said = "is gone" if found.kind == "removed" else f"is new{', and required' * required}"
    return first(f"{told.subject} {said}.")


def _modified(found: Difference) -> str:
    old, new, name = found.old, found.new, found.property
    if name == "key":
        return f"is the new name of {value(old)}"
    if name in _LIMITS:
        return _limit(name, old, new)
    if name in _SWITCHES:
        return _SWITCHES[name][not new]
    if name in ("enum", "required") and isinstance(old or new, list):
        return _listed(found)
    if name == "required":
        missing = "may now be missing" if found.type == "Header" else "may now be left out"
        return "is now required" if new else missing
    return _otherwise(name, old, new)


def _limit(name: str, old: Json, new: Json) -> str:
    if new is None:
        return _LIMITS[name][1].format(value(old))
    told = _LIMITS[name][0].format(value(new))
    return told if old is None else f"{told}, not {value(old)}"


def _otherwise(name: str, old: Json, new: Json) -> str:
    if name == "additionalProperties" and (new is False or old is False):
        return f"{'no longer' if new is False else 'now'} takes fields that are not documented"
    if new is None:
        return f"no longer has `{name}`{_which(old, ', which was {}')}"
    return f"now has `{name}`{_which(new, ' {}')}{_which(old, ', not {}')}"


_SWITCHES: Final = {
    "nullable": ("may now be null", "is no longer null"),
    "deprecated": ("is deprecated now", "is no longer deprecated"),
    "readOnly": ("may now only be read", "may now also be sent"),
    "writeOnly": ("may now only be sent", "may now also be read"),
}


def _which(given: Json, words: str) -> str:
    return "" if given is None or isinstance(given, list | dict) else words.format(value(given))


def _listed(found: Difference) -> str:
    old, new = found.old or [], found.new or []
    gained = [each for each in new if each not in old]
    lost = [each for each in old if each not in new]
    many = " and ".join
    if found.property == "enum" and not old:
        return f"is now one of {', '.join(map(value, new))}"
    if found.property == "enum" and not new:
        return f"is no longer sure to be one of {', '.join(map(value, old))}"
    if found.property == "required":
        parts = [f"always holds {many(map(value, gained))} now"] if gained else []
        parts += [f"may now come without {many(map(value, lost))}"] if lost else []
    else:
        parts = [f"may now also be {' or '.join(map(value, gained))}"] if gained else []
        parts += [f"can no longer be {' or '.join(map(value, lost))}"] if lost else []
    return " and ".join(parts) or "names its values in another order"


def _required_added(found: Difference, subject: str, _: str) -> str:
    gained = [each for each in found.new or [] if each not in (found.old or [])]
    fields = " and ".join(map(value, gained))
    return f"{fields} of {subject} {'is' if len(gained) == 1 else 'are'} required now."


def _renamed(found: Difference, subject: str, whole: str) -> str:
    if found.kind == "modified":
        return f"{first(whole)} now has `{found.new}` in place of `{found.old}`."
    return first(f"{subject} is gone.")


_BY_RULE: Final[dict[str, Callable[[Difference, str, str], str]]] = {
    "operation-id-changed": lambda f, *_: f"{f.old} is now called {f.new}.",
    "tag-changed": lambda f, s, _: f"{s} now belongs to {_tags(f.new)}, not to {_tags(f.old)}.",
    "path-parameter-renamed": lambda f, _, w: f"`{f.old}` in {w} is now called `{f.new}`.",
    "schema-removed": lambda _, s, __: f"The schema {s} is gone, or has another name.",
    "required-properties-added": _required_added,
    "response-removed": _renamed,
    "media-type-removed": _renamed,
    "property-removed": _renamed,
    "response-header-removed": _renamed,
    "success-status-added": lambda _, s, __: first(f"{s} is a new success."),
    "response-header-optional": lambda _, s, __: first(f"{s} may now be missing."),
    "security-requirement-changed": lambda f, *_: f"Authentication: {_plain(f.message)}",
    "server-removed": lambda f, *_: _plain(f.message),
    "path-removed": lambda f, *_: _plain(f.message),
    "schema-combinator-changed": lambda f, *_: _plain(f.message),
    "schema-added": lambda _, s, __: f"The schema {s} is new.",
    "server-changed": lambda _, s, __: f"{first(s)} is now called at another server.",
    "security-requirement-added": lambda *a: (
        f"{first(a[2])} may now be called with another way to authenticate."
    ),
    "parameter-removed": lambda f, s, w: (
        _called_otherwise(f, s, w)
        if f.property == "name"
        else first(f"{s} {_modified(f) if f.kind == 'modified' else 'is gone'}.")
    ),
    "security-removed": lambda *a: (
        f"{first(a[2])} may now be called without what was needed to authenticate."
    ),
    "null-changed": lambda f, s, _: first(f"{s} {_modified(f)}."),
}


def _called_otherwise(found: Difference, subject: str, whole: str) -> str:
    if whole.startswith("`components`"):  # shared, so it is of many operations
        return first(
            f"{subject.replace(str(found.new), str(found.old))} is now called `{found.new}`."
        )
    return f"`{found.old}` of {whole} is now called `{found.new}`."


def _tags(tags: Json) -> str:
    return f"`{tags[0]}`" if isinstance(tags, list) and tags else "no tag"


def _plain(message: str) -> str:
    """Redocly's sentence, in the present tense where it is short to say so."""
    present = message.replace(" was removed.", " is gone.").replace(" became ", " is now ")
    return present.replace(" was added.", " is new.").replace(" was renamed to ", " is now ")
