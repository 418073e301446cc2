"""Results of earlier runs, as `check --json` wrote them: read, compared, and shown over time."""

from __future__ import annotations

from layers_contract.results._compare import Change, Comparison, compare
from layers_contract.results._read import Cause, Promise, Result, ResultError, read
from layers_contract.results._trend import Trend, trend
from layers_contract.results._trend_page import to_html, to_svg
from layers_contract.results._written import FORMATS, written

__all__ = [
    "FORMATS",
    "Cause",
    "Change",
    "Comparison",
    "Promise",
    "Result",
    "ResultError",
    "Trend",
    "compare",
    "read",
    "to_html",
    "to_svg",
    "trend",
    "written",
]
