"""The reference asks no server for anything, whatever Redoc would like to."""

from __future__ import annotations

from layers_contract.publish import reference

PAGE = (
    '<head>\n  <meta charset="utf8" />\n</head>'
    "<script>logo=`https://cdn.redoc.ly/redoc/logo-mini.svg`;"
    "full=`https://cdn.redoc.ly/redoc/logo-mini-full.svg`</script>"
)


def test_the_page_is_closed_before_anything_else_is_read() -> None:
    """The policy stands at the head's start and lets nothing be fetched."""
    head = reference.offline(PAGE).split("<script>")[0]
    assert head.index("charset") < head.index("Content-Security-Policy")
    assert "default-src 'none'" in head
    assert "connect-src" not in head


def test_the_pictures_that_redoc_would_fetch_are_inside() -> None:
    """No address of Redoc's own is left to be fetched."""
    page = reference.offline(PAGE)
    assert "https://" not in page
    assert page.count("data:image/svg+xml,") == 2
