"""A run as JUnit XML, for CI servers: one test case per invariant."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Final
from xml.etree import ElementTree as ET

from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged

from ._text import clean, counts, heading, known_words, plural, smallest, source_words
from .curl import script

__all__ = ["to_junit"]

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST: Final = 500
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'


def to_junit(outcome: Outcome) -> str:
    """A run as JUnit XML: violated is a failure, not judged is skipped."""
    found = counts(outcome)
    numbers = {
        "name": "layers-contract",
        "tests": str(len(outcome.judged)),
        "failures": str(found.violated + len(outcome.missing)),
        "errors": "0",
        "skipped": str(found.not_judged + found.known - len(outcome.missing)),
        "time": f"{outcome.seconds:.3f}",
    }
    root = ET.Element("testsuites", numbers)
    suite = ET.SubElement(root, "testsuite", numbers)
    _properties(suite, outcome)
    for judged in outcome.judged:
        _case(suite, outcome, judged)
    if outcome.notes:
        ET.SubElement(suite, "system-out").text = _xml("\n".join(outcome.notes))
    ET.indent(root)
    return f"{_HEAD}\n{ET.tostring(root, encoding='unicode')}\n"


def _properties(suite: ET.Element, outcome: Outcome) -> None:
    properties = ET.SubElement(suite, "properties")
    values = heading(outcome) | {
        "strict": str(outcome.strict).lower(),
        "interrupted": str(outcome.interrupted).lower(),
        "required": ",".join(sorted(outcome.required)),
        "contract": outcome.contract.document.version,
        "ended_early": outcome.ended_early or "no",
        "requests": str(len(outcome.history)),
        "renders": str(outcome.generations),
        **{name: str(number) for name, number in asdict(counts(outcome)).items()},
        "infrastructure": "; ".join(outcome.infrastructure.lines()),
    }
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=_xml(value))


def _case(suite: ET.Element, outcome: Outcome, judged: Judged) -> None:
    promise = judged.promise
    case = ET.SubElement(suite, "testcase", classname=promise.group, name=promise.id, time="0.000")
    if judged in outcome.missing:
        told = f"required, and not judged: {judged.reason or 'no occasion'}"
        ET.SubElement(case, "failure", message=_line(told), type="not judged")
    elif judged.verdict == "not_judged":
        ET.SubElement(case, "skipped", message=_line(judged.reason or "not judged"))
    if judged.verdict == "known":
        ET.SubElement(case, "skipped", message=_line(known_words(judged)))
    for violation in smallest(judged.violations, 1):
        failure = ET.SubElement(case, "failure", message=_line(violation.message), type="violated")
        failure.text = _xml(f"{_headline(judged)}\n\n{script(outcome, violation)}")
    if judged.differences:
        told = "\n".join(_line(each.message) for each in smallest(judged.differences))
        ET.SubElement(case, "system-out").text = f"differs from what is assumed:\n{told}"


def _headline(judged: Judged) -> str:
    occasions = plural(judged.occasions, "occasion")
    return (
        f"{judged.promise.statement}\n{source_words(judged.source)}; "
        f"violated {len(judged.violations)} times on {occasions}"
    )


def _line(text: str) -> str:
    return _xml(clean(text, _LONGEST))


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
