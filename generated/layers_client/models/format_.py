from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum, reader


class Format(OpenEnum):
    """What kind of creative.

    * `video_remix`: a video cut from reference media, with overlays.
    * `slideshow_remix`: several images with typographic hooks.
    * `ugc_remix`: a video in the style of an influencer.
    * `auto`: the server picks.
    """

    VIDEO_REMIX = "video_remix"
    SLIDESHOW_REMIX = "slideshow_remix"
    UGC_REMIX = "ugc_remix"
    AUTO = "auto"


read_format = reader(Format)

FormatValue: TypeAlias = (
    Format
    | Literal[
        "video_remix",
        "slideshow_remix",
        "ugc_remix",
        "auto",
    ]
)
"""What may be given for one: the member, or its text."""
