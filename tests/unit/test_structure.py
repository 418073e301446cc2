"""What holds for the repository as a whole: imports, names no file may hold, make's targets."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from tests.helpers.places import ROOT

from layers_contract.judge.invariants import CATALOGUE
from layers_contract.mock import FAULTS
from layers_contract.run.workload import STORIES, Story

PACKAGE: Final = "layers_contract"
SOURCE: Final = ROOT / "src" / PACKAGE

EVERYTHING: Final = frozenset({"*"})

MAY_IMPORT: Final[dict[str, frozenset[str]]] = {
    "spec": frozenset(),
    "history": frozenset({"spec"}),
    "judge": frozenset({"spec", "history"}),
    "recordings": frozenset({"spec", "history", "judge"}),
    "target": frozenset(),
    "run": frozenset({"spec", "history", "judge", "target"}),
    "report": frozenset({"spec", "history", "judge"}),
    "replay": frozenset({"spec", "history", "judge", "target", "run", "report"}),
    "baseline": frozenset({"judge"}),
    "results": frozenset({"judge", "report"}),
    "proxy": frozenset({"spec", "history", "judge", "recordings"}),
    "mock": frozenset({"spec"}),
    "mutation": frozenset({"spec", "judge", "target", "run", "report", "mock"}),
    "pytest_plugin": frozenset({"spec", "judge", "target", "run", "report", "baseline", "mock"}),
    "diff": frozenset({"spec"}),
    "codegen": frozenset({"spec"}),
    "publish": frozenset({"spec", "diff", "codegen"}),
    "cli": EVERYTHING,
    "__main__": frozenset({"cli"}),
    "__init__": frozenset(),
}
"""A room of ours, and which others it may import. Every one must be named here."""

TARGETS: Final = (
    *("help", "contract", "test", "check", "generate"),
    *("mock", "publish", "gate", "faults", "bench", "clean"),
)


def modules() -> list[Path]:
    """Every module of the package, as a path below it."""
    return sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))


def group_of(module: Path) -> str:
    """The row of `MAY_IMPORT` for a module: its subpackage, or its own name."""
    return module.parts[0].removesuffix(".py")


def imported_groups(module: Path) -> Iterator[str]:
    """The rows of `MAY_IMPORT` that a module's imports lead to, wherever in it they stand."""
    package = (PACKAGE, *module.parent.parts)
    for node in ast.walk(ast.parse((SOURCE / module).read_text(encoding="utf-8"))):
        for name in _absolute_names(node, package):
            first, *rest = name.split(".")
            if first == PACKAGE and rest:
                yield rest[0]


def _absolute_names(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """The dotted names an import statement asks for; none for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = package[: len(package) - node.level + 1] if node.level else ()
    origin = ".".join([*above, *([node.module] if node.module else [])])
    if origin != PACKAGE:
        return [origin]
    return [f"{origin}.{alias.name}" for alias in node.names if _is_ours(alias.name)]


def _is_ours(name: str) -> bool:
    return (SOURCE / name).is_dir() or (SOURCE / f"{name}.py").is_file()


@pytest.mark.parametrize("module", modules(), ids=str)
def test_a_module_imports_only_what_its_row_allows(module: Path) -> None:
    """No module imports a part of ours that the table keeps from it."""
    group = group_of(module)
    assert group in MAY_IMPORT, f"say in MAY_IMPORT what '{group}' may import"
    allowed = MAY_IMPORT[group] | {group}
    forbidden = {name for name in imported_groups(module) if name not in allowed}
    assert allowed >= EVERYTHING or not forbidden, f"{module} imports {sorted(forbidden)}"


def test_the_table_keeps_mock_and_judge_apart() -> None:
    """Neither the mock nor the judge can reach the other, even by way of a third room."""
    assert "mock" not in _reachable("judge")
    assert not {"history", "judge", "report", "run"} & _reachable("mock")


def test_a_room_imports_only_rooms_below_it() -> None:
    """No room can reach itself by way of others."""
    assert not [room for room in MAY_IMPORT if room in _reachable(room)]


def _reachable(group: str) -> set[str]:
    found: set[str] = set()
    pending = [group]
    while pending:
        for name in MAY_IMPORT.get(pending.pop(), frozenset()) - found:
            found.add(name)
            pending.append(name)
    return found


def project_files() -> list[Path]:
    """Every file that is, or would be, committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git repository")
    names = listing.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


REGISTRIES: Final = {"pypi": "org", "pythonhosted": "org", "npmjs": "(?:org|com)"}
FORBIDDEN: Final = {
    "a package registry": re.compile(
        "|".join(rf"\b{name}\.{ending}\b" for name, ending in REGISTRIES.items())
    ),
    "a path of one person's or one builder's machine": re.compile(
        r"(?<![\w.$}-])/(?:home|root|Users|work|workspace|builds)/[\w.-]+/?"
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    """Nothing committed tells where packages come from or on which machine it was made."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in project_files()
        for number, line in enumerate(path.read_bytes().decode(errors="ignore").splitlines(), 1)
        if (match := FORBIDDEN[what].search(line))
    ]
    assert not found, f"names {what}:\n" + "\n".join(found)


def test_no_lock_file_holds_an_address() -> None:
    """The locks pin by version and hash; each machine decides where to download from."""
    locks = [*ROOT.glob("requirements/*.txt"), ROOT / "package-lock.json"]
    locks += [ROOT / "bench" / "package-lock.json", ROOT / "bench" / "requirements.txt"]
    found = [lock.name for lock in locks if "://" in lock.read_text(encoding="utf-8")]
    assert not found


def test_the_changelog_starts_with_the_version_of_the_package() -> None:
    """The newest version in CHANGELOG.md is the one in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?v?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert newest, "CHANGELOG.md has no heading like '## 0.1.0'"
    assert newest[1] == project["version"]


@pytest.mark.parametrize("target", TARGETS)
def test_make_has_the_target_and_explains_it(target: str) -> None:
    """Every target that others call is in the Makefile, with its line of help."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:[^\n]* ## \S", makefile, re.MULTILINE)


def written_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The test functions in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            yield node


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_each_test_states_its_fact(path: Path) -> None:
    """Each test has a docstring, so that the list of tests reads as a specification."""
    silent = [test.name for test in written_in(path) if not ast.get_docstring(test)]
    assert not silent


UNIT: Final = ROOT / "tests" / "unit"
ABOUT_THE_REPOSITORY: Final = frozenset({"ci_files", "structure"})


def test_the_unit_tests_mirror_the_rooms() -> None:
    """Each room that is a folder has a folder of tests, and no other folder has tests."""
    rooms = {module.parts[0] for module in modules() if len(module.parts) > 1}
    folders = {path.relative_to(UNIT).parts[0] for path in UNIT.glob("*/**/test_*.py")}
    assert folders == rooms


def test_what_stands_beside_the_folders_is_about_the_repository() -> None:
    """Every other test of a part of ours is in the folder of its room."""
    named = {path.stem.removeprefix("test_") for path in UNIT.glob("test_*.py")}
    assert named == ABOUT_THE_REPOSITORY


def test_what_tests_share_stands_in_helpers() -> None:
    """No test is imported by another file: what two of them use is in tests/helpers."""
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _absolute_names(node, ())
        if name.startswith("tests.") and ".test_" in name
    ]
    assert not found


def test_the_architecture_page_shows_the_same_table() -> None:
    """ARCHITECTURE.md says of each part what MAY_IMPORT says."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    shown = {name: frozenset(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    known = {n: row for n, row in MAY_IMPORT.items() if not n.startswith("__") and n != "cli"}
    assert {name: shown.get(name) for name in known} == known


def test_what_publishes_and_what_judges_never_meet() -> None:
    """Neither wing can reach the other, even by way of a third part."""
    publishing, judging = {"diff", "codegen", "publish"}, {"judge", "run", "mock", "replay"}
    reached = {group: _reachable(group) for group in publishing | judging}
    assert not [group for group in judging if reached[group] & publishing]
    assert not [group for group in publishing if reached[group] & judging]


def test_the_architecture_page_names_every_dependency() -> None:
    """ARCHITECTURE.md gives a reason for each dependency that anything here is installed with."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tools = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    dev = (ROOT / "requirements" / "dev.in").read_text(encoding="utf-8").splitlines()
    extras = [each for listed in project["optional-dependencies"].values() for each in listed]
    named = [*project["dependencies"], *extras, *(each for each in dev if each and each[0] != "#")]
    names = [re.split(r"[^\w.-]", each)[0] for each in named] + list(tools)
    assert not [name for name in names if name not in page]


def test_the_index_of_the_docs_names_every_page() -> None:
    """A page that docs/README.md does not lead to is not found."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert not [name for name in pages if f"({name})" not in index]


def test_contributing_names_files_that_are_there() -> None:
    """The recipes lead to files and folders of this repository."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|openapi|docs|overlays|requirements)/[\w./-]*\w/?)`", text)
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).exists()]


def promise_modules() -> list[Path]:
    """The modules of the invariants that judge promises, not those that help them."""
    found = [path for path in modules() if path.parts[:2] == ("judge", "invariants")]
    return [path for path in found if not path.name.startswith("_")]


@pytest.mark.parametrize("promise", CATALOGUE)
def test_the_id_of_a_promise_leads_to_its_invariant(promise: str) -> None:
    """A promise is judged in the module, or the package, that its group names."""
    assert CATALOGUE[promise].check.__module__.split(".")[3] == promise.split(".", maxsplit=1)[0]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_promise_that_a_fault_breaks_leads_to_it(fault: str) -> None:
    """A fault stands in the module, or the package, that the group of its promise names."""
    entry = FAULTS[fault]
    assert entry.behaviour.__module__.split(".")[3] == entry.breaks.split(".")[0]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_first_promise_of_a_story_leads_to_it(story: Story) -> None:
    """A story stands in the module of its first promise's group, or with lists if it has none."""
    first = story.promises[0] if story.promises else "list."
    assert story.play.__module__.split(".")[4] == first.split(".")[0]


@pytest.mark.parametrize("module", promise_modules(), ids=str)
def test_an_invariant_knows_no_other_group(module: Path) -> None:
    """What two groups of invariants share stands in an underscored module."""
    package = (PACKAGE, *module.parent.parts)
    tree = ast.walk(ast.parse((SOURCE / module).read_text(encoding="utf-8")))
    names = [name.split(".") for node in tree for name in _absolute_names(node, package)]
    home = [PACKAGE, "judge", "invariants"]
    shared = [name[3] for name in names if name[:3] == home and name[3:]]
    own = module.parts[2].removesuffix(".py")
    assert not [each for each in shared if not each.startswith("_") and each != own]
