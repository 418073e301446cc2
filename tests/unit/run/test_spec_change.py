"""Following a change of the API costs an edit of the document, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers_contract.judge.outcome import Outcome
from layers_contract.mock import MockOptions, TrioClock, app, target
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.mock.words import Words
from layers_contract.run import simulate
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import default_path, load
from layers_contract.target import parse

CHANGES = {
    "a state": (("generating", "processing"),),
    "a header": (("Idempotency-Key", "X-Request-Key"), ("X-Api-Key", "X-Partner-Key")),
    "a code and its status": (("CONFLICT, source: seed", "KEY_REUSED, source: seed"),),
    "a path": (("/v1/jobs/{jobId}", "/v2/renders/{jobId}"), ("/v1/content/", "/v2/creatives/")),
    "limits": (("maximum: 200, default: 25", "maximum: 120, default: 10"),),
    "formats": (("video_remix", "video-remix"), ("slideshow_remix", "slideshow-remix")),
}


def judged_with(document: Path) -> Outcome:
    """A strict run against the mock, both reading *document*."""
    contract = Contract(load(document))
    options, words = MockOptions(render=20, latency=0.05), Words(contract)
    values = parse(target(options, "http://mock.invalid", words), "mock")
    application = app(options, TrioClock(), words)
    return simulate(contract, values, application, epoch=SIMULATED_EPOCH, strict=True)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_document_is_kept_and_judged(
    change: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    """The mock follows a changed document, and the run judges by it, with no alarm."""
    text = default_path().read_text(encoding="utf-8")
    for old, new in change:
        assert old in text
        text = text.replace(old, new)
    document = tmp_path / "layers.yaml"
    document.write_text(text, encoding="utf-8")
    outcome = judged_with(document)
    violated = [each.promise.id for each in outcome.judged if each.verdict == "violated"]
    unjudged = [each.promise.id for each in outcome.judged if each.verdict == "not_judged"]
    assert not violated
    assert len(unjudged) < 5
