"""The words that the mock speaks, looked up in the document by the part they play.

The mock's logic knows parts (`the first state`, `the refusal of an unknown key`), the document
knows their names. A document that lacks a part is refused at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers_contract.mock.errors import MockError
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.spec.contract import Contract

__all__ = ["Words"]

Json = Any


class Words(Vocabulary):
    """States, statuses, codes, headers and samples of one document."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self.request_id_header: str = super().request_id_header or ""
        try:
            self._look_up()
        except (KeyError, StopIteration, IndexError) as error:
            raise MockError(f"the document lacks what the mock needs: {error!r}") from error

    def _look_up(self) -> None:
        render, job, review = self.contract.render, self.contract.job, self.contract.review
        self.success = render.ending("success")
        self.failure = render.ending("failure")
        self.canceled = render.ending("cancel")
        self.steps = {
            outcome: render.path(outcome)[:-1] or render.initial[:1]
            for outcome in ("success", "failure")
        }
        self.running = job.initial[0]
        self.job_status = {s: name for name, group in render.mirror.items() for s in group}
        self.gate = next(each for each in (review.gate,) if each)
        self.stages: tuple[str, ...] = tuple(self._property("Job", "stage")["examples"])
        self.render_error: Mapping[str, str] = self._sample("RenderError")
        self.platforms = tuple(self._sample("Brief")["targetPlatforms"])
        self.asset_kinds = tuple(self.contract.document.schema("AssetKind")["enum"])
        self.archived = self._sample("ArchivedProject")["status"]
        self.posts = frozenset(
            sample["sourcePlatformPostId"]
            for sample in self.contract.document.schema("CloneRequest")["examples"]
        )
        self._need()
        self.job_url = self.contract.reader("job").url

    def _need(self) -> None:
        """Look up once what is looked up by name later."""
        review = self.contract.review
        for step in review.transitions:
            for operation in step.by if self.gate.closed in step.origins else ():
                self.deciding(operation)

    def deciding(self, operation: str) -> str:
        """The review state that *operation* leads to from a pending one."""
        return next(
            target
            for step in self.contract.review.transitions
            if operation in step.by and self.gate.closed in step.origins
            for target in step.targets
        )

    def status(self, operation: str, **example: Json) -> int:
        """The status of *operation*'s success whose example has these members."""
        return next(
            int(status)
            for status, response in self.contract.operations[operation].responses.items()
            if status.startswith("2")
            and any(example.items() <= dict(e).items() for e in response.examples.values())
        )

    def prefix(self, schema: str) -> str:
        """What the ids of *schema* start with."""
        return str(self.contract.document.schema(schema)["examples"][0]).partition("_")[0] + "_"

    def _sample(self, schema: str) -> Mapping[str, Json]:
        sample: Mapping[str, Json] = self.contract.document.schema(schema)["examples"][0]
        return sample

    def _property(self, schema: str, name: str) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self.contract.document.schema(schema)["properties"][name]
        return found
