"""Calls that touch what they should leave alone."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container, Project, Render
from layers_contract.mock.registry import fault
from layers_contract.mock.store import FIRST

Json = Any
MOMENT = 60.0
"""Seconds between containers that were made together."""
SUMMER = 7200.0
"""Seconds by which some clocks are ahead of UTC."""


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


@fault(
    "decision-spreads",
    breaks="approval.apart",
    sentence="A decision on one container decides on those that were made together with it.",
)
class _DecisionSpreads(Behaviour):
    def decided(self, container: Container, review: str) -> Container:
        for _, other, render in list(self.store.containers(container.project, FIRST)):
            twin = abs(other.created - container.created) < MOMENT and other.id != container.id
            waits = other.review == self.words.gate.closed
            if twin and waits and self.is_completed(render, self.clock.now()):
                self.store.put_container(replace(other, review=review))
        return super().decided(container, review)


@fault(
    "unknown-format-starts-job",
    breaks="errors.refused-does-nothing",
    sentence="A format that nobody knows is refused, and rendered all the same.",
)
class _UnknownFormatStartsJob(Behaviour):
    def check(self, call: Call, raw: bytes) -> None:
        try:
            super().check(call, raw)
        except Refused:
            if call.operation.id == "generateContent" and b"no-such-format" in raw:
                call.body = json.loads(raw)
                with self.store.transaction():
                    self.generate(call)
            raise


@fault(
    "refused-strangers-approve",
    breaks="errors.refused-does-nothing",
    sentence="Another organization's approval is answered with 404, and taken.",
)
class _RefusedStrangersApprove(Behaviour):
    async def respond(self, call: Call) -> Answer:
        answer = await super().respond(call)
        found = self.store.container(call.ids.get("containerId", ""))
        approves = call.operation.id == "approveContent" and call.credential.org
        if approves and found and found[0].org != call.credential.org:
            review = self.words.deciding(call.operation.id)
            self.store.put_container(replace(found[0], review=review))
        return answer


@fault(
    "policy-half-changed",
    breaks="errors.refused-does-nothing",
    sentence="A change of a policy with one bad setting is refused, and the good ones are kept.",
)
class _PolicyHalfChanged(Behaviour):
    def check(self, call: Call, raw: bytes) -> None:
        try:
            super().check(call, raw)
        except Refused:
            if call.operation.id == "updateApprovalPolicy" and b"51" in raw:
                good = {n: v for n, v in json.loads(raw).items() if n == "requiresApproval"}
                call.body = good
                with self.store.transaction():
                    self.update_policy(call)
            raise


@fault(
    "late-rejection-taken",
    breaks="errors.refused-does-nothing",
    sentence="Rejecting what is approved is answered with a conflict, and carried out.",
)
class _LateRejectionTaken(Behaviour):
    async def respond(self, call: Call) -> Answer:
        answer = await super().respond(call)
        found = self.store.container(call.ids.get("containerId", ""))
        refused = call.operation.id == "rejectContent" and answer.status >= HTTPStatus.BAD_REQUEST
        if refused and found and found[0].review == self.words.deciding("approveContent"):
            review = self.words.deciding(call.operation.id)
            self.store.put_container(replace(found[0], review=review))
        return answer


@fault(
    "location-names-container",
    breaks="job.location",
    sentence="The address in a 202 is that of the container.",
)
class _LocationNamesContainer(Behaviour):
    def accepted_view(self, render: Render) -> dict[str, Json]:
        return {**super().accepted_view(render), "locationUrl": f"/v1/content/{render.container}"}


@fault(
    "created-in-local-time",
    breaks="container.clock",
    sentence="The time of creation is two hours ahead: local time with a Z.",
)
class _CreatedInLocalTime(Behaviour):
    def container_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        shown = super().container_view(container, render, now, base)
        updated = self.updated(container, render, now) + SUMMER
        return {
            **shown,
            "createdAt": self.stamp(container.created + SUMMER),
            "updatedAt": self.stamp(updated),
        }


@fault(
    "api-key-in-any-case",
    breaks="auth.required",
    sentence="Keys of the API are compared without regard to case.",
)
class _ApiKeyInAnyCase(Behaviour):
    def key(self, call: Call) -> str:
        return super().key(call).lower()


@fault(
    "clone-needs-no-review",
    breaks="approval.gate",
    sentence="A clone in a project with a review needs none.",
)
class _CloneNeedsNoReview(Behaviour):
    def clone(self, call: Call) -> Answer:
        answer = super().clone(call)
        found = self.store.container(answer.body["containerId"])
        if found:
            self.store.put_container(replace(found[0], review=self.words.gate.open))
        return answer
