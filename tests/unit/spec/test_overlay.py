"""Overlays are applied as their specification says, and a mistake in one is told with its place."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from tests.helpers.places import ROOT

from layers_contract.spec import overlay
from layers_contract.spec.document import DocumentError
from layers_contract.spec.files import DocumentFiles

Json = Any

SETS: Final = sorted((Path(__file__).parent / "overlays").glob("*.yaml"))
HEAD: Final = {"overlay": "1.1.0", "info": {"title": "T", "version": "1"}}


def plain(value: Json) -> Json:
    return json.loads(json.dumps(value))


def actions(folder: Path, *given: Json, **fields: Json) -> list[overlay.Action]:
    """The actions of an overlay file that holds *given*."""
    path = folder / "overlay.yaml"
    path.write_text(yaml.safe_dump({**HEAD, "actions": list(given), **fields}, sort_keys=False))
    return overlay.read(path)


def error_of(folder: Path, document: Json, *given: Json) -> str:
    with pytest.raises(overlay.OverlayError) as caught:
        overlay.apply(document, actions(folder, *given))
    return str(caught.value)


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_an_overlay_makes_the_output_of_its_set(path: Path, tmp_path: Path) -> None:
    """Each set of document, overlay and output holds, and the document itself is left alone."""
    document, laid, output = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    before = deepcopy(document)
    given = actions(tmp_path, *laid["actions"], overlay=laid["overlay"])
    assert overlay.apply(document, given) == plain(output)
    assert document == before


def test_the_order_of_members_is_kept(tmp_path: Path) -> None:
    """What was there stays in its order, and what is new comes after it."""
    given = actions(tmp_path, {"target": "$", "update": {"c": 1, "a": 2, "b": 3}})
    assert list(overlay.apply({"b": 0, "a": 0}, given)) == ["b", "a", "c"]


def test_what_is_laid_twice_is_not_shared(tmp_path: Path) -> None:
    """Two nodes that were given one value can be changed apart afterwards."""
    given = actions(
        tmp_path,
        {"target": "$.*", "update": {"x": {"n": 1}}},
        {"target": "$.a.x", "update": {"n": 2}},
    )
    assert overlay.apply({"a": {}, "b": {}}, given) == {"a": {"x": {"n": 2}}, "b": {"x": {"n": 1}}}


def test_what_an_alias_shared_is_changed_apart(tmp_path: Path) -> None:
    """A change of one place of the document leaves the others that YAML made the same object."""
    shared = {"n": 1}
    given = actions(tmp_path, {"target": "$.a", "update": {"n": 2}})
    assert overlay.apply({"a": shared, "b": shared}, given) == {"a": {"n": 2}, "b": {"n": 1}}


def test_what_an_alias_shared_in_an_update_is_changed_apart(tmp_path: Path) -> None:
    """An anchor in an overlay makes copies, which a later action changes one by one."""
    path = tmp_path / "overlay.yaml"
    path.write_text(
        f"""{{overlay: 1.1.0, info: {json.dumps(HEAD["info"])}, actions: [
          {{target: $, update: {{a: &shared {{x: {{n: 1}}, y: 1}}, b: *shared, c: *shared}}}},
          {{target: $.a.x, update: {{n: 2}}}},
          {{target: "$['b', 'c'].x", remove: true}}]}}"""
    )
    laid = overlay.apply({}, overlay.read(path))
    assert laid == {"a": {"x": {"n": 2}, "y": 1}, "b": {"y": 1}, "c": {"y": 1}}


def test_every_misfit_is_told_in_one_run(tmp_path: Path) -> None:
    """Each action that does not fit has a line, and those between them are laid all the same."""
    told = error_of(
        tmp_path,
        {"a": {"n": 1}},
        {"target": "$.nowhere", "remove": True},
        {"target": "$.a", "update": {"m": 1}},
        {"target": "$.a.m", "update": []},
        {"target": "$.a.m", "update": 2},
    )
    first, second = told.splitlines()
    assert "`$.nowhere` matches nothing" in first
    assert "one array over one primitive" in second


def test_misfits_of_several_overlays_are_told_together(tmp_path: Path) -> None:
    """A document with two overlays that do not fit names an action of each."""
    for name in ("one", "two"):
        given = {**HEAD, "actions": [{"target": f"$.{name}", "remove": True}]}
        (tmp_path / f"{name}.yaml").write_text(json.dumps(given))
    files = DocumentFiles(None, (tmp_path / "one.yaml", tmp_path / "two.yaml"))
    with pytest.raises(DocumentError, match=r"one\.yaml:1: .*\n.*two\.yaml:1: "):
        files.load()


def test_a_node_that_a_query_selects_twice_is_changed_once(tmp_path: Path) -> None:
    """A target that names a node twice appends to it once."""
    given = actions(tmp_path, {"target": "$['a', 'a']", "update": [1]})
    assert overlay.apply({"a": []}, given) == {"a": [1]}


def test_nested_targets_are_removed_together(tmp_path: Path) -> None:
    """A node and one inside it can be removed by one action."""
    given = actions(tmp_path, {"target": "$..[?@.x]", "remove": True})
    assert overlay.apply({"a": {"x": 1, "b": {"x": 1}}, "c": [{"x": 1}, 5]}, given) == {"c": [5]}


def test_remove_goes_before_update(tmp_path: Path) -> None:
    """An action that both removes and updates removes."""
    given = actions(tmp_path, {"target": "$.a", "remove": True, "update": {"x": 1}})
    assert overlay.apply({"a": {}, "b": 1}, given) == {"b": 1}


def test_null_is_a_value_to_lay(tmp_path: Path) -> None:
    """An update with null makes a primitive null."""
    given = actions(tmp_path, {"target": "$.a", "update": None})
    assert overlay.apply({"a": 1}, given) == {"a": None}


def test_a_target_that_matches_nothing_is_an_error_with_its_place(tmp_path: Path) -> None:
    """The line tells file, line and target, so that the action can be found."""
    told = error_of(
        tmp_path,
        {"a": 1},
        {"target": "$.a", "update": 2},
        {"target": "$.nowhere", "update": 1},
    )
    line = (tmp_path / "overlay.yaml").read_text().splitlines().index("- target: $.nowhere") + 1
    assert told == (
        f"{tmp_path / 'overlay.yaml'}:{line}: target `$.nowhere` matches nothing in the document"
    )


def test_a_lax_target_may_match_nothing(tmp_path: Path) -> None:
    """Where asked to be lax, as the specification is, such an action changes nothing."""
    given = actions(tmp_path, {"target": "$.nowhere", "update": 1})
    assert overlay.apply({"a": 1}, given, lax=True) == {"a": 1}


MISFITS: Final = {
    "several kinds": ({"target": "$.*", "update": 1}, "nodes of several kinds: array and object"),
    "primitive over object": ({"target": "$.a", "update": 1}, "one primitive over one object"),
    "object over primitive": ({"target": "$.a.n", "update": {}}, "one object over one primitive"),
    "inside a merge": (
        {"target": "$", "update": {"a": {"n": [1]}}},
        "one array over one primitive at #/a/n",
    ),
    "null over object": ({"target": "$", "update": {"a": None}}, "one primitive over one object"),
    "copy of nothing": ({"target": "$.a", "copy": "$.x"}, "copy `$.x`: it selects 0 nodes"),
    "copy of several": ({"target": "$.a", "copy": "$.*"}, "copy `$.*`: it selects 2 nodes"),
    "the whole document": ({"target": "$", "remove": True}, "is the whole document"),
    "no JSONPath": ({"target": "$.[", "update": 1}, "is no JSONPath"),
    "an extension of JSONPath": ({"target": "$.a.~", "update": 1}, "is no JSONPath"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_told(name: str, tmp_path: Path) -> None:
    """An action that the document cannot take is an error that says why, in one line."""
    action, why = MISFITS[name]
    told = error_of(tmp_path, {"a": {"n": 1}, "b": []}, action)
    assert why in told
    assert "\n" not in told
    assert told.startswith(str(tmp_path / "overlay.yaml"))


SHAPELESS: Final[dict[str, tuple[dict[str, Json], str]]] = {
    "another version": ({"overlay": "2.0.0"}, "/overlay"),
    "no full version": ({"overlay": "1.1"}, "/overlay"),
    "no title": ({"info": {"version": "1"}}, "/info"),
    "no action": ({"actions": []}, "/actions"),
    "actions that are no list": ({"actions": {}}, "/actions"),
    "two equal actions": ({"actions": [{"target": "$"}, {"target": "$"}]}, "/actions"),
    "no target": ({"actions": [{"update": 1}]}, "/actions/0"),
    "a target without $": ({"actions": [{"target": "info"}]}, "/actions/0/target"),
    "a remove that is no boolean": (
        {"actions": [{"target": "$", "remove": "yes"}]},
        "/actions/0/remove",
    ),
    "update and copy": (
        {"actions": [{"target": "$", "update": 1, "copy": "$"}]},
        "/actions/0",
    ),
    "a misspelt member": ({"actions": [{"target": "$", "updates": 1}]}, "/actions/0"),
}


@pytest.mark.parametrize("name", SHAPELESS)
def test_what_is_no_overlay_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    """A file that breaks the specification's shape is refused with the place that breaks it."""
    changed, place = SHAPELESS[name]
    path = tmp_path / "overlay.yaml"
    path.write_text(json.dumps({**HEAD, "actions": [{"target": "$"}], **changed}))
    with pytest.raises(overlay.NoOverlayError, match=f"#{place}: "):
        overlay.read(path)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "layers_contract", "overlay", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_writes_yaml_or_json(tmp_path: Path) -> None:
    """The result goes to standard output as YAML, or to a file in the form of its name."""
    actions(tmp_path, {"target": "$.info.title", "update": "Anew"})
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps({"info": {"title": "T"}, "paths": {}}))
    wanted = {"info": {"title": "Anew"}, "paths": {}}
    shown = run(document, tmp_path / "overlay.yaml")
    run(document, tmp_path / "overlay.yaml", "--output", tmp_path / "out.json")
    assert yaml.safe_load(shown.stdout) == wanted
    assert json.loads((tmp_path / "out.json").read_text()) == wanted


@pytest.mark.parametrize(("name", "code"), [("gone.yaml", 2), ("bad.yaml", 2), ("misfit.yaml", 1)])
def test_the_command_tells_what_is_wrong_in_one_line(name: str, code: int, tmp_path: Path) -> None:
    """A file that cannot be read ends with 2, one that does not fit with 1, each with one line."""
    (tmp_path / "bad.yaml").write_text("overlay: 1.1.0")
    misfit = {**HEAD, "actions": [{"target": "$.nowhere", "remove": True}]}
    (tmp_path / "misfit.yaml").write_text(json.dumps(misfit))
    done = run(ROOT / "openapi" / "layers.yaml", tmp_path / name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert name in done.stderr
