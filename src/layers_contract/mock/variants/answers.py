"""Answers that show less, more, or the same in another way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import variant
from layers_contract.mock.store import Position

Json = Any
View = dict[str, Json]


@variant("sparse-jobs", sentence="A read job shows its id, kind and status alone.")
class _SparseJobs(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        view = super().job_view(render, now, base)
        return {name: view[name] for name in self.contract.document.schema("Job")["required"]}


@variant("jobs-with-nulls", sentence="A read job shows null for what it has nothing to say on.")
class _JobsWithNulls(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        empty = dict.fromkeys(("stage", "progress", "finishedAt", "result", "error"))
        return {**empty, **super().job_view(render, now, base)}


@variant("no-progress", sentence="A running job does not say how far it has come.")
class _NoProgress(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        view = super().job_view(render, now, base)
        view.pop("progress", None)
        return view


@variant("no-outcome", sentence="An ended job shows neither result nor error.")
class _NoOutcome(Behaviour):
    def outcome_view(self, render: Render, now: float, base: str) -> View:
        return {}


@variant("full-briefs", sentence="A container's brief shows null or empty where nothing was asked.")
class _FullBriefs(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        empty: View = {"influencerId": None, "language": None}
        empty |= {"targetPlatforms": [], "themeTags": [], "referenceMediaIds": []}
        return {**view, "brief": {**empty, **view["brief"]}}


@variant("extra-fields", sentence="Every object in every answer has fields that nobody documented.")
class _ExtraFields(Behaviour):
    def encode(self, body: Json) -> bytes:
        return super().encode(_with_more(body))


def _with_more(value: Json) -> Json:
    if isinstance(value, list):
        return [_with_more(each) for each in value]
    if not isinstance(value, dict):
        return value
    more = {"traceId": "0", "_links": {"self": None}, "completedAt": None, "etag": "x"}
    return {**more, **{name: _with_more(each) for name, each in value.items()}}


@variant(
    "pretty-json", sentence="Answers are indented, their members sorted, beyond ASCII escaped."
)
class _PrettyJson(Behaviour):
    def encode(self, body: Json) -> bytes:
        return json.dumps(json.loads(super().encode(body)), indent=2, sort_keys=True).encode()


@variant("whole-seconds", sentence="Timestamps have no milliseconds.")
class _WholeSeconds(Behaviour):
    def stamp(self, moment: float) -> str:
        return super().stamp(moment).partition(".")[0] + "Z"


@variant("six-digit-times", sentence="Timestamps have six digits after the point.")
class _SixDigitTimes(Behaviour):
    def stamp(self, moment: float) -> str:
        return super().stamp(moment)[:-1] + "000Z"


@variant("lower-case-ids", sentence="Ids are in lower case.")
class _LowerCaseIds(Behaviour):
    def spell_id(self, prefix: str, number: int) -> str:
        return super().spell_id(prefix, number).lower()


@variant("uuid-ids", sentence="Ids are a prefix and a UUID.")
class _UuidIds(Behaviour):
    def spell_id(self, prefix: str, number: int) -> str:
        return prefix + str(uuid.UUID(int=number & ((1 << 128) - 1), version=4))


@variant("short-ids", sentence="Ids are a prefix and eight letters.")
class _ShortIds(Behaviour):
    def spell_id(self, prefix: str, number: int) -> str:
        return prefix + super().spell_id("", number)[-8:]


@variant("picks-format", sentence="A container whose format was left to the server names the pick.")
class _PicksFormat(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        schema = self.contract.document.schema("GenerateRequest")["properties"]["format"]
        begun = render.number > 1 or now >= render.started + render.queue
        if begun and view["format"] == schema["default"]:
            view["format"] = self.contract.document.schema("Format")["enum"][0]
        return view


@variant("more-assets", sentence="A render makes a thumbnail image beside its files.")
class _MoreAssets(Behaviour):
    def assets(self, container: Container, render: Render, base: str) -> list[View]:
        assets = super().assets(container, render, base)
        still = self.words.asset_kinds[-1]
        return [*assets, self.asset(render, len(assets), still, base)]


@variant("last-page-without-cursor", sentence="The last page leaves its cursor out.")
class _LastPageWithoutCursor(Behaviour):
    def list_content(self, call: Call) -> Answer:
        answer = super().list_content(call)
        name = self.contract.lists[call.operation.id].next.strip("/")
        if answer.body[name] is None:
            del answer.body[name]
        return answer


@variant("short-pages", sentence="A page holds at most three items, whatever the limit.")
class _ShortPages(Behaviour):
    def page_size(self, call: Call) -> int:
        return min(3, super().page_size(call))


@variant("strangers-in-list", sentence="Somebody else makes a container whenever a list is read.")
class _StrangersInList(Behaviour):
    def list_content(self, call: Call) -> Answer:
        project = self.owned_project(call)
        if project.archived is None and not call.query:
            container = self.new_container(project, "auto", {"hook": "from somebody else"})
            started = Call(**{name: getattr(call, name) for name in call.__slots__})
            started.operation = self.contract.operations["generateContent"]
            self.start_render(started, container, None)
        return super().list_content(call)


@variant(
    "new-error-codes", sentence="Refusals and failures that no page names have codes of their own."
)
class _NewErrorCodes(Behaviour):
    def error_view(self, refusal: Refused, request_id: str) -> View:
        view = super().error_view(refusal, request_id)
        documented = self.contract.error_code(refusal.status) is not None
        if not documented:
            view["error"]["code"] = "X_" + str(refusal.code)
        view["error"]["details"] = {"docs": "https://example.com/errors", "retryable": False}
        return view

    def last_error(self, render: Render) -> View:
        return {**super().last_error(render), "code": "GPU_ON_FIRE", "retryable": True}


@variant("malformed-id-is-invalid", sentence="A malformed id in a path is 422 instead of 404.")
class _MalformedIdIsInvalid(Behaviour):
    def check_parameters(self, call: Call) -> None:
        for parameter in call.operation.path_parameters:
            schema = str(parameter.schema["$ref"]).rsplit("/", 1)[-1]
            validator = self.contract.document.validator(("components", "schemas", schema))
            if not validator.is_valid(call.ids[parameter.name]):
                self.invalid(parameter.name, "is malformed")
        super().check_parameters(call)


@variant("unknown-filter-finds-nothing", sentence="An unknown filter value gives an empty page.")
class _UnknownFilterFindsNothing(Behaviour):
    def check_value(self, checked: Any, value: Json) -> None:
        if not checked.many:
            super().check_value(checked, value)


@variant("unknown-post-is-invalid", sentence="Cloning a post that nobody tracks is 422.")
class _UnknownPostIsInvalid(Behaviour):
    def clone(self, call: Call) -> Answer:
        self.owned_container(call)
        if not self.is_tracked(str(call.field("sourcePlatformPostId"))):
            self.invalid("/sourcePlatformPostId", "is not a post that we know")
        return super().clone(call)


@variant("late-cancel-says-why", sentence="A late cancel of what failed says why in other words.")
class _LateCancelSaysWhy(Behaviour):
    def too_late(self, call: Call, render: Render, now: float) -> Answer:
        answer = super().too_late(call, render, now)
        if not self.is_completed(render, now):
            answer.body["reason"] = "nothing to do"
        return answer


@variant("never-304", sentence="If-None-Match is ignored.")
class _Never304(Behaviour):
    def is_known(self, known: str, tag: str) -> bool:
        return False


@variant("weak-tags", sentence="ETags are weak.")
class _WeakTags(Behaviour):
    def tag(self, view: View, body: bytes) -> str:
        return "W/" + super().tag(view, body)

    def is_known(self, known: str, tag: str) -> bool:
        return super().is_known(known, tag.removeprefix("W/"))


@variant("says-charset", sentence="The media type of every answer names its charset.")
class _SaysCharset(Behaviour):
    def finish(self, call: Call, answer: Answer) -> Answer:
        answer.media += "; charset=utf-8"
        return super().finish(call, answer)


@variant("last-page-is-empty", sentence="A full page has a cursor, even if nothing follows.")
class _LastPageIsEmpty(Behaviour):
    def page(
        self, matching: Iterator[tuple[Position, View]], size: int
    ) -> tuple[list[tuple[Position, View]], bool]:
        found, more = super().page(matching, size)
        return found, more or len(found) == size


@variant("malformed-json-is-400", sentence="A body that is not JSON is a bad request.")
class _MalformedJsonIs400(Behaviour):
    def parse(self, raw: bytes) -> Json:
        try:
            return super().parse(raw)
        except Refused as refusal:
            raise Refused(400, refusal.code, refusal.message) from None


@variant(
    "assets-without-size",
    sentence="An asset does not say how large it is.",
    against=["schema.body"],
)
class _AssetsWithoutSize(Behaviour):
    def asset(self, render: Render, number: int, kind: str, base: str) -> View:
        view = super().asset(render, number, kind, base)
        del view["width"], view["height"]
        return view


@variant(
    "assets-without-expiry",
    sentence="A signed address does not say until when it works.",
    against=["schema.body"],
)
class _AssetsWithoutExpiry(Behaviour):
    def signed(self, asset: View, base: str) -> View:
        view = super().signed(asset, base)
        del view["expiresAt"]
        return view


@variant(
    "one-kind-of-job",
    sentence="Every job is of the same kind, whatever has started it.",
    against=["job.kind"],
)
class _OneKindOfJob(Behaviour):
    def envelope(self, render: Render, status: str) -> View:
        kind = self.contract.starts["generateContent"].kind
        return {**super().envelope(render, status), "kind": kind}
