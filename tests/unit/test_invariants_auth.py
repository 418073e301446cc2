"""Who may see what, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.unit.histories import (
    FOREIGN,
    GATED,
    GONE,
    OPEN,
    Case,
    Cases,
    Tape,
    container,
    found,
    somebody_elses,
    wanted,
)

CASES = Cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of keys gets its verdict, and raises no alarm but those it should."""
    assert found(case) == wanted(case)


@CASES.held("auth.required")
def is_asked_for_a_key(tape: Tape) -> None:
    """No key and a wrong one are answered 401."""
    made = tape.generate()
    tape.read(made, status=401, credential="none")
    tape.poll(made, status=401, credential="invalid")


@CASES.violated("auth.required")
def is_served_without_a_key(tape: Tape) -> None:
    """A request without a key is served."""
    tape.progress(tape.generate(), credential="none")


@CASES.violated("auth.required")
def is_refused_as_lacking_a_scope(tape: Tape) -> None:
    """A request without a key is refused with 403."""
    tape.policy(status=403, answer=None, credential="none")


@CASES.silent("auth.required")
def is_not_ordinary_enough_to_be_asked(tape: Tape) -> None:
    """An invalid request, a strange path and a busy server may be refused before the key is."""
    tape.generate(status=422, body={}, credential="none")
    tape.page(status=422, answer=None, query=[("limit", "0")], credential="none")
    strange = {"containerId": "..%2f"}
    tape.call("getContent", strange, status=404, credential="none")
    tape.policy(status=429, answer=None, credential="none")
    tape.policy(status=503, answer=None, credential="invalid")
    tape.policy(lost=True, credential="invalid")


@CASES.held("auth.tenancy")
def is_not_there_for_others(tape: Tape) -> None:
    """What this run made is 404 for another organization, and theirs is 404 for us."""
    made = tape.generate()
    for look in (tape.read, tape.poll):
        look(made, status=404, credential="other")
    tape.page(status=404, answer=None, credential="other")
    tape.policy(FOREIGN, status=404, answer=None)


@CASES.violated("auth.tenancy")
def is_there_for_others(tape: Tape) -> None:
    """Another organization reads what this run made."""
    tape.poll(tape.generate(), credential="other")


@CASES.violated("auth.tenancy")
def is_forbidden_to_others(tape: Tape) -> None:
    """A 403 tells another organization that something exists."""
    tape.read(tape.generate(), status=403, credential="other")


@CASES.violated("auth.tenancy")
def is_there_for_us(tape: Tape) -> None:
    """We read the policy of a project that the target file calls foreign."""
    tape.policy(FOREIGN)


@CASES.silent("auth.tenancy")
def may_be_theirs(tape: Tape) -> None:
    """What this run did not make may belong to whoever asks."""
    tape.read(somebody_elses(), credential="other")
    tape.policy(GATED, credential="other")
    tape.generate(credential="other", project=FOREIGN)


@CASES.silent("auth.tenancy")
def has_a_key_that_is_not_valid(tape: Tape) -> None:
    """Another organization's key that was never accepted may be a wrong one."""
    made = tape.generate()
    tape.read(made, status=401, credential="other")
    tape.read(made, status=429, credential="other")
    tape.read(made, lost=True, credential="other")


@CASES.held("auth.list")
def lists_its_own(tape: Tape) -> None:
    """A list holds containers of its project, however its UUID is written."""
    made, theirs = tape.generate(), somebody_elses()
    tape.page(container(made, "queued", {"projectId": OPEN.upper()}), container(theirs, "failed"))


@CASES.violated("auth.list")
def lists_a_sibling(tape: Tape) -> None:
    """A list holds a container of another project."""
    tape.page(container(somebody_elses(), "failed", {"projectId": GATED}))


@CASES.silent("auth.list")
def lists_nothing(tape: Tape) -> None:
    """An empty list and a refusal hold nothing of anybody's."""
    tape.page()
    tape.page(status=503, answer=None)


@CASES.held("auth.list", also=["schema.body"])
def lists_what_names_no_project(tape: Tape) -> None:
    """An item that names no project is a matter of its schema."""
    tape.page(container(somebody_elses(), "failed", {"projectId": GONE}))
