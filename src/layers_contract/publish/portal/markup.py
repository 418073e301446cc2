"""Text of the document as markup: nothing of it reaches a page unescaped."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

__all__ = ["LEAST", "anchor", "code", "inline", "markdown", "safe_url"]

LEAST: Final = 0.8
"""A picture shrinks to this part of its size, where its text can still be read; then it scrolls."""

_DEEPEST: Final = 6
_BELOW: Final = 3
"""A heading of the document stands below the three levels of the page's own."""

_PARTS: Final = re.compile(
    r"(?P<comment>(?<!\S)#[^\n]*)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<word>(?<![\w.-])(?:from|import|async|await|with|for|in|while|do|done|case|esac|export|as)(?![\w-]))"
)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """CommonMark with tables. A picture would be asked for, and is left as its text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def markdown(text: str) -> Markup:
    """Blocks of Markdown; HTML in it is shown, not obeyed."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        _lower(token)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 -- escaped


def inline(text: str) -> Markup:
    """One line of Markdown, without a block around it."""
    return Markup(_parser().renderInline(" ".join(text.split())))  # noqa: S704 -- escaped


def _lower(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + _BELOW, _DEEPEST)}"


def code(text: str) -> Markup:
    """Shell or Python with its comments, strings and key words marked."""
    parts: list[Markup] = []
    last = 0
    for found in _PARTS.finditer(text):
        parts.append(escape(text[last : found.start()]))
        parts.append(Markup('<span class="c-{}">{}</span>').format(found.lastgroup, found.group()))
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


def anchor(text: str) -> str:
    """*text* as a part of an element's id, which links can name."""
    return re.sub(r"[^\w.-]+", "-", text)


def safe_url(url: str) -> str:
    """*url*, if it is one that a link may lead to; else nowhere."""
    return url if re.match(r"(?i)https?://|mailto:", url) else "#"
