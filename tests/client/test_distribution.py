"""The client as others get it: what it needs, what it exports, and the wheel."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
from tests.client.sides import KEY
from tests.helpers.places import ROOT

import layers_client
from layers_client import AsyncLayers, Layers, models
from layers_contract.mock import MockOptions, background
from layers_contract.spec.document import load

GENERATED: Final = ROOT / "generated"
RUNTIME: Final = GENERATED.parent / "overlays" / "client" / "runtime"
MODULES: Final = sorted((GENERATED / "layers_client").rglob("*.py"))
NEEDED: Final = (
    *("httpx", "httpcore", "h11", "anyio", "idna", "certifi"),
    *("sniffio", "typing_extensions"),
)
"""httpx, and what it needs itself."""
ALLOWED: Final = {"httpx", "layers_client", *sys.stdlib_module_names}


def imports(path: Path) -> set[str]:
    """The packages that a module imports from, wherever in it that stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(GENERATED)))
def test_the_client_needs_httpx_and_nothing_else(path: Path) -> None:
    """It knows nothing of the contract package, nor of what generated it."""
    assert imports(path) <= ALLOWED


def test_the_hand_written_part_does_not_depend_on_the_generated_one() -> None:
    """It never looks outside its folder: what it needs of the document is handed to it."""
    for path in RUNTIME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.ImportFrom) or node.level < 2, path.name


def test_its_dependencies_are_those_that_it_imports() -> None:
    """One name in pyproject.toml."""
    text = (GENERATED / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["project"]["dependencies"] == ["httpx>=0.27,<0.29"]


def test_the_version_is_that_of_the_document() -> None:
    """In the package and in its metadata."""
    version = load().raw["info"]["version"]
    text = (GENERATED / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["project"]["version"] == version == layers_client.__version__


@pytest.mark.parametrize("module", [layers_client, models], ids=lambda m: m.__name__)
def test_every_exported_name_is_there(module: Any) -> None:
    """Sorted, listed by `dir`, and found where the table says; another name is not."""
    assert list(module.__all__) == sorted(module.__all__)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        module.nothing  # noqa: B018


def test_importing_the_package_imports_nothing_else() -> None:
    """Not even httpx: the first use pays."""
    code = "import sys, layers_client; sys.exit('httpx' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=GENERATED, check=True)


@pytest.mark.parametrize("kind", [Layers, AsyncLayers])
def test_every_operation_is_reachable(kind: Any) -> None:
    """Each operationId is called by exactly one method, on either client."""
    layers = kind(api_key=KEY)
    tags = {tag["name"] for tag in load().raw["tags"]}
    methods = [
        method
        for tag in tags
        for name, method in inspect.getmembers(getattr(layers, tag), inspect.ismethod)
        if not name.startswith("_") and name != "resume"
    ]
    assert len(methods) == len(load().operations)
    assert all(method.__doc__ for method in methods)


def test_everything_public_says_what_it_is() -> None:
    """Docstrings, from the document where it has the words."""
    for name in layers_client.__all__:
        assert getattr(layers_client, name).__doc__, name
    for name in models.__all__:
        # `…Value` is an alias of what may be given, and has no place for a docstring.
        assert name.endswith("Value") or getattr(models, name).__doc__, name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that `python -m build` makes."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(GENERATED)], check=True, capture_output=True)
    (found,) = folder.iterdir()
    return found


def test_the_wheel_is_small_and_has_what_it_needs(wheel: Path) -> None:
    """120 kB at most, with its types and its license, and nothing but the package."""
    assert wheel.stat().st_size <= 120_000
    names = zipfile.ZipFile(wheel).namelist()
    assert "layers_client/py.typed" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"layers_client"}


def test_the_wheel_works_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """Installed beside httpx alone, it talks to the mock."""
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--target", str(site), str(wheel)], check=True)
    for name in NEEDED:
        _lend(name, site)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from layers_client import Layers\n"
        "with Layers(base_url=sys.argv[2]) as layers:\n"
        "    job = layers.content.generate(sys.argv[3], brief={'hook': 'h'})\n"
        "    print(job.wait(timeout=20).status)\n"
    )
    with background(MockOptions(render=0)) as (url, target):
        command = [sys.executable, "-I", "-S", "-c", code, str(site), url]
        command.append(target["projects"]["open"])
        environment = {"LAYERS_API_KEY": target["api_key"]}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("completed\n", "")


def _lend(name: str, site: Path) -> None:
    """Put a package of this environment into *site*; one that is not there is not needed."""
    for folder in map(Path, sys.path):
        for found in (folder / name, folder / f"{name}.py"):
            if found.exists() and not (site / found.name).exists():
                (site / found.name).symlink_to(found)
