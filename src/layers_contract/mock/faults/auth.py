"""Keys that are not asked for, and what belongs to others."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container, Credential, Project, Render
from layers_contract.mock.options import OWN
from layers_contract.mock.registry import fault
from layers_contract.mock.store import Position

Row = tuple[Position, Container, Render]


@fault(
    "api-key-in-any-case",
    breaks="auth.required",
    sentence="Keys of the API are compared without regard to case.",
)
class _ApiKeyInAnyCase(Behaviour):
    def key(self, call: Call) -> str:
        return super().key(call).lower()


class _Forgets(Behaviour):
    operations: tuple[str, ...] = ()

    def authenticate(self, call: Call) -> Credential:
        open_door = call.operation.id in self.operations
        return OWN if open_door and not self.is_known_key(call) else super().authenticate(call)

    def is_known_key(self, call: Call) -> bool:
        return self.credential(self.key(call)) is not None


@fault(
    "progress-without-key",
    breaks="auth.required",
    sentence="The progress endpoint asks for no key.",
)
class _ProgressWithoutKey(_Forgets):
    operations = ("getContentProgress",)


@fault(
    "cancel-without-key",
    breaks="auth.required",
    sentence="Cancel asks for no key.",
)
class _CancelWithoutKey(_Forgets):
    operations = ("cancelJob",)


@fault(
    "any-key-will-do",
    breaks="auth.required",
    sentence="A key that nobody was given is taken, as long as there is one.",
)
class _AnyKeyWillDo(Behaviour):
    def credential(self, key: str) -> Credential | None:
        return super().credential(key) or (OWN if key else None)


@fault(
    "key-missing-is-forbidden",
    breaks="auth.required",
    sentence="A request without a key is refused as lacking a scope.",
)
class _KeyMissingIsForbidden(Behaviour):
    def authenticate(self, call: Call) -> Credential:
        if not self.key(call):
            raise self.words.refuse("Forbidden")
        return super().authenticate(call)


@fault(
    "unknown-before-key",
    breaks="auth.required",
    sentence="A request without a valid key is answered 404 where its container does not exist.",
)
class _UnknownBeforeKey(Behaviour):
    def authenticate(self, call: Call) -> Credential:
        name = call.ids.get("containerId")
        if name is not None and self.store.container(name) is None and not self._known(call):
            raise self.words.refuse("NotFound")
        return super().authenticate(call)

    def _known(self, call: Call) -> bool:
        return self.credential(self.key(call)) is not None


@fault(
    "body-before-key",
    breaks="auth.required",
    sentence="An invalid body is refused before the key is asked for.",
)
class _BodyBeforeKey(Behaviour):
    async def carry_out(self, call: Call) -> Answer:
        if call.operation.body is not None and self.credential(self.key(call)) is None:
            self.check(call, await call.read())
        return await super().carry_out(call)


@fault(
    "foreign-archive",
    breaks="auth.tenancy",
    sentence="Another organization's project can be archived.",
)
class _ForeignArchive(Behaviour):
    def owned_project(self, call: Call) -> Project:
        project = self.store.project(call.ids["projectId"])
        archives = call.operation.id == "archiveProject"
        return project if project and archives else super().owned_project(call)


@fault(
    "jobs-of-strangers",
    breaks="auth.tenancy",
    sentence="Another organization's job can be read by whoever knows its id.",
)
class _JobsOfStrangers(Behaviour):
    def owned_render(self, call: Call) -> Render:
        render = self.store.render(call.ids["jobId"])
        readable = render is not None and call.operation.method == "GET"
        return render if render and readable else super().owned_render(call)


@fault(
    "containers-of-strangers",
    breaks="auth.tenancy",
    sentence="Another organization's container can be read by whoever knows its id.",
)
class _ContainersOfStrangers(Behaviour):
    def owned_container(self, call: Call) -> tuple[Container, Render]:
        found = self.store.container(call.ids["containerId"])
        readable = call.operation.id == "getContent"
        return found if found and readable else super().owned_container(call)


@fault(
    "strangers-are-forbidden",
    breaks="auth.tenancy",
    sentence="What belongs to another organization is forbidden, which tells that it exists.",
)
class _StrangersAreForbidden(Behaviour):
    def owned_container(self, call: Call) -> tuple[Container, Render]:
        found = self.store.container(call.ids["containerId"])
        if found and not self.owns(call.credential, found[0].org):
            raise self.words.refuse("Forbidden")
        return super().owned_container(call)


@fault(
    "policy-of-strangers",
    breaks="auth.tenancy",
    sentence="Another organization's approval policy can be read.",
)
class _PolicyOfStrangers(Behaviour):
    def owned_project(self, call: Call) -> Project:
        project = self.store.project(call.ids["projectId"])
        readable = call.operation.id == "getApprovalPolicy"
        return project if project and readable else super().owned_project(call)


@fault(
    "strangers-can-list",
    breaks="auth.tenancy",
    sentence="Another organization's list says 'not yours' in other words than 'not there'.",
)
class _StrangersCanList(Behaviour):
    def owned_project(self, call: Call) -> Project:
        project = self.store.project(call.ids["projectId"])
        if project and not self.owns(call.credential, project.org):
            raise self.words.refuse("Unauthenticated", f"{int(HTTPStatus.UNAUTHORIZED)}: not yours")
        return super().owned_project(call)


@fault(
    "list-shows-siblings",
    breaks="auth.list",
    sentence="A project's list holds the containers of another project too.",
)
class _ListShowsSiblings(Behaviour):
    def also(self) -> str:
        return self.world.gated

    def rows(self, project: Project, start: Position) -> Iterable[Row]:
        rows = [*super().rows(project, start)]
        if project.id != self.also():
            rows += self.store.containers(self.also(), start)
        return sorted(rows, key=lambda row: row[0], reverse=True)


@fault(
    "list-shows-strangers",
    breaks="auth.list",
    sentence="A project's list holds the containers of another organization.",
)
class _ListShowsStrangers(_ListShowsSiblings):
    def also(self) -> str:
        return self.world.foreign


@fault(
    "stranger-is-told-more",
    breaks="auth.stranger",
    sentence="A 401 names the project of a job that exists.",
)
class _StrangerIsToldMore(Behaviour):
    def authenticate(self, call: Call) -> Credential:
        try:
            return super().authenticate(call)
        except Refused as refused:
            render = self.store.render(call.ids.get("jobId", ""))
            if render is not None:
                refused.details = {"projectId": render.project}
            raise


class _TellsTheOwner(Behaviour):
    """A refusal for what exists differs from one for what does not."""

    def owned_container(self, call: Call) -> tuple[Container, Render]:
        try:
            return super().owned_container(call)
        except Refused as refused:
            found = self.store.container(call.ids["containerId"])
            raise self.told(refused, found[0]) if found else refused from None

    def told(self, refused: Refused, container: Container) -> Refused:
        return refused


@fault(
    "owner-in-details",
    breaks="auth.not-leaked",
    sentence="A 404 for another organization's container names its owner in details.",
)
class _OwnerInDetails(_TellsTheOwner):
    def told(self, refused: Refused, container: Container) -> Refused:
        refused.details = {"owner": container.org}
        return refused


@fault(
    "owner-in-message",
    breaks="auth.not-leaked",
    sentence="A 404 for another organization's container says that it is not yours.",
)
class _OwnerInMessage(_TellsTheOwner):
    def told(self, refused: Refused, container: Container) -> Refused:
        refused.message = "This container belongs to another organization."
        return refused


@fault(
    "tag-for-strangers",
    breaks="auth.not-leaked",
    sentence="A 404 for another organization's container carries an ETag.",
)
class _TagForStrangers(_TellsTheOwner):
    def told(self, refused: Refused, container: Container) -> Refused:
        refused.headers = {**refused.headers, "ETag": '"there"'}
        return refused


@fault(
    "owner-after-body",
    breaks="auth.not-leaked",
    sentence="An invalid body for another organization's container is 422, for none it is 404.",
)
class _OwnerAfterBody(Behaviour):
    def check_body(self, call: Call) -> None:
        name = call.ids.get("containerId")
        if name is not None and self.store.container(name) is None:
            raise self.words.refuse("NotFound")
        super().check_body(call)
