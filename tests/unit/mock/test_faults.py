"""The catalogues of faults and variants."""

from __future__ import annotations

import inspect
import itertools
import random
import re
from pathlib import Path

import pytest
import trio
from tests.helpers.mock_client import BRIEF, RENDER, Api, document, simulate

from layers_contract.mock import FAULTS, VARIANTS, MockError, MockOptions, TrioClock, app
from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.registry import compose

MOCK = Path(__file__).parents[3] / "src" / "layers_contract" / "mock"
ENTRIES = [*FAULTS.values(), *VARIANTS.values()]


def test_every_promise_has_a_fault() -> None:
    """Each promise that can be seen over HTTP is broken by one fault at least."""
    observable = {p.id for p in document().promises.values() if p.unobservable is None}
    assert observable <= {fault.breaks for fault in FAULTS.values()}


def test_every_fault_breaks_a_promise_of_the_document() -> None:
    """A fault names a promise that there is."""
    assert {fault.breaks for fault in FAULTS.values()} <= set(document().promises)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_reads_well(entry: object) -> None:
    """A name is lower case with hyphens, a sentence starts with a capital and ends."""
    name, sentence = getattr(entry, "name", ""), getattr(entry, "sentence", "")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) <= 100


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_overrides_seams_that_exist(entry: object) -> None:
    """What a fault or variant overrides is a method of the behaviour."""
    behaviour: type[Behaviour] = getattr(entry, "behaviour", Behaviour)
    family = [each for each in behaviour.__mro__ if issubclass(each, Behaviour)][:-1]
    methods = {
        name
        for each in family
        for name, value in vars(each).items()
        if inspect.isfunction(value) and not name.startswith("__")
    }
    assert {name for name in methods if hasattr(Behaviour, name)} or getattr(entry, "needs", None)


def test_the_logic_knows_no_fault() -> None:
    """No module of the logic mentions a fault or a variant by its name."""
    names = {*FAULTS, *VARIANTS}
    logic = [p for p in MOCK.glob("*.py") if p.stem not in {"__main__", "catalogue", "registry"}]
    for module in logic:
        text = module.read_text(encoding="utf-8")
        assert not [name for name in names if f'"{name}"' in text], module.name


def test_faults_and_variants_compose() -> None:
    """Several faults over several variants make one behaviour."""
    behaviour = compose(["cursor-skips", "patch-ignored"], ["short-ids", "no-progress"])
    line = [each.__name__ for each in behaviour.__mro__]
    assert line.index("_CursorSkips") < line.index("_PatchIgnored") < line.index("_ShortIds")


def test_every_two_variants_can_be_combined() -> None:
    """No two variants exclude each other."""
    for pair in itertools.combinations(VARIANTS, 2):
        compose([], pair)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """A typo in a fault's name is told the names that it may stand for."""
    with pytest.raises(MockError, match="did you mean cursor-skips"):
        app(MockOptions(faults=("cursor-skip",)), TrioClock())


async def tour(api: Api) -> None:
    """Something of everything, carefully enough for a mock that breaks its promises."""
    body = {"format": "slideshow_remix", "brief": BRIEF}
    ids = {"projectId": api.world.gated}
    answers = [await api.call("generateContent", body, key="k", **ids) for _ in range(2)]
    invalid = await api.call("generateContent", {"brief": {}}, key="k2", **ids)
    assert invalid.status_code >= 400
    started = answers[0].json()
    container = {"containerId": started["containerId"]}
    for _ in range(4):
        await api.call("getContent", **container)
        await api.call("getContentProgress", **container)
        await api.call("getJob", jobId=started["jobId"])
        await trio.sleep(RENDER / 3)
    shown = (await api.call("getContent", **container)).json()
    for asset in shown.get("assets", []):
        await api.call("getContentAsset", assetId=asset["id"], **container)
    rejection = {"reason": "x", "regenerate": True, "patch": {"language": "de"}}
    await api.call("rejectContent", rejection, **container)
    await api.call("cancelJob", jobId=started["jobId"])
    await api.call("regenerateContent", {"patch": {"hook": "y"}}, key="k", **container)
    await api.call("cloneContentFromPost", {"sourcePlatformPostId": "post_7301"}, **container)
    page = (await api.call("listContent", query={"limit": 1, "status": "queued"}, **ids)).json()
    if page.get("nextCursor"):
        await api.call("listContent", query={"cursor": page["nextCursor"]}, **ids)
    await api.call("updateApprovalPolicy", {"firstNPostsBlocked": 3}, **ids)
    await api.call("getApprovalPolicy", **ids)
    await api.call("archiveProject", projectId=api.world.disposable[0])


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_breaks_a_promise_and_not_the_mock(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A faulty mock answers everything; nothing in it raises what it did not mean to."""
    simulate(tour, faults=(name,), check=False)
    assert not caplog.records


KEPT = [name for name, each in VARIANTS.items() if not each.against]
"""The variants that keep what is only assumed, too."""


@pytest.mark.parametrize("name", KEPT)
def test_a_variant_keeps_to_the_document(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every answer of a mock with a variant is a documented one."""
    simulate(tour, variants=(name,))
    assert not caplog.records


PAIRS = random.Random(1).sample([*itertools.combinations(KEPT, 2)], 40)  # noqa: S311 - a sample


@pytest.mark.parametrize("pair", PAIRS)
def test_two_variants_keep_to_the_document(
    pair: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Every answer of a mock with two variants is a documented one."""
    simulate(tour, variants=pair)
    assert not caplog.records
