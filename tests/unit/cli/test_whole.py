"""A document that lacks a part is refused in one line, with the part and its place."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.mutants import GONE, edit
from tests.helpers.places import ROOT

from layers_contract.cli import main
from layers_contract.spec import yaml_text
from layers_contract.spec.document import read_yaml

Json = Any

PREDICTIONS: Final = ROOT / "examples" / "predictions" / "openapi.yaml"
POLL: Final = "/paths/~1predictions~1{predictionId}/get"
LACKS: Final = {
    "/info": "#: lacks `info`",
    f"{POLL}/operationId": f"#{POLL}/operationId: missing",
    "/paths/~1predictions/post/responses/201": "#/paths/~1predictions/post/responses: lacks a",
    "/components/responses/Invalid": "/$ref: #/components/responses/Invalid leads nowhere",
    "/components/parameters/PredictionId/name": "PredictionId: lacks `name`",
    "/components/securitySchemes": "does not say how a request carries its key",
}


@pytest.mark.parametrize("command", ["generate", "publish"])
@pytest.mark.parametrize("place", LACKS)
def test_what_a_document_lacks_is_told(
    command: str,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, one line, and nothing is written."""
    document: Json = deepcopy(read_yaml(PREDICTIONS))
    edit(document, place, GONE)
    path, into = tmp_path / "lacking.yaml", tmp_path / "into"
    path.write_text(yaml_text.dump(document), encoding="utf-8")
    given = ["layers-contract", command, "--document", str(path), "--into", str(into)]
    monkeypatch.setattr("sys.argv", given)
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n")) == (2, 1), told
    assert LACKS[place] in told
    assert not into.exists()


def test_a_version_of_another_document_is_kept_where_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a folder of its own nothing is recorded, and nothing made."""
    given = ["layers-contract", "publish", "--document", str(PREDICTIONS), "--record"]
    monkeypatch.setattr("sys.argv", given)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, "--published FOLDER" in capsys.readouterr().err) == (2, True)
