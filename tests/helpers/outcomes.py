"""A small run, made by hand, that the tests of reports report on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.helpers.histories import contract

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged

BEGUN = 1_790_000_000.0


PROJECT = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"


CONTENT = f"/v1/projects/{PROJECT}/content"


HOSTILE = "\x1b[31m[red]bold[/red]<script>alert(1)</script>\r\n\x00\u202e`$(touch pwned)`'\"]]>&"


def exchange(method: str = "POST", path: str = CONTENT, at: float = 0.0, **more: Any) -> Exchange:
    """An answered exchange, sent *at* seconds after the run began."""
    shape: dict[str, Any] = {
        "received": BEGUN + at + 0.05,
        "status": 202,
        "request_headers": {"content-type": "application/json", "idempotency-key": "key-1"},
        "request_body": b'{"hook":"a"}',
        "headers": {"content-type": "application/json", "x-request-id": "req_1"},
        "body": b'{"jobId":"job_1","containerId":"cnt_1"}',
        "operation": "generateContent",
        "path_params": {"projectId": PROJECT},
        "actor": "replays",
    }
    return Exchange(method, path, BEGUN + at, **(shape | more))


def read(at: float, **more: Any) -> Exchange:
    """A container, read."""
    shape: dict[str, Any] = {
        "status": 200,
        "request_headers": {},
        "request_body": b"",
        "body": json.dumps({"id": "cnt_1", "status": "generating"}).encode(),
        "operation": "getContent",
        "path_params": {"containerId": "cnt_1"},
    }
    return exchange("GET", "/v1/content/cnt_1", at, **(shape | more))


def violated(promise: str, *violations: Violation, occasions: int = 7, **more: Any) -> Judged:
    """A verdict on a promise of the shipped contract."""
    kind = "violated" if violations else "held"
    shape: dict[str, Any] = {"verdict": kind, "occasions": occasions, "violations": violations}
    return Judged(contract().document.promises[promise], **(shape | more))


def outcome(
    judged: Iterable[Judged] = (), history: Iterable[Exchange] = (), **more: Any
) -> Outcome:
    """A finished run."""
    shape: dict[str, Any] = {
        "target": "http://127.0.0.1:8080",
        "profile": "standard",
        "seed": 7,
        "strict": False,
        "seconds": 18.42,
        "generations": 23,
    }
    return Outcome(
        contract=contract(), judged=list(judged), history=History(history), **(shape | more)
    )


def usual(server_says: str = "another jobId") -> Outcome:
    """A run with each verdict, and one difference from what is only assumed."""
    first, again = exchange(), exchange(at=1.5, body=server_says.encode())
    look = read(2.0)
    lost = read(3.0, status=None, received=None, failure=f"no answer {server_says}", body=b"")
    return outcome(
        [
            violated("idempotency.replay", Violation(server_says, (first, again))),
            violated("container.readable", Violation("gone", (look, lost), "derived")),
            violated("lifecycle.order"),
            violated("lifecycle.first", occasions=1),
            violated("lifecycle.ends", verdict="not_judged", occasions=0, reason="it needs time"),
            violated("asset.expires", differences=(Violation(server_says, (look,)),)),
        ],
        [first, again, look, lost],
        notes=["left behind: 1 container"],
    )
