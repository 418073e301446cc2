"""What a page of containers costs to decode: the client, pydantic, and `json` alone, in turns.

    bench/.venv/bin/python bench/client_decoding.py PAGE.json ROUNDS     JSON: microseconds by round

`bench/client.py` runs it. The models below are the client's, written by hand as pydantic has them:
the same fields, with datetimes and enums. The client does more in two respects, which pydantic is
not asked for: it keeps fields, and values of enums, that nobody knows today. Times are the CPU's,
with the garbage collector off.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from client_overhead import in_turns
from layers_client import models

TIMES: Final = 5
"""Pages in a row, for one time."""


class ContainerStatus(StrEnum):
    """How far the newest render has come."""

    QUEUED = "queued"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


class ApprovalStatus(StrEnum):
    """Where the review stands."""

    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Format(StrEnum):
    """What kind of creative."""

    VIDEO_REMIX = "video_remix"
    SLIDESHOW_REMIX = "slideshow_remix"
    UGC_REMIX = "ugc_remix"
    AUTO = "auto"


class AssetKind(StrEnum):
    """What an asset is."""

    VIDEO = "video"
    IMAGE = "image"


class Model(BaseModel):
    """An object of the API."""

    model_config = ConfigDict(alias_generator=to_camel)


class Asset(Model):
    """A rendered file."""

    id: str
    kind: AssetKind
    url: str
    width: int
    height: int
    duration_ms: int | None = None


class Caption(Model):
    """The text to post beside the creative."""

    platform: str
    text: str


class ContainerBrief(Model):
    """The brief that the newest render worked from."""

    hook: str | None = None
    target_platforms: list[str] | None = None
    influencer_id: str | None = None
    theme_tags: list[str] | None = None
    reference_media_ids: list[str] | None = None
    language: str | None = None


class RenderError(Model):
    """Why a render failed."""

    code: str
    message: str


class Container(Model):
    """One creative, with its media, captions and review."""

    id: str
    project_id: str
    status: ContainerStatus
    approval_status: ApprovalStatus
    format: Format
    assets: list[Asset]
    captions: list[Caption]
    created_at: datetime
    updated_at: datetime
    influencer_id: str | None = None
    brief: ContainerBrief | None = None
    last_error: RenderError | None = None


class ContainerPage(Model):
    """One page of containers."""

    items: list[Container]
    next_cursor: str | None = None


MODELS: Final = (Asset, Caption, ContainerBrief, RenderError, Container, ContainerPage)
ENUMS: Final = (ContainerStatus, ApprovalStatus, Format, AssetKind)


def differences() -> list[str]:
    """The models and enums that are not what the client has now."""
    found = [each.__name__ for each in MODELS if not _same_fields(each)]
    return [*found, *(each.__name__ for each in ENUMS if not _same_values(each))]


def _same_fields(model: type[BaseModel]) -> bool:
    ours = {(field.name, field.key) for field in getattr(models, model.__name__).fields}
    return ours == {(name, field.alias) for name, field in model.model_fields.items()}


def _same_values(enum: type[StrEnum]) -> bool:
    return {str(each) for each in getattr(models, enum.__name__)} == {str(each) for each in enum}


def decoders() -> dict[str, Callable[[bytes], Any]]:
    """What is measured, by name."""
    decode, adapter = models.ContainerPage.from_dict, TypeAdapter(ContainerPage)
    return {
        "layers_client": lambda page: decode(json.loads(page)),
        "pydantic": adapter.validate_json,
        "json alone": json.loads,
    }


def microseconds(decode: Callable[[bytes], Any], page: bytes) -> float:
    """The CPU time of one page."""
    begun = time.process_time()
    for _ in range(TIMES):
        decode(page)
    return (time.process_time() - begun) / TIMES * 1e6


def main() -> None:
    """Visit every decoder in every round."""
    page, rounds = Path(sys.argv[1]).read_bytes(), int(sys.argv[2])
    if different := differences():
        sys.exit(f"client_decoding: not what the client has: {', '.join(different)}")
    contenders = {name: partial(microseconds, decode, page) for name, decode in decoders().items()}
    json.dump(in_turns(contenders, rounds), sys.stdout)


if __name__ == "__main__":
    main()
