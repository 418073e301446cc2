"""Start, read, review and list content containers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..._runtime.call import CallOptions, TimeoutTypes
from ..._runtime.model import UNSET, Unset
from ..._runtime.paging import AsyncPager, Pager, Paging
from ..._runtime.transport import AsyncTransport, Transport
from ...handles import AsyncJobHandle, JobHandle
from ...models.approval import Approval
from ...models.container import Container
from ...models.container_page import ContainerPage
from ...models.job import Job
from ...models.rejection import Rejection
from ...models.signed_asset import SignedAsset
from . import (
    approve_content,
    clone_content_from_post,
    generate_content,
    get_content,
    get_content_asset,
    get_content_progress,
    list_content,
    regenerate_content,
    reject_content,
)

if TYPE_CHECKING:
    from uuid import UUID

    from ...models.approval_status import ApprovalStatusValue
    from ...models.brief import Brief, BriefDict
    from ...models.brief_patch import BriefPatch, BriefPatchDict
    from ...models.clone_mode import CloneModeValue
    from ...models.container_status import ContainerStatusValue
    from ...models.format_ import FormatValue

__all__ = ["AsyncContent", "Content"]


class Content:
    """Start, read, review and list content containers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        project_id: str | UUID,
        *,
        status: ContainerStatusValue | Sequence[ContainerStatusValue] | None = None,
        format: FormatValue | Sequence[FormatValue] | None = None,
        approval_status: ApprovalStatusValue | Sequence[ApprovalStatusValue] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Pager[Container, ContainerPage]:
        """List a project's creatives.

        Newest first, page by page. Give a page's `nextCursor` back as `cursor` until it is
        null.

        Args:
            project_id: The project's id, a UUID.
            status: Only containers in one of these states; may be repeated.
            format: Only containers of one of these formats; may be repeated.
            approval_status: Only containers with one of these review states; may be repeated.
            cursor: The `nextCursor` of the page before, unchanged.
            limit: The most items to put on the page.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The list; iterate over it for its items, over its `pages()` for its pages.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = list_content.call(
            project_id,
            status=status,
            format=format,
            approval_status=approval_status,
            cursor=cursor,
            limit=limit,
        )
        options = CallOptions(timeout, headers, max_retries)
        return Pager(self._transport, call, options, _LIST_CONTENT)

    def generate(
        self,
        project_id: str | UUID,
        *,
        brief: Brief | BriefDict,
        format: FormatValue | None = None,
        idempotency_key: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> JobHandle:
        """Generate a creative.

        Starts a render from a brief and answers at once with its job envelope. Send an
        `Idempotency-Key` with every call: a retry then names the first job instead of starting,
        and billing, a second one.

        Args:
            project_id: The project's id, a UUID.
            brief: What the creative is to say, to whom, and with what.
            format: What kind of creative; the server picks where it is left out.
            idempotency_key: Names this call; made afresh unless given. Every attempt sends it.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job, to `wait()` for or to come back to.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, IdempotencyConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = generate_content.call(project_id, brief=brief, format=format)
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        answer = self._transport.send(call, options)
        job = answer.read(Job.from_dict, self._transport.api)
        return JobHandle(self._transport, job, answer)

    def get(
        self,
        container_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Container:
        """Read a creative.

        Safe to call at any time; what is not there yet is null or empty.

        Args:
            container_id: The container's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The container as it stands.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_content.call(container_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(Container.from_dict, self._transport.api)

    def get_progress(
        self,
        container_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Job:
        """Poll by container.

        The job envelope of the container's newest render, for when the job id is lost.

        Args:
            container_id: The container's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The newest job.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_content_progress.call(container_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(Job.from_dict, self._transport.api)

    def get_asset(
        self,
        container_id: str,
        asset_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> SignedAsset:
        """Sign an asset's URL.

        The asset with a short-lived signed URL, for fetching it into your own storage. The URL
        on the container itself is permanent.

        Args:
            container_id: The container's id.
            asset_id: The asset's id, from the container's `assets`.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The asset with a signed URL.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_content_asset.call(container_id, asset_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(SignedAsset.from_dict, self._transport.api)

    def regenerate(
        self,
        container_id: str,
        *,
        patch: BriefPatch | BriefPatchDict | None = None,
        idempotency_key: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> JobHandle:
        """Render a creative once more.

        The same container, another render. Fields of the brief that `patch` names are replaced,
        the others keep their value. Refused while a render is under way.

        Args:
            container_id: The container's id.
            patch: Fields of a brief to replace; what is left out keeps its value.
            idempotency_key: Names this call; made afresh unless given. Every attempt sends it.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job, to `wait()` for or to come back to.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, IdempotencyConflictError, ValidationError,
                RateLimitedError, KillSwitchError.
        """
        call = regenerate_content.call(container_id, patch=patch)
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        answer = self._transport.send(call, options)
        job = answer.read(Job.from_dict, self._transport.api)
        return JobHandle(self._transport, job, answer)

    def clone_from_post(
        self,
        container_id: str,
        *,
        source_platform_post_id: str,
        mode: CloneModeValue | None = None,
        overrides: BriefPatch | BriefPatchDict | None = None,
        idempotency_key: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> JobHandle:
        """Make a creative from a post.

        Forks or reimagines a post that is already published, into a new container in the same
        project. The container in the path stays as it is.

        Args:
            container_id: The container's id.
            source_platform_post_id: The post's id, ours or the platform's; a post that is tracked.
            mode: How close to stay to the post.
            overrides: Fields of a brief to replace; what is left out keeps its value.
            idempotency_key: Names this call; made afresh unless given. Every attempt sends it.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job, to `wait()` for or to come back to.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, IdempotencyConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = clone_content_from_post.call(
            container_id,
            source_platform_post_id=source_platform_post_id,
            mode=mode,
            overrides=overrides,
        )
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        answer = self._transport.send(call, options)
        job = answer.read(Job.from_dict, self._transport.api)
        return JobHandle(self._transport, job, answer)

    def approve(
        self,
        container_id: str,
        *,
        note: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Approval:
        """Approve a creative.

        Possible once, while the review is pending.

        Args:
            container_id: The container's id.
            note: For your own records, up to 1,024 characters.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The decision.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = approve_content.call(container_id, note=note)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(Approval.from_dict, self._transport.api)

    def reject(
        self,
        container_id: str,
        *,
        reason: str,
        regenerate: bool | None = None,
        patch: BriefPatch | BriefPatchDict | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Rejection:
        """Reject a creative.

        Possible once, while the review is pending. With `regenerate` the next render of the
        same container starts in the same step, and the answer carries its job.

        Args:
            container_id: The container's id.
            reason: What was wrong, 1 to 1,024 characters.
            regenerate: Start the next render in the same step.
            patch: Fields of a brief to replace; what is left out keeps its value.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The decision, and the job of the next render where one was asked for. Where it has a
            job, `resume` follows that.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = reject_content.call(container_id, reason=reason, regenerate=regenerate, patch=patch)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(Rejection.from_dict, self._transport.api)


class AsyncContent:
    """Start, read, review and list content containers."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def list(
        self,
        project_id: str | UUID,
        *,
        status: ContainerStatusValue | Sequence[ContainerStatusValue] | None = None,
        format: FormatValue | Sequence[FormatValue] | None = None,
        approval_status: ApprovalStatusValue | Sequence[ApprovalStatusValue] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> AsyncPager[Container, ContainerPage]:
        """List a project's creatives.

        Newest first, page by page. Give a page's `nextCursor` back as `cursor` until it is
        null.

        Args:
            project_id: The project's id, a UUID.
            status: Only containers in one of these states; may be repeated.
            format: Only containers of one of these formats; may be repeated.
            approval_status: Only containers with one of these review states; may be repeated.
            cursor: The `nextCursor` of the page before, unchanged.
            limit: The most items to put on the page.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The list; iterate over it for its items, over its `pages()` for its pages.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = list_content.call(
            project_id,
            status=status,
            format=format,
            approval_status=approval_status,
            cursor=cursor,
            limit=limit,
        )
        options = CallOptions(timeout, headers, max_retries)
        return AsyncPager(self._transport, call, options, _LIST_CONTENT)

    async def generate(
        self,
        project_id: str | UUID,
        *,
        brief: Brief | BriefDict,
        format: FormatValue | None = None,
        idempotency_key: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> AsyncJobHandle:
        """Generate a creative.

        Starts a render from a brief and answers at once with its job envelope. Send an
        `Idempotency-Key` with every call: a retry then names the first job instead of starting,
        and billing, a second one.

        Args:
            project_id: The project's id, a UUID.
            brief: What the creative is to say, to whom, and with what.
            format: What kind of creative; the server picks where it is left out.
            idempotency_key: Names this call; made afresh unless given. Every attempt sends it.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job, to `wait()` for or to come back to.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, IdempotencyConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = generate_content.call(project_id, brief=brief, format=format)
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        answer = await self._transport.send(call, options)
        job = answer.read(Job.from_dict, self._transport.api)
        return AsyncJobHandle(self._transport, job, answer)

    async def get(
        self,
        container_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Container:
        """Read a creative.

        Safe to call at any time; what is not there yet is null or empty.

        Args:
            container_id: The container's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The container as it stands.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_content.call(container_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(Container.from_dict, self._transport.api)

    async def get_progress(
        self,
        container_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Job:
        """Poll by container.

        The job envelope of the container's newest render, for when the job id is lost.

        Args:
            container_id: The container's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The newest job.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_content_progress.call(container_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(Job.from_dict, self._transport.api)

    async def get_asset(
        self,
        container_id: str,
        asset_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> SignedAsset:
        """Sign an asset's URL.

        The asset with a short-lived signed URL, for fetching it into your own storage. The URL
        on the container itself is permanent.

        Args:
            container_id: The container's id.
            asset_id: The asset's id, from the container's `assets`.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The asset with a signed URL.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_content_asset.call(container_id, asset_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(SignedAsset.from_dict, self._transport.api)

    async def regenerate(
        self,
        container_id: str,
        *,
        patch: BriefPatch | BriefPatchDict | None = None,
        idempotency_key: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> AsyncJobHandle:
        """Render a creative once more.

        The same container, another render. Fields of the brief that `patch` names are replaced,
        the others keep their value. Refused while a render is under way.

        Args:
            container_id: The container's id.
            patch: Fields of a brief to replace; what is left out keeps its value.
            idempotency_key: Names this call; made afresh unless given. Every attempt sends it.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job, to `wait()` for or to come back to.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, IdempotencyConflictError, ValidationError,
                RateLimitedError, KillSwitchError.
        """
        call = regenerate_content.call(container_id, patch=patch)
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        answer = await self._transport.send(call, options)
        job = answer.read(Job.from_dict, self._transport.api)
        return AsyncJobHandle(self._transport, job, answer)

    async def clone_from_post(
        self,
        container_id: str,
        *,
        source_platform_post_id: str,
        mode: CloneModeValue | None = None,
        overrides: BriefPatch | BriefPatchDict | None = None,
        idempotency_key: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> AsyncJobHandle:
        """Make a creative from a post.

        Forks or reimagines a post that is already published, into a new container in the same
        project. The container in the path stays as it is.

        Args:
            container_id: The container's id.
            source_platform_post_id: The post's id, ours or the platform's; a post that is tracked.
            mode: How close to stay to the post.
            overrides: Fields of a brief to replace; what is left out keeps its value.
            idempotency_key: Names this call; made afresh unless given. Every attempt sends it.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job, to `wait()` for or to come back to.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, IdempotencyConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = clone_content_from_post.call(
            container_id,
            source_platform_post_id=source_platform_post_id,
            mode=mode,
            overrides=overrides,
        )
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        answer = await self._transport.send(call, options)
        job = answer.read(Job.from_dict, self._transport.api)
        return AsyncJobHandle(self._transport, job, answer)

    async def approve(
        self,
        container_id: str,
        *,
        note: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Approval:
        """Approve a creative.

        Possible once, while the review is pending.

        Args:
            container_id: The container's id.
            note: For your own records, up to 1,024 characters.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The decision.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = approve_content.call(container_id, note=note)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(Approval.from_dict, self._transport.api)

    async def reject(
        self,
        container_id: str,
        *,
        reason: str,
        regenerate: bool | None = None,
        patch: BriefPatch | BriefPatchDict | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Rejection:
        """Reject a creative.

        Possible once, while the review is pending. With `regenerate` the next render of the
        same container starts in the same step, and the answer carries its job.

        Args:
            container_id: The container's id.
            reason: What was wrong, 1 to 1,024 characters.
            regenerate: Start the next render in the same step.
            patch: Fields of a brief to replace; what is left out keeps its value.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The decision, and the job of the next render where one was asked for. Where it has a
            job, `resume` follows that.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = reject_content.call(container_id, reason=reason, regenerate=regenerate, patch=patch)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(Rejection.from_dict, self._transport.api)


def _list_content_items(page: ContainerPage) -> Sequence[Container]:
    return page.items


_LIST_CONTENT: Paging[Container, ContainerPage] = Paging(
    decode=ContainerPage.from_dict,
    items=_list_content_items,
    next=("nextCursor",),
    cursor="cursor",
)
