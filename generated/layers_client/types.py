"""Types for annotations of your own."""

from ._runtime.answer import Response
from ._runtime.call import TimeoutTypes
from ._runtime.model import UNSET, Model, OpenEnum, Unset
from ._runtime.paging import AsyncPager, Pager

__all__ = [
    "UNSET",
    "AsyncPager",
    "Model",
    "OpenEnum",
    "Pager",
    "Response",
    "TimeoutTypes",
    "Unset",
]
