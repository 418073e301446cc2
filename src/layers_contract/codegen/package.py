"""The client package: openapi-python-client with our templates, and a runtime by hand.

The same document makes the same bytes, and nothing is edited afterwards. What the generator cannot
see, the extensions, is read by `codegen.client.facts`; `codegen.client.code` turns what it has
parsed into Python.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Final

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty

from layers_contract.codegen.client import text
from layers_contract.codegen.client.code import Code
from layers_contract.codegen.client.facts import BASE_ERRORS, Facts
from layers_contract.codegen.client.jobs import Flow
from layers_contract.codegen.client.names import Names
from layers_contract.codegen.client.operations import UnfitError
from layers_contract.codegen.client.types import (
    OPEN,
    classes,
    is_free,
    is_open,
    once,
    properties,
    reader_of,
    sent_models,
)
from layers_contract.spec.document import load
from layers_contract.spec.nodes import Api
from layers_contract.spec.shipped import shipped

OVERLAY: Final = shipped("overlays/client")

EXTRAS: Final = {
    "document.py.jinja": "{package}/_document.py",
    "handles.py.jinja": "{package}/handles.py",
    "reference.md.jinja": "docs/reference.md",
}
"""Templates of ours for files that the generator has no name for."""


class Generator:
    """One document on its way to becoming a package."""

    def __init__(self, document: Path, into: Path) -> None:
        self.into = into
        read = load(document)
        self.facts = Facts(read)
        self.names = self.facts.names
        config = _config(document, into, self.names)
        self.project = Project(
            openapi=_parsed(_opened(read.raw), config),
            config=config,
            custom_template_path=OVERLAY / "templates",
        )
        self.openapi: Any = self.project.openapi
        self.openapi.models = [m for m in self.openapi.models if not is_free(m)]
        self.endpoints = {
            self.facts.operations[endpoint.name].id: endpoint for endpoint in self._endpoints()
        }
        models = {str(each.class_info.name): each for each in self.openapi.models}
        sent = sent_models(list(self.endpoints.values()), models)
        self.code = Code(self.facts.operations, models, sent, self.names.variable)
        self._equip()

    def _endpoints(self) -> Iterator[Endpoint]:
        for collection in self.openapi.endpoint_collections_by_tag.values():
            yield from collection.endpoints

    def _equip(self) -> None:
        """Give the templates what they ask for."""
        self.project.env.globals.update(
            facts=self.facts,
            names=self.names,
            code=self.code,
            endpoints=self.endpoints,
            module_of={str(m.class_info.name): m.class_info.module_name for m in self._classes()},
            classes_of=_classes_of,
            reader_of=reader_of,
            is_open=is_open,
            made_by=self._made_by,
            handle_models=self._handle_models(),
            by_name={each.name: each for each in self._endpoints()},
            error_names=sorted(self._error_names()),
            root_places=self._root_places(),
            model_places=self._model_places(),
        )
        tree = self.project.env.get_template("error_tree.jinja").render()
        self.project.env.globals["error_tree"] = tree.strip()
        self.project.env.filters.update(
            line=text.line,
            literal=text.literal,
            prose=text.prose,
            docstring=text.docstring,
            sentence=text.sentence,
            used_in=text.used_in,
        )

    def _classes(self) -> list[Any]:
        return [*self.openapi.models, *self.openapi.enums]

    def _made_by(self, flow: Flow) -> str:
        """The class of what a job makes; the job itself where nothing else can be read."""
        if flow.result is None:
            return flow.job
        return self.code.result_type(self.endpoints[flow.result.id])

    def _handle_models(self) -> list[str]:
        found = {name for flow in self.facts.flows for name in (flow.job, self._made_by(flow))}
        cancels = [flow.cancel for flow in self.facts.flows if flow.cancel]
        return sorted(found | {self.code.result_type(self.endpoints[c.id]) for c in cancels})

    def _error_names(self) -> set[str]:
        classes = [*self.facts.errors.status_classes, *self.facts.errors.code_classes]
        return {*BASE_ERRORS, self.names.error, *(each.name for each in classes)}

    def _root_places(self) -> dict[str, list[str]]:
        handles = [n for f in self.facts.flows for n in (f.handle, f"Async{f.handle}")]
        types = ["UNSET", "AsyncPager", "Pager", "Response", "Unset"]
        return {
            "client": [self.names.asynchronous, self.names.client],
            "errors": sorted(self._error_names()),
            "handles": sorted(handles),
            "types": types,
        }

    def _model_places(self) -> dict[str, list[str]]:
        places: dict[str, list[str]] = {}
        for each in self._classes():
            name = str(each.class_info.name)
            more = [f"{name}Dict"] if name in self.code.sent else []
            more += [] if isinstance(each, ModelProperty) else [f"{name}Value"]
            places[str(each.class_info.module_name)] = [name, *more]
        return dict(sorted(places.items()))

    def write(self) -> None:
        """Write the package.

        Raises:
            UnfitError: The generator has something to warn of.
        """
        shutil.rmtree(self.into, ignore_errors=True)
        self.into.mkdir(parents=True)
        self._write_runtime(self.into / self.names.package / "_runtime")
        shutil.copy(shipped("LICENSE"), self.into)
        for template, name in EXTRAS.items():
            target = self.into / name.format(package=self.names.package)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self.project.env.get_template(template).render(), encoding="utf-8")
        with redirect_stdout(StringIO()):
            problems = self.project.build()
        if problems:
            raise UnfitError("; ".join(_told(each) for each in problems))
        self._reject_reprs()

    def _write_runtime(self, into: Path) -> None:
        into.mkdir(parents=True)
        for path in sorted((OVERLAY / "runtime").glob("*.py")):
            text = self.names.renamed(path.read_text(encoding="utf-8"))
            (into / path.name).write_text(text, encoding="utf-8")

    def _reject_reprs(self) -> None:
        """A template that forgets to escape a text of the document prints an object instead."""
        for path in sorted(self.into.rglob("*")):
            if path.is_file() and b" object at 0x" in path.read_bytes():
                raise UnfitError(f"{path.relative_to(self.into)}: a template printed an object")


def _config(document: Path, into: Path, names: Names) -> Config:
    options = ConfigFile.load_from_path(OVERLAY / "config.yaml")
    options.project_name_override = names.distribution
    options.package_name_override = names.package
    return Config.from_sources(
        options,
        MetaType.UV,
        document_source=document,
        file_encoding="utf-8",
        overwrite=True,
        output_path=into,
    )


def _opened(raw: dict[str, Any]) -> dict[str, Any]:
    """A copy of a document whose open enums say so in words."""
    document: dict[str, Any] = json.loads(json.dumps(raw))
    for node, open_enum in Api(document).having("x-open-enum"):
        if open_enum and node.kind == "schema":
            described = node.value.get("description", "").strip()
            node.value["description"] = f"{described}\n\n{OPEN}".strip()
    return document


def _parsed(raw: dict[str, Any], config: Config) -> GeneratorData:
    parsed = GeneratorData.from_dict(raw, config=config)
    if isinstance(parsed, GeneratorError):
        raise UnfitError(_told(parsed))
    return parsed


def _told(problem: GeneratorError) -> str:
    return text.line(f"{problem.header} {problem.detail or ''}")


def _classes_of(model: ModelProperty) -> list[Any]:
    """The other models, and the enums, that a model's fields hold."""
    found = once(each for prop in properties(model) for each in classes(prop))
    return [each for each in found if each.class_info.name != model.class_info.name]


def generate(document: Path, into: Path) -> None:
    """Write the client of *document* into the folder *into*, which is emptied first.

    Raises:
        DocumentError: There is no such document.
        UnfitError: The document has something that no client can be made of.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    Generator(document, into).write()


def differences(one: Path, other: Path) -> list[str]:
    """The files, as paths below both folders, that are not the same in both."""
    names = _files(one) | _files(other)
    return sorted(
        name
        for name in names
        if not ((one / name).is_file() and (other / name).is_file())
        or not filecmp.cmp(one / name, other / name, shallow=False)
    )


def _files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        str(path) for path in found if "__pycache__" not in path.parts and path.parts[0] != "dist"
    }


def outdated(document: Path, into: Path) -> str | None:
    """How *into* differs from what *document* makes, in one line; None where it does not.

    Raises what `generate` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        generate(document, fresh)
        different = differences(fresh, into)
    if not different:
        return None
    more = f" and {len(different) - 1} more" if len(different) > 1 else ""
    return (
        f"{into.name}/ is not what {document.name} makes: {different[0]}{more}; run: make generate"
    )
