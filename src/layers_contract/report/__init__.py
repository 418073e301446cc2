"""What people and programs are told of a run: terminal, JSON, JUnit, HTML, HAR, curl scripts.

`render` prints the table at the end; `to_json`, `to_junit`, `to_html` and `to_har` give what is
written to files, `to_github`, `to_gitlab` and `to_sarif` what CI servers read; `script` gives the
shell script that sends the proving requests again. `page` and `safe` make other pages of the same
look; `clean` makes one line of what a server says.
`LiveProgress` and `PlainProgress` tell what a run is doing meanwhile.
"""

from __future__ import annotations

from layers_contract.report._proof import safe
from layers_contract.report._text import clean, summary
from layers_contract.report.curl import file_name, script, scripts
from layers_contract.report.github import (
    annotation,
    fenced,
    markdown,
    to_github,
    to_step_summary,
)
from layers_contract.report.gitlab import to_gitlab
from layers_contract.report.har import to_har
from layers_contract.report.html import page, to_html
from layers_contract.report.json_report import to_json
from layers_contract.report.junit import to_junit
from layers_contract.report.progress import LiveProgress, PlainProgress, Progress, SilentProgress
from layers_contract.report.sarif import to_sarif
from layers_contract.report.terminal import render

__all__ = [
    "LiveProgress",
    "PlainProgress",
    "Progress",
    "SilentProgress",
    "annotation",
    "clean",
    "fenced",
    "file_name",
    "markdown",
    "page",
    "render",
    "safe",
    "script",
    "scripts",
    "summary",
    "to_github",
    "to_gitlab",
    "to_har",
    "to_html",
    "to_json",
    "to_junit",
    "to_sarif",
    "to_step_summary",
]
