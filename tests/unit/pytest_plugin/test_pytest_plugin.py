"""The contract as pytest items: what is collected, and how a verdict becomes an outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.helpers.histories import contract
from tests.helpers.outcomes import outcome
from tests.helpers.places import ROOT

from layers_contract.judge.verdicts import Judged
from layers_contract.pytest_plugin._run import Checked, _promise, _required, _shared
from layers_contract.spec.document import load
from layers_contract.target import Require, Target, TargetError

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "layers_contract", "-p", "no:cacheprovider")
NOBODY = "http://127.0.0.1:9"
PROMISES = [each for each in contract().document.promises.values() if not each.unobservable]
THREE_LINES = """
def test_promise(layers_promise):
    layers_promise.check()
"""


def test_a_test_of_three_lines_has_an_item_for_each_promise(pytester: pytest.Pytester) -> None:
    """The fixture makes one item for each promise that can be observed."""
    pytester.makepyfile(THREE_LINES)
    result = pytester.runpytest_inprocess(*PLUGIN, "--collect-only", "-q")
    assert len([each for each in result.outlines if "test_promise[" in each]) == len(PROMISES)


def test_without_a_test_the_contract_comes_by_itself(pytester: pytest.Pytester) -> None:
    """A target on the command line is enough: promises and operations."""
    result = pytester.runpytest_inprocess(
        *PLUGIN, "--layers-url", NOBODY, "--collect-only", "-q", str(pytester.path)
    )
    found = [each for each in result.outlines if each.startswith("layers_contract::")]
    assert len(found) == len(PROMISES) + len(contract().operations)


def test_an_unrelated_run_is_left_alone(pytester: pytest.Pytester) -> None:
    """Without a target nothing is collected beside the tests that are there."""
    pytester.makepyfile("def test_one():\n    pass\n")
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(passed=1)


def test_a_server_that_is_not_there_ends_the_session_with_3(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first item says why nothing could be judged."""
    monkeypatch.setenv("LAYERS_API_KEY", "k")
    result = pytester.runpytest_inprocess(*PLUGIN, "--layers-url", NOBODY, str(pytester.path))
    assert result.ret == 3


@pytest.mark.parametrize(
    ("option", "said"),
    [("--layers-target", "none.toml"), ("--layers-baseline", "none.toml")],
)
def test_a_file_that_is_not_there_ends_the_session_with_2(
    pytester: pytest.Pytester, option: str, said: str
) -> None:
    """The line names the file."""
    pytester.makepyfile(THREE_LINES)
    result = pytester.runpytest_inprocess(*PLUGIN, option, said)
    assert result.ret == 2
    assert any(said in each for each in [*result.outlines, *result.errlines])


@pytest.mark.parametrize(
    ("result", "raises"),
    [
        ("skipped", pytest.skip.Exception),
        ("known", pytest.xfail.Exception),
        ("failed", pytest.fail.Exception),
    ],
)
def test_a_verdict_becomes_an_outcome(result: str, raises: type[BaseException]) -> None:
    """Not judged skips, known is expected to fail, violated fails; each with its reason."""
    with pytest.raises(raises, match="the reason"):
        Checked(result, "the reason").check()
    Checked("passed").check()


def test_workers_share_one_run(tmp_path: Path) -> None:
    """The first one makes the findings, the next one reads them."""
    path, made = tmp_path / "found.json", list[int]()

    def make() -> dict[str, int]:
        made.append(1)
        return {"runs": len(made)}

    assert _shared(path, make) == _shared(path, make) == {"runs": 1}


def test_the_document_of_the_target_file_is_the_one_that_judges(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    """The items are those of the document that the file names."""
    document = ROOT / "examples" / "predictions" / "openapi.yaml"
    file = tmp_path / "target.toml"
    file.write_text(f'url = "{NOBODY}"\ndocument = "{document}"')
    result = pytester.runpytest_inprocess(
        *PLUGIN, "--layers-target", str(file), "--collect-only", "-q", str(pytester.path)
    )
    found = {each.partition("[")[2].rstrip("]") for each in result.outlines if "[" in each}
    assert found >= {"create-prediction.replay", *load(document).operations}
    assert "generateContent" not in found


def test_what_the_target_file_requires_fails_where_it_is_not_judged() -> None:
    """By its id, its group or as a part of all; what is not required is skipped."""
    promise = contract().document.promises["lifecycle.order"]
    judged = Judged(promise, "not_judged", 0, reason="it needs a poll")
    for name in ("lifecycle.order", "lifecycle", "all"):
        required = _required(contract(), Target(NOBODY, require=Require((name,))))
        said = _promise(outcome([judged]), judged, required)
        assert (said.result, said.why) == ("failed", "required, and not judged: it needs a poll")
    assert _promise(outcome([judged]), judged, frozenset()).result == "skipped"
    with pytest.raises(TargetError, match="there is no invariant zebra"):
        _required(contract(), Target(NOBODY, require=Require(("zebra",))))
