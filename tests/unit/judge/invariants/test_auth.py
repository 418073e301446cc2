"""Who may see what, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import (
    FOREIGN,
    GATED,
    GONE,
    OPEN,
    Case,
    Cases,
    Json,
    Made,
    Tape,
    code_of,
    container,
    found,
    refusal,
    somebody_elses,
    wanted,
)

from layers_contract.judge.facts import nobodys

CASES = Cases()


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


@CASES.violated("auth.required")
def has_its_body_looked_at_before_its_key(tape: Tape) -> None:
    """An invalid body is told apart from a valid one before the key is asked for."""
    tape.call("generateContent", {"projectId": OPEN}, status=422, body={}, credential="none")


@CASES.violated("auth.required")
def is_not_found_before_its_key(tape: Tape) -> None:
    """An unknown id is 404 without a key, which tells that another one exists."""
    tape.call("getContent", {"containerId": "cnt_nobody"}, status=404, credential="none")


@CASES.silent("auth.required")
def is_not_ordinary_enough_to_be_asked(tape: Tape) -> None:
    """A long body, a strange path and a busy server may be refused before the key is."""
    tape.call("generateContent", {"projectId": OPEN}, status=413, body={}, credential="none")
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


def _asked(tape: Tape, made: Made, status: int, credential: str, *details: Json) -> None:
    """The same read of what exists, and twice of what does not; *details* go with the first."""
    for name, more in ((made.container, details), *[(nobodys(made.container), ())] * 2):
        answer = refusal(code_of(status))
        for each in more:
            answer["error"] |= each
        ids = {"containerId": name}
        tape.call("getContent", ids, status=status, answer=answer, credential=credential)


@CASES.held("auth.stranger")
def is_told_the_same_without_a_key(tape: Tape) -> None:
    """Without a key the answer does not depend on what exists."""
    _asked(tape, tape.generate(), 401, "none")


@CASES.violated("auth.stranger")
def is_told_more_without_a_key(tape: Tape) -> None:
    """Without a key the answer for what exists carries details."""
    _asked(tape, tape.generate(), 401, "none", {"details": {"projectId": OPEN}})


@CASES.silent("auth.stranger")
def is_asked_for_one_thing_without_a_key(tape: Tape) -> None:
    """Without a key, one refusal alone shows no difference."""
    tape.read(tape.generate(), status=401, credential="none")


@CASES.held("auth.not-leaked")
def is_told_the_same_as_of_nothing(tape: Tape) -> None:
    """Another organization's 404 is that for what does not exist."""
    _asked(tape, tape.generate(), 404, "other")


@CASES.held("auth.not-leaked")
def has_its_id_echoed(tape: Tape) -> None:
    """A refusal may name the id that was asked for."""
    made = tape.generate()
    for name in (made.container, *[nobodys(made.container)] * 2):
        answer = {"error": {**refusal("NOT_FOUND")["error"], "message": f"{name} is not there."}}
        ids = {"containerId": name}
        tape.call("getContent", ids, status=404, answer=answer, credential="other")


@CASES.violated("auth.not-leaked")
def is_told_whose_it_is(tape: Tape) -> None:
    """Another organization's 404 names the owner."""
    _asked(tape, tape.generate(), 404, "other", {"details": {"owner": "org_1"}})


@CASES.violated("auth.not-leaked")
def is_told_in_other_words(tape: Tape) -> None:
    """Another organization's 404 has a message of its own."""
    _asked(tape, tape.generate(), 404, "other", {"message": "Not yours."})


@CASES.silent("auth.not-leaked")
def is_not_asked_for_nothing(tape: Tape) -> None:
    """Without a request for what does not exist there is nothing to compare with."""
    tape.read(tape.generate(), status=404, credential="other")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of requests and keys gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
