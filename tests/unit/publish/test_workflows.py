"""The workflows call what the document has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.places import ROOT

from layers_contract.publish import workflows
from layers_contract.spec import overlay, yaml_text
from layers_contract.spec.document import Document, default_path, load, read_yaml
from layers_contract.spec.problems import RefusedError

Json = Any

SOURCE: Final = ROOT / "openapi" / workflows.NAME


def test_the_workflows_fit_the_partners_document() -> None:
    """Each step's operation and parameters are there, with what is assumed taken out."""
    raw = overlay.apply(load().raw, overlay.read(ROOT / "overlays" / "partner.yaml"))
    assert list(workflows._strange(read_yaml(SOURCE), Document(raw))) == []


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"operationId": "makeContent"}, "there is no operation makeContent"),
        ({"parameters": [{"name": "Key"}]}, "generateContent has no parameter Key"),
    ],
)
def test_a_step_that_does_not_fit_is_told(edit: Json, told: str, tmp_path: Path) -> None:
    """Nothing is written, and the line names workflow and step."""
    changed = read_yaml(SOURCE)
    changed["workflows"][0]["steps"][0].update(edit)
    source = tmp_path / "changed.yaml"
    source.write_text(yaml_text.dump(changed), encoding="utf-8")
    with pytest.raises(RefusedError, match=f"generate-and-read/generate: {told}"):
        workflows.write(source, default_path(), "1.0.0")


def test_every_operation_that_starts_a_render_new_is_tried_with_a_key() -> None:
    """No workflow bills twice when it is run again with its inputs."""
    for workflow in read_yaml(SOURCE)["workflows"]:
        for step in workflow["steps"]:
            names = {each["name"] for each in step.get("parameters", ())}
            assert step["operationId"] != "generateContent" or "Idempotency-Key" in names
