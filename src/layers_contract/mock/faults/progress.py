"""A progress endpoint that contradicts the job."""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Render
from layers_contract.mock.registry import fault

Json = Any
View = dict[str, Json]


@fault(
    "progress-of-first-job",
    breaks="progress.same-as-job",
    sentence="The progress endpoint stays with the container's first job.",
)
class _ProgressOfFirstJob(Behaviour):
    def progress_view(self, render: Render, now: float, base: str) -> View:
        first = self.store.renders(render.container)[0]
        return super().progress_view(first, now, base)


@fault(
    "progress-endpoint-lags",
    breaks="progress.same-as-job",
    sentence="The progress endpoint shows the job as it was a while ago.",
)
class _ProgressEndpointLags(Behaviour):
    def progress_view(self, render: Render, now: float, base: str) -> View:
        lag = 0.4 * self.options.render
        return super().progress_view(render, max(render.started, now - lag), base)


@fault(
    "progress-kind-differs",
    breaks="progress.same-as-job",
    sentence="The progress endpoint names another kind than the job.",
)
class _ProgressKindDiffers(Behaviour):
    def progress_view(self, render: Render, now: float, base: str) -> View:
        return {**super().progress_view(render, now, base), "kind": "content_progress"}
