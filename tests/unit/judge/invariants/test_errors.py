"""Refusals, judged on hand-made histories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.histories import MARKER, OPEN, Case, Cases, Tape, found, somebody_elses, wanted
from tests.helpers.scenes import waiting

APPROVED = {"approvalStatus": "approved"}
CASES = Cases()
NOWHERE = f"254a{MARKER}"


@CASES.held("errors.refused-does-nothing")
def is_refused_and_not_listed(tape: Tape) -> None:
    """A call that is refused as invalid leaves nothing in the list."""
    brief = {"hook": f"Never [{MARKER} x]"}
    body = {"format": "none", "brief": brief}
    tape.call("generateContent", {"projectId": OPEN}, body=body, status=422)
    tape.page()


@CASES.violated("errors.refused-does-nothing")
def is_refused_and_made(tape: Tape) -> None:
    """The hook of a refused call is found on a container that no 202 named."""
    theirs = somebody_elses()
    brief = {"hook": f"Never [{MARKER} x]"}
    body = {"format": "none", "brief": brief}
    tape.call("generateContent", {"projectId": OPEN}, body=body, status=422)
    tape.read(theirs, "queued", show={"brief": brief})


@CASES.violated("errors.refused-does-nothing")
def is_not_theirs_and_approved(tape: Tape) -> None:
    """Another organization's approval is answered with 404, and taken."""
    made = waiting(tape)
    tape.approve(made, status=404, credential="other")
    tape.read(made, show=APPROVED)


@CASES.violated("errors.refused-does-nothing")
def is_approved_and_rejected_too_late(tape: Tape) -> None:
    """A rejection that comes too late is answered with a conflict, and taken."""
    made = waiting(tape)
    tape.approve(made)
    tape.read(made, show=APPROVED)
    tape.reject(made, status=409)
    tape.read(made, show={"approvalStatus": "rejected"})


@CASES.held("errors.refused-does-nothing")
def keeps_its_policy_when_a_change_is_refused(tape: Tape) -> None:
    """A policy is read as it was after a change that was refused."""
    tape.policy()
    tape.change_policy(requiresApproval=False, firstNPostsBlocked=51, status=422)
    tape.policy()


@CASES.violated("errors.refused-does-nothing")
def keeps_half_of_a_refused_change(tape: Tape) -> None:
    """Of two settings one is bad: the change is refused, and the good one is stored."""
    tape.policy()
    tape.change_policy(requiresApproval=False, firstNPostsBlocked=51, status=422)
    tape.policy(review=False)


@CASES.silent("errors.refused-does-nothing")
def may_have_a_policy_of_another_change(tape: Tape) -> None:
    """A lost change beside the refused one may be the one that shows."""
    tape.policy()
    tape.change_policy(requiresApproval=False, lost=True)
    tape.change_policy(firstNPostsBlocked=51, status=422)
    tape.policy(review=False)


@CASES.silent("errors.refused-does-nothing")
def may_be_carried_out(tape: Tape) -> None:
    """A lost call, a rate limit and a call in flight may have done what they were to do."""
    theirs = somebody_elses()
    ends: list[dict[str, Any]] = [{"lost": True}, {"status": 429}, {"status": 409}]
    for number, how in enumerate(ends):
        brief = {"hook": f"Never [{MARKER} {number}]"}
        tape.call("generateContent", {"projectId": OPEN}, body={"brief": brief}, key="k", **how)
        tape.read(theirs, "queued", show={"brief": brief})


@CASES.silent("errors.refused-does-nothing", also=["generate.accepts"])
def is_accepted_the_next_time(tape: Tape) -> None:
    """A hook that was refused once and accepted then is on a container for a reason."""
    made = tape.generate()
    tape.call("generateContent", {"projectId": OPEN}, body=made.exchange.request_json, status=422)
    tape.read(made, "queued")


def nothing(tape: Tape, operation: str = "getJob", **call: Any) -> None:
    """A read of what this run has made up."""
    ids = {"jobId": f"job_{MARKER}", "projectId": NOWHERE, "containerId": f"cnt_{MARKER}"}
    spec = tape.facts.contract.operations[operation]
    named = {p.name: ids[p.name] for p in spec.path_parameters}
    tape.call(operation, named, **{"status": 404, **call})


@CASES.held("errors.not-found")
def is_not_there(tape: Tape) -> None:
    """What was made up is not found, or malformed."""
    nothing(tape)
    nothing(tape, "getContent", status=422)
    nothing(tape, "listContent", status=422)


@CASES.violated("errors.not-found")
def was_there_once(tape: Tape) -> None:
    """What was never there is said to be gone."""
    nothing(tape, status=410)


@CASES.violated("errors.not-found")
def is_there_after_all(tape: Tape) -> None:
    """A job that nobody started is shown."""
    answer = {"jobId": f"job_{MARKER}", "kind": "content_generate", "status": "running"}
    nothing(tape, status=200, answer=answer)


@CASES.violated("errors.not-found")
def is_forbidden_alone(tape: Tape) -> None:
    """A key that may read jobs is forbidden one that is not there."""
    tape.poll(tape.generate())
    nothing(tape, status=403)


@CASES.silent("errors.not-found")
def may_not_be_asked_for(tape: Tape) -> None:
    """A key may be kept from an operation as a whole."""
    nothing(tape, status=403)


@CASES.silent("errors.not-found")
def is_asked_of_a_busy_server(tape: Tape) -> None:
    """What was rate limited, unavailable, lost, or asked with another key is not judged."""
    for call in ({"status": 429}, {"status": 503}, {"lost": True}):
        nothing(tape, **call)
    nothing(tape, status=401, credential="none")
    nothing(tape, status=404, credential="other")


@CASES.silent("errors.not-found")
def has_an_id_of_its_title(tape: Tape) -> None:
    """A server may make an id from a hook, and the hook has the run's marker."""
    made = tape.generate(envelope={"containerId": f"cnt_evenings-{MARKER}-1"})
    tape.read(made)


@CASES.silent("errors.not-found")
def is_asked_for_in_vain_elsewhere(tape: Tape) -> None:
    """In a recording, and of a random id, nobody knows what exists."""
    tape.call("getJob", {"jobId": "job_0"}, status=410, actor="schemathesis", answer=None)
    tape.expect = replace(tape.expect, marker=None)
    nothing(tape, status=403)


@CASES.silent("errors.not-found")
def is_asked_for_badly(tape: Tape) -> None:
    """A query that is invalid may be refused for that."""
    nothing(tape, "listContent", query=[("limit", "0")], status=400)


@CASES.held("errors.shape", "errors.code")
def is_an_error_object(tape: Tape) -> None:
    """A refusal is the error object, and its code goes with its status."""
    tape.policy(status=404, answer=None)
    tape.policy(status=429, answer=None)
    tape.policy(status=403, answer=None)


@CASES.violated("errors.shape")
def is_flat(tape: Tape) -> None:
    """A refusal has its message at the top."""
    tape.policy(status=404, answer={"code": "NOT_FOUND", "message": "No."})


@CASES.violated("errors.shape")
def has_no_request_id(tape: Tape) -> None:
    """An error lacks its requestId."""
    tape.policy(status=404, answer={"error": {"code": "NOT_FOUND", "message": "No."}})


@CASES.silent("errors.shape", "errors.code")
def is_no_error(tape: Tape) -> None:
    """Successes and what was lost are no errors."""
    tape.policy()
    tape.policy(lost=True)


@CASES.violated("errors.code")
def has_the_code_of_another_status(tape: Tape) -> None:
    """A 404 has the code of an invalid request."""
    tape.policy(status=404, code="VALIDATION", answer=None)


@CASES.silent("errors.code")
def has_a_code_that_nobody_knows(tape: Tape) -> None:
    """Codes are added over time; and 400 in place of 422 is nobody's promise."""
    tape.policy(status=404, code="ARCHIVED", answer=None)
    tape.generate(body=b"{", status=400, code="VALIDATION")


@CASES.silent("errors.code")
def is_the_code_of_a_render(tape: Tape) -> None:
    """Why a render failed is said in codes of its own, also where they sound like ours."""
    made = tape.generate()
    tape.poll(made, "failed", {"error": {"code": "NOT_FOUND", "message": "No such media."}})


@CASES.held("errors.no-server-error")
def is_no_server_error(tape: Tape) -> None:
    """Refusals, and the failure that is documented, are no server errors."""
    tape.policy(status=404, answer=None)
    tape.policy(status=503, code="KILL_SWITCH", answer=None)


@CASES.violated("errors.no-server-error")
def is_a_server_error(tape: Tape) -> None:
    """A request is answered with 500."""
    tape.generate(body=b"\xf0", status=500, code="INTERNAL")


@CASES.silent("errors.no-server-error")
def is_a_server_that_rests(tape: Tape) -> None:
    """A server that says when to come back, or says nothing, has not failed at a request."""
    tape.policy(status=503, code="DOWN", headers={"retry-after": "9"}, answer=None)
    tape.policy(lost=True)


def page_of_a_gateway(tape: Tape, times: int, **call: Any) -> None:
    """What a proxy says that has lost the server."""
    for number in range(times):
        status = (502, 503, 504)[number % 3]
        headers = {"content-type": "text/html"}
        tape.policy(status=status, answer=b"<h1>Bad gateway</h1>", headers=headers, **call)


@CASES.silent("errors.no-server-error", "errors.shape", "schema.content-type", "schema.headers")
def is_a_gateway_that_lost_its_server(tape: Tape) -> None:
    """A few pages of a gateway say nothing of the server behind it."""
    page_of_a_gateway(tape, 4)


@CASES.silent("errors.no-server-error", "errors.shape", "schema.content-type")
def is_a_gateway_that_lost_its_server_over_a_bad_request(tape: Tape) -> None:
    """A page of a gateway is no answer of the API, whatever was asked."""
    headers = {"content-type": "text/html"}
    tape.generate(body=b"{", status=502, answer=b"<h1>Bad gateway</h1>", headers=headers)


@CASES.silent("errors.no-server-error")
def fails_where_nothing_is_documented(tape: Tape) -> None:
    """What an unknown path answers breaks nothing of the document."""
    failed = tape.policy(status=500, code="INTERNAL")
    failed.operation, failed.path = None, "/health"


@CASES.violated("errors.no-server-error")
def fails_at_a_method_it_does_not_have(tape: Tape) -> None:
    """A documented path answers an undocumented method with a server error."""
    failed = tape.policy(status=500, code="INTERNAL")
    failed.operation, failed.method = None, "TRACE"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of refusals gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
