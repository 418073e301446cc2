"""Approval policy and archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._runtime.call import CallOptions, TimeoutTypes
from ..._runtime.model import UNSET, Unset
from ..._runtime.transport import AsyncTransport, Transport
from ...models.approval_policy import ApprovalPolicy
from ...models.archived_project import ArchivedProject
from . import archive_project, get_approval_policy, update_approval_policy

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["AsyncProjects", "Projects"]


class Projects:
    """Approval policy and archive."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_approval_policy(
        self,
        project_id: str | UUID,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> ApprovalPolicy:
        """Read a project's approval policy.

        Whether what the project renders waits for a review.

        Args:
            project_id: The project's id, a UUID.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The policy.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_approval_policy.call(project_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(ApprovalPolicy.from_dict, self._transport.api)

    def update_approval_policy(
        self,
        project_id: str | UUID,
        *,
        requires_approval: bool | None = None,
        first_n_posts_blocked: int | None = None,
        auto_approve_after: str | None | Unset = UNSET,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> ApprovalPolicy:
        """Change a project's approval policy.

        At least one setting; the others keep their value.

        Args:
            project_id: The project's id, a UUID.
            requires_approval: Whether what is rendered waits for a review.
            first_n_posts_blocked: How many first posts are held back, 0 to 50.
            auto_approve_after: Approve by itself after this ISO 8601 duration; null for never.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The policy after the change.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = update_approval_policy.call(
            project_id,
            requires_approval=requires_approval,
            first_n_posts_blocked=first_n_posts_blocked,
            auto_approve_after=auto_approve_after,
        )
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(ApprovalPolicy.from_dict, self._transport.api)

    def archive(
        self,
        project_id: str | UUID,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> ArchivedProject:
        """Archive a project.

        Cancels what is under way in the project. Archiving it again changes nothing.

        Args:
            project_id: The project's id, a UUID.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The archived project.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = archive_project.call(project_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(ArchivedProject.from_dict, self._transport.api)


class AsyncProjects:
    """Approval policy and archive."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def get_approval_policy(
        self,
        project_id: str | UUID,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> ApprovalPolicy:
        """Read a project's approval policy.

        Whether what the project renders waits for a review.

        Args:
            project_id: The project's id, a UUID.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The policy.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_approval_policy.call(project_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(ApprovalPolicy.from_dict, self._transport.api)

    async def update_approval_policy(
        self,
        project_id: str | UUID,
        *,
        requires_approval: bool | None = None,
        first_n_posts_blocked: int | None = None,
        auto_approve_after: str | None | Unset = UNSET,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> ApprovalPolicy:
        """Change a project's approval policy.

        At least one setting; the others keep their value.

        Args:
            project_id: The project's id, a UUID.
            requires_approval: Whether what is rendered waits for a review.
            first_n_posts_blocked: How many first posts are held back, 0 to 50.
            auto_approve_after: Approve by itself after this ISO 8601 duration; null for never.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The policy after the change.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = update_approval_policy.call(
            project_id,
            requires_approval=requires_approval,
            first_n_posts_blocked=first_n_posts_blocked,
            auto_approve_after=auto_approve_after,
        )
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(ApprovalPolicy.from_dict, self._transport.api)

    async def archive(
        self,
        project_id: str | UUID,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> ArchivedProject:
        """Archive a project.

        Cancels what is under way in the project. Archiving it again changes nothing.

        Args:
            project_id: The project's id, a UUID.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The archived project.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = archive_project.call(project_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(ArchivedProject.from_dict, self._transport.api)
