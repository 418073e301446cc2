"""Keys that are not asked for, and what belongs to others."""

from __future__ import annotations

from http import HTTPStatus

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Call, Container, Credential, Project, Render
from layers_contract.mock.options import OWN
from layers_contract.mock.registry import fault


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
