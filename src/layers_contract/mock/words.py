"""The words that the mock speaks, looked up in the document by the part they play.

The mock's logic knows parts (`the first state`, `the refusal of an unknown key`), the document
knows their names. A document that lacks a part is refused at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from layers_contract.contract import Contract, seconds
from layers_contract.mock.errors import MockError, Refused
from layers_contract.spec.files import DocumentFiles

__all__ = ["Words", "words_of"]

Json = Any
REFUSALS: Final = ("Unauthenticated", "Forbidden", "NotFound", "Conflict", "IdempotencyConflict",
                   "Invalid")  # fmt: skip
DECISIONS: Final = ("approveContent", "rejectContent")


@dataclass(frozen=True, slots=True)
class Validator:
    """How an unchanged resource is asked for and told."""

    request: str
    response: str
    unchanged: int


class Words:
    """States, statuses, codes, headers and samples of one document."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.raw: Mapping[str, Json] = contract.document.raw
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
        self.request_id_header = self._header("RequestId")
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
        limits = self.raw["x-rate-limits"]
        self.rate_window = seconds(limits["window"])
        self.rate_tiers: Mapping[str, Mapping[str, int]] = limits["tiers"]
        self.rate_header: str = limits["class-header"]
        self.rate_exceeded: Mapping[str, Json] = limits["exceeded"]

    def _need(self) -> None:
        """Look up once what is looked up by name later."""
        for component in REFUSALS:
            _ = self.refusals[component]
        for step in DECISIONS:
            self.deciding(step)

    @cached_property
    def refusals(self) -> Mapping[str, tuple[int, str, str]]:
        """Status, code and message of each documented refusal, by its component's name."""
        statuses = {
            str(node["$ref"]).rsplit("/", 1)[-1]: int(status)
            for operation in self.contract.operations.values()
            for status, node in operation.raw["responses"].items()
            if "$ref" in node and str(status).isdecimal()
        }
        return {name: (status, *self._said(name)) for name, status in statuses.items()}

    def refuse(self, component: str, message: str | None = None, **details: Json) -> Refused:
        """The refusal that the document describes under `components.responses`."""
        status, code, said = self.refusals[component]
        return Refused(status, code, message or said, details=details or None)

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

    @cached_property
    def successes(self) -> Mapping[str, int]:
        """The first documented success of each operation."""
        return {
            name: min((int(s) for s in operation.responses if s.startswith("2")), default=0)
            for name, operation in self.contract.operations.items()
        }

    def prefix(self, schema: str) -> str:
        """What the ids of *schema* start with."""
        return str(self.contract.document.schema(schema)["examples"][0]).partition("_")[0] + "_"

    def budgets(self, limit: str | None) -> Mapping[str, int] | None:
        """How many calls each class may take in a window: by a tier's name, or one number."""
        if limit is None:
            return None
        if limit.isdecimal():
            return {name: int(limit) for tier in self.rate_tiers.values() for name in tier}
        if limit not in self.rate_tiers:
            known = ", ".join(self.rate_tiers)
            raise MockError(f"unknown rate limit {limit!r}: a number, or one of {known}")
        return self.rate_tiers[limit]

    def rate_class(self, operation: str) -> str:
        """Which budget *operation* is counted on."""
        return str(self.contract.operations[operation].raw["x-rate-class"])

    @cached_property
    def validators(self) -> Mapping[str, Validator]:
        """How operations tell that nothing has changed."""
        found = {
            name: operation.raw.get("x-polling", {}).get("validator")
            for name, operation in self.contract.operations.items()
        }
        return {
            name: Validator(raw["request"].lower(), raw["response"], raw["unchanged"])
            for name, raw in found.items()
            if raw
        }

    def _said(self, component: str) -> tuple[str, str]:
        media = self.raw["components"]["responses"][component]["content"]["application/json"]
        error = next(iter(media["examples"].values()))["value"]["error"]
        return error["code"], error["message"]

    def _header(self, component: str) -> str:
        wanted = {"$ref": f"#/components/headers/{component}"}
        return next(
            str(name)
            for response in self.raw["components"]["responses"].values()
            for name, node in response.get("headers", {}).items()
            if node == wanted
        )

    def _sample(self, schema: str) -> Mapping[str, Json]:
        sample: Mapping[str, Json] = self.contract.document.schema(schema)["examples"][0]
        return sample

    def _property(self, schema: str, name: str) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self.contract.document.schema(schema)["properties"][name]
        return found


@lru_cache(maxsize=8)
def words_of(files: DocumentFiles) -> Words:
    """The words of a document, read once.

    Raises:
        DocumentError: There is no such document.
        MockError: The document lacks what the mock needs.
    """
    return Words(Contract(files.load()))
