"""The workflows, beside the document that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from layers_contract.diff import node
from layers_contract.spec import yaml_text
from layers_contract.spec.document import Document, load, read_yaml
from layers_contract.spec.problems import RefusedError

Json = Any

NAME: Final = "workflows.arazzo.yaml"


def write(source: Path, document: Path, version: str) -> None:
    """The Arazzo file *source*, put beside *document* and naming it and its version.

    Raises:
        PublishError: A step calls what the document does not have; Redocly is not there, or finds
            fault with the file.
    """
    workflows = read_yaml(source)
    if strange := list(_strange(workflows, load(document))):
        raise RefusedError(f"{source} does not fit the document", strange)
    workflows["info"]["version"] = version
    workflows["sourceDescriptions"][0]["url"] = document.name
    written = document.parent / NAME
    written.write_text(yaml_text.dump(workflows), encoding="utf-8")
    node.redocly("lint", "--extends", "recommended", written)


def _strange(workflows: Json, document: Document) -> Iterator[str]:
    """The steps that call an operation, or send a parameter, that *document* does not have."""
    for workflow in workflows["workflows"]:
        for step in workflow["steps"]:
            place = f"{workflow['workflowId']}/{step['stepId']}"
            operation = document.operations.get(step["operationId"])
            if operation is None:
                yield f"{place}: there is no operation {step['operationId']}"
                continue
            for each in step.get("parameters", ()):
                if operation.parameter(each["name"]) is None:
                    yield f"{place}: {operation.id} has no parameter {each['name']}"
