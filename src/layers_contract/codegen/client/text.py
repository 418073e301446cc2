"""Texts of the document where they can do no harm: literals, docstrings, lines of imports."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from openapi_python_client.strings import in_double_quote_literal, safe_for_docstring

WIDTH: Final = 96


def plain(value: Any) -> str:
    """What a text of the document says; empty where there is none."""
    text = value.get_untrusted_value() if hasattr(value, "get_untrusted_value") else value
    return str(text or "")


def quoted(text: Any) -> str:
    """A text of the document as a Python literal."""
    return f'"{in_double_quote_literal(text)}"'


def literal(value: Any) -> str:
    """A plain value as Python."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        inside = ", ".join(map(literal, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    return repr(value)


def line(text: Any) -> str:
    """A text of the document on one line."""
    return " ".join(plain(text).split())


def sentence(text: Any) -> str:
    """A text of the document on one line, with a full stop."""
    found = line(text)
    return found if not found or found[-1] in ".!?:" else f"{found}."


def prose(text: Any, indent: int = 0, hanging: int = 0) -> str:
    """A text of the document for a docstring: wrapped, lists kept, nothing that could escape."""
    paragraphs = safe_for_docstring(plain(text).strip()).split("\n\n")
    lines = [each for part in paragraphs for each in (*_wrapped(part, indent, hanging), "")]
    return "\n".join(f"{' ' * indent}{each}".rstrip() for each in lines[:-1]).lstrip()


def _wrapped(paragraph: str, indent: int, hanging: int) -> Iterator[str]:
    items = paragraph.split("\n* ")
    for number, item in enumerate(items):
        bullet = "* " if number or item.startswith("* ") else ""
        text = " ".join(item.removeprefix("* ").split())
        later = " " * (len(bullet) or hanging)
        yield from textwrap.wrap(
            bullet + text, WIDTH - indent, subsequent_indent=later, break_long_words=False
        )


def docstring(text: Any, indent: int) -> str:
    """A text of the document as a docstring, quotes and all."""
    inside = prose(text, indent)
    closing = "\n" + " " * indent if "\n" in inside else ""
    return f'"""{inside}{closing}"""'


def used_in(imports: str, body: str) -> str:
    """The lines of *imports* that are needed by *body*, each once."""
    lines: dict[str, None] = {}
    for each in filter(None, map(str.strip, imports.splitlines())):
        origin, _, names = each.partition(" import ")
        kept = [name for name in names.split(", ") if re.search(rf"\b{name}\b", body)]
        if kept:
            lines[f"{origin} import {', '.join(kept)}"] = None
    return "\n".join(lines)
