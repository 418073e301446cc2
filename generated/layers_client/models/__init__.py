"""What calls take and return."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accepted_job import AcceptedJob
    from .approval import Approval
    from .approval_policy import ApprovalPolicy
    from .approval_policy_update import ApprovalPolicyUpdate, ApprovalPolicyUpdateDict
    from .approval_status import ApprovalStatus, ApprovalStatusValue
    from .approve_request import ApproveRequest, ApproveRequestDict
    from .archived_project import ArchivedProject
    from .asset import Asset
    from .asset_kind import AssetKind, AssetKindValue
    from .brief import Brief, BriefDict
    from .brief_patch import BriefPatch, BriefPatchDict
    from .cancellation import Cancellation
    from .caption import Caption
    from .clone_mode import CloneMode, CloneModeValue
    from .clone_request import CloneRequest, CloneRequestDict
    from .container import Container
    from .container_brief import ContainerBrief
    from .container_page import ContainerPage
    from .container_status import ContainerStatus, ContainerStatusValue
    from .error import Error
    from .error_detail import ErrorDetail
    from .format_ import Format, FormatValue
    from .generate_request import GenerateRequest, GenerateRequestDict
    from .job import Job
    from .job_result import JobResult
    from .job_status import JobStatus, JobStatusValue
    from .project_status import ProjectStatus, ProjectStatusValue
    from .regenerate_request import RegenerateRequest, RegenerateRequestDict
    from .reject_request import RejectRequest, RejectRequestDict
    from .rejection import Rejection
    from .render_error import RenderError
    from .signed_asset import SignedAsset
else:
    _PLACES = {
        "AcceptedJob": "accepted_job",
        "Approval": "approval",
        "ApprovalPolicy": "approval_policy",
        "ApprovalPolicyUpdate": "approval_policy_update",
        "ApprovalPolicyUpdateDict": "approval_policy_update",
        "ApprovalStatus": "approval_status",
        "ApprovalStatusValue": "approval_status",
        "ApproveRequest": "approve_request",
        "ApproveRequestDict": "approve_request",
        "ArchivedProject": "archived_project",
        "Asset": "asset",
        "AssetKind": "asset_kind",
        "AssetKindValue": "asset_kind",
        "Brief": "brief",
        "BriefDict": "brief",
        "BriefPatch": "brief_patch",
        "BriefPatchDict": "brief_patch",
        "Cancellation": "cancellation",
        "Caption": "caption",
        "CloneMode": "clone_mode",
        "CloneModeValue": "clone_mode",
        "CloneRequest": "clone_request",
        "CloneRequestDict": "clone_request",
        "Container": "container",
        "ContainerBrief": "container_brief",
        "ContainerPage": "container_page",
        "ContainerStatus": "container_status",
        "ContainerStatusValue": "container_status",
        "Error": "error",
        "ErrorDetail": "error_detail",
        "Format": "format_",
        "FormatValue": "format_",
        "GenerateRequest": "generate_request",
        "GenerateRequestDict": "generate_request",
        "Job": "job",
        "JobResult": "job_result",
        "JobStatus": "job_status",
        "JobStatusValue": "job_status",
        "ProjectStatus": "project_status",
        "ProjectStatusValue": "project_status",
        "RegenerateRequest": "regenerate_request",
        "RegenerateRequestDict": "regenerate_request",
        "RejectRequest": "reject_request",
        "RejectRequestDict": "reject_request",
        "Rejection": "rejection",
        "RenderError": "render_error",
        "SignedAsset": "signed_asset",
    }

    def __getattr__(name):
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_PLACES})


__all__ = (
    "AcceptedJob",
    "Approval",
    "ApprovalPolicy",
    "ApprovalPolicyUpdate",
    "ApprovalPolicyUpdateDict",
    "ApprovalStatus",
    "ApprovalStatusValue",
    "ApproveRequest",
    "ApproveRequestDict",
    "ArchivedProject",
    "Asset",
    "AssetKind",
    "AssetKindValue",
    "Brief",
    "BriefDict",
    "BriefPatch",
    "BriefPatchDict",
    "Cancellation",
    "Caption",
    "CloneMode",
    "CloneModeValue",
    "CloneRequest",
    "CloneRequestDict",
    "Container",
    "ContainerBrief",
    "ContainerPage",
    "ContainerStatus",
    "ContainerStatusValue",
    "Error",
    "ErrorDetail",
    "Format",
    "FormatValue",
    "GenerateRequest",
    "GenerateRequestDict",
    "Job",
    "JobResult",
    "JobStatus",
    "JobStatusValue",
    "ProjectStatus",
    "ProjectStatusValue",
    "RegenerateRequest",
    "RegenerateRequestDict",
    "RejectRequest",
    "RejectRequestDict",
    "Rejection",
    "RenderError",
    "SignedAsset",
)
