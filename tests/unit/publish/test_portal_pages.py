"""The pages as files: complete, closed to the network, and closed to what a document may hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.places import ROOT
from tests.helpers.portals import DOWNLOADS, FIRST, Portal, raw

from layers_contract.publish.portal.downloads import Download
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document

HOSTILE: Final = "<script>alert(1)</script>\"'>]]>{{ 7*7 }}{% raw %}-->"
_VOID: Final = {"meta", "link", "br", "wbr", "input", "img", "hr"}


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    return Portal(tmp_path, monkeypatch)


class Reader(HTMLParser):
    """The elements of a page, and whether each is closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.elements if attribute in attrs]

    def count(self, tag: str) -> int:
        return sum(each == tag for each, _ in self.elements)


def test_page_is_small(portal: Portal) -> None:
    """The main page has no more than 200 kB."""
    index, _ = portal.pages()
    assert len(index.encode()) <= 200_000


_WRITES: Final = """
import hashlib, sys
from pathlib import Path
import pytest
from tests.helpers.portals import Portal
pages = Portal(Path(sys.argv[1]), pytest.MonkeyPatch()).pages()
print(hashlib.sha256("".join(pages).encode()).hexdigest())
"""


def test_same_bytes(tmp_path: Path) -> None:
    """The same input makes the same pages, whatever order Python gives to sets."""
    said = {
        subprocess.check_output(
            [sys.executable, "-c", _WRITES, str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
        )
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_everything_is_shown(portal: Portal) -> None:
    """Each promise, operation, error code and state of the document has a place on the page."""
    document = Document(raw())
    contract = Contract(document)
    ids = set(Reader(portal.pages()[0]).all("id"))
    assert ids >= {f"promise-{name}" for name in document.promises}
    assert ids >= {f"op-{name}" for name in document.operations}
    assert ids >= {f"error-{code}" for code in contract.error_codes}
    for lifecycle in contract.lifecycles.values():
        assert ids >= {f"state-{lifecycle.name}-{state}" for state in lifecycle.states}


def test_ids_are_unique(portal: Portal) -> None:
    """No id stands twice on a page."""
    for page in portal.pages():
        assert max(Counter(Reader(page).all("id")).values()) == 1


def test_anchors_lead_somewhere(portal: Portal) -> None:
    """Each link within a page leads to an element of it."""
    for page in portal.pages():
        reader = Reader(page)
        anchors = {href[1:] for href in reader.all("href") if href.startswith("#")}
        assert anchors <= set(reader.all("id"))


def test_elements_are_closed(portal: Portal) -> None:
    """Every element is closed in its turn, and there is one heading of the first level."""
    for page in portal.pages():
        reader = Reader(page)
        assert reader.open == []
        assert reader.count("h1") == reader.count("main") == 1


def test_nothing_is_fetched(portal: Portal) -> None:
    """A page has a policy against the network, and names nothing that a browser would fetch."""
    for page in portal.pages():
        reader = Reader(page)
        assert any("default-src 'none'" in content for content in reader.all("content"))
        fetched = [*reader.all("src"), *(a["href"] for t, a in reader.elements if t == "link")]
        assert [each for each in fetched if not each.startswith("data:")] == []
        assert not re.search(r"@import|url\(\s*['\"]?https?:", page)


def test_only_own_script(portal: Portal) -> None:
    """The policy lets the page's own script run, and no other, nor one in an attribute."""
    for page in portal.pages():
        reader = Reader(page)
        assert re.search(r"script-src 'sha256-[\w+/]{43}='", " ".join(reader.all("content")))
        assert reader.count("script") == 1
        assert [name for _, attrs in reader.elements for name in attrs if name[:2] == "on"] == []


def _spoilt(node: Any) -> Any:
    """*node* with hostile text after every text that is for people."""
    if isinstance(node, dict):
        told = ("description", "summary", "title", "statement", "not-observable")
        return {
            key: each + HOSTILE if key in told and isinstance(each, str) else _spoilt(each)
            for key, each in node.items()
        }
    return [_spoilt(each) for each in node] if isinstance(node, list) else node


def test_hostile_text(portal: Portal) -> None:
    """Markup, quotes and template braces in the document's text are shown, never obeyed."""
    document = _spoilt(raw())
    document["info"]["contact"] = {"name": HOSTILE, "url": "javascript:alert(1)"}
    plain = Reader(portal.pages()[0])
    for page in portal.pages(document, downloads=[Download(HOSTILE, HOSTILE, 1, HOSTILE)]):
        reader = Reader(page)
        assert reader.count("script") == 1
        assert "&lt;script&gt;" in page
        assert "{{ 7*7 }}" in page
        assert "javascript:" not in "".join(reader.all("href"))
        assert reader.open == []
    assert Reader(portal.pages(document)[0]).count("section") == plain.count("section")


def test_hostile_names(portal: Portal) -> None:
    """A state or an error code with markup in its name breaks no picture and no list."""
    document = raw()
    lifecycle = document["components"]["schemas"]["Job"]["x-lifecycles"]["job"]
    lifecycle["states"] = {f"{each}{HOSTILE}": said for each, said in lifecycle["states"].items()}
    for step in lifecycle["transitions"]:
        step["from"], step["to"] = ([f"{e}{HOSTILE}" for e in step[way]] for way in ("from", "to"))
    codes = document["components"]["schemas"]["ErrorDetail"]["x-error-codes"]
    codes[f"ODD{HOSTILE}"] = {"status": 418, "source": "seed"}
    index, _ = portal.pages(document)
    reader = Reader(index)
    assert reader.count("script") == 1
    assert reader.open == []


def _without_extensions(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_extensions(v) for k, v in node.items() if not k.startswith("x-")}
    return [_without_extensions(each) for each in node] if isinstance(node, list) else node


def test_without_extensions(portal: Portal) -> None:
    """A document without a single extension still makes a page, with its operations."""
    document = _without_extensions(raw())
    index, _ = portal.pages(document)
    ids = Reader(index).all("id")
    assert "op-generateContent" in ids
    assert not {"lifecycles", "retries", "polling", "errors", "promises"} & set(ids)


OPTIONAL: Final = (
    "x-idempotency/in-flight",
    "x-idempotency/invalid-request-keeps-key",
    "x-idempotency/equal-bodies",
    "x-idempotency",
    "x-rate-limits/class-header",
    "x-rate-limits",
    "info/summary",
    "info/description",
    "info/contact",
    "info/license",
    "tags",
    "servers",
    "components/schemas/Container/x-lifecycles/render/refusals",
    "components/schemas/Container/x-lifecycles/render/fields",
    "components/schemas/Container/x-lifecycles/render/mirrors",
    "components/schemas/Container/x-lifecycles/approval/gate",
    "components/schemas/Container/x-lifecycles/approval",
    "components/schemas/Container/x-lifecycles",
    "components/schemas/Container/x-promises",
    "components/schemas/Job/x-lifecycles",
    "components/schemas/Container/x-resource",
    "components/schemas/Job/x-resource",
    "components/schemas/ErrorDetail/x-error-codes",
    "components/schemas/JobStatus/enum",
    "paths//v1/projects/{projectId}/content/get/x-pagination/order",
    "paths//v1/projects/{projectId}/content/get/x-pagination/filters",
    "paths//v1/projects/{projectId}/content/get/x-pagination",
    "paths//v1/jobs/{jobId}/get/x-polling/validator",
    "paths//v1/jobs/{jobId}/get/x-polling",
    "paths//v1/projects/{projectId}/content/post/x-starts",
    "paths//v1/content/{containerId}/approve/post/requestBody",
)


@pytest.mark.parametrize("way", OPTIONAL)
def test_optional_part_is_gone(portal: Portal, way: str) -> None:
    """A part of the document that may be absent may be absent."""
    document = raw()
    *parents, last = re.findall(r"(?:/v1[^ ]*?(?=/(?:get|post|patch|delete)/)|[^/]+)", way)
    node = document
    for parent in parents:
        node = node[parent]
    del node[last]
    index, _ = portal.pages(document)
    assert "<h1" in index


def test_downloads(portal: Portal) -> None:
    """Each download is linked, with what it is, its size and its whole checksum."""
    index, _ = portal.pages()
    for each in DOWNLOADS:
        assert f'href="{each.name}"' in index
        assert each.sha256 in index
    assert "123 kB" in index
    assert "999 B" in index


def test_footer(portal: Portal) -> None:
    """Both pages end with the version, the checksum of the document, contact and terms."""
    document = raw()
    document["info"]["termsOfService"] = "https://example.com/terms"
    document["info"]["contact"] = {"name": "Partners", "email": "partners@example.com"}
    for page in portal.pages(document):
        foot = page.partition("<footer")[2]
        version = document["info"]["version"]
        for part in (DOWNLOADS[0].sha256, version, "https://example.com/terms", "mailto:partners@"):
            assert part in foot


def test_checksum_without_download(portal: Portal) -> None:
    """Where the document itself is no download, its checksum is still told."""
    index, _ = portal.pages(downloads=[])
    assert re.search(r"[0-9a-f]{64}", index.partition("<footer")[2])
    assert 'id="downloads"' not in index


def test_promise_hangs_on_operation(portal: Portal) -> None:
    """A promise leads to the operation that it stands in, and tells why it cannot be observed."""
    index, _ = portal.pages(releases=[FIRST])
    shown = index.partition('id="promise-idempotency.billing"')[2].partition("</li>")[0]
    assert 'href="reference.html#/content/generatecontent"' in shown
    assert "No operation shows what is billed." in shown
    assert ">seed<" in shown
