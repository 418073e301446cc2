"""Calls that touch what they should leave alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Project, Render
from layers_contract.mock.registry import fault
from layers_contract.mock.store import FIRST

Json = Any


@fault(
    "asset-of-any-container",
    breaks="asset.own",
    sentence="An asset is found under any container of its owner.",
)
class _AssetOfAnyContainer(Behaviour):
    def sign_asset(self, call: Call) -> Answer:
        container, _ = self.owned_container(call)
        for _, other, render in self.store.containers(container.project, FIRST):
            shown = self.is_completed(render, self.clock.now())
            for asset in self.assets(other, render, call.base) if shown else ():
                if asset["id"] == call.ids["assetId"]:
                    return self.ok(call, self.signed(asset, call.base))
        return super().sign_asset(call)


@fault(
    "decision-drops-caption",
    breaks="approval.keeps-rest",
    sentence="Approving a container drops the last of its captions.",
)
class _DecisionDropsCaption(Behaviour):
    def captions(self, container: Container, render: Render) -> list[dict[str, Json]]:
        shown = super().captions(container, render)
        decided = container.review not in (self.words.gate.open, self.words.gate.closed)
        return shown[:-1] if decided and len(shown) > 1 else shown


@fault(
    "late-cancel-reopens-review",
    breaks="cancel.keeps",
    sentence="A cancel that comes too late makes a decided container pending again.",
)
class _LateCancelReopensReview(Behaviour):
    def too_late(self, call: Call, render: Render, now: float) -> Answer:
        found = self.store.container(render.container)
        if found and found[0].review not in (self.words.gate.open, self.words.gate.closed):
            self.store.put_container(replace(found[0], review=self.words.gate.closed))
        return super().too_late(call, render, now)


@fault(
    "result-names-other-assets",
    breaks="job.result",
    sentence="The result of a job names assets that its container does not have.",
)
class _ResultNamesOtherAssets(Behaviour):
    def result(self, render: Render, base: str) -> dict[str, Json]:
        shown = super().result(render, base)
        other = [{**each, "id": f"{each['id']}x"} for each in shown["assets"]]
        return {**shown, "assets": other}


@fault(
    "clone-lands-elsewhere",
    breaks="clone.container",
    sentence="A clone is made in another project of the organization.",
)
class _CloneLandsElsewhere(Behaviour):
    def clone(self, call: Call) -> Answer:
        self._cloning = True
        try:
            return super().clone(call)
        finally:
            self._cloning = False

    def new_container(self, project: Project, chosen: str, brief: dict[str, Json]) -> Container:
        container = super().new_container(project, chosen, brief)
        cloning = getattr(self, "_cloning", False)
        return replace(container, project=self.world.disposable[-1]) if cloning else container


@fault(
    "key-shared-within-operation",
    breaks="idempotency.credential-scope",
    sentence="Keys are kept by operation alone: another organization is given the first one's 202.",
)
class _KeySharedWithinOperation(Behaviour):
    def scope(self, call: Call, key: str) -> str:
        return f"{call.operation.id} {key}"


@fault(
    "policy-takes-any-number",
    breaks="schema.rejects-invalid",
    sentence="A policy may hold back more posts than the document allows.",
)
class _PolicyTakesAnyNumber(Behaviour):
    def check(self, call: Call, raw: bytes) -> None:
        if call.operation.id != "updateApprovalPolicy" or b"51" not in raw:
            super().check(call, raw)
            return
        super().check(call, raw.replace(b"51", b"50"))
