"""New containers, judged on hand-made histories."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.histories import (
    GATED,
    MARKER,
    OPEN,
    Case,
    Cases,
    Made,
    Tape,
    found,
    somebody_elses,
    stamp,
    wanted,
)

CASES = Cases()
NOWHERE = f"254a{MARKER}"
HOOK = f"Für Größe übrig [{MARKER}]"


def shows(tape: Tape, made: Made, **fields: Any) -> None:
    """A read that shows other values in the brief."""
    tape.read(made, show={"brief": {**made.brief, **fields}})


@CASES.held("generate.brief")
def is_as_asked_for(tape: Tape) -> None:
    """The container shows what was asked for, and more."""
    made = tape.generate({"language": "de", "themeTags": ["sleep", "calm"]})
    shows(tape, made, influencerId="inf_1", mood="blue")


@CASES.violated("generate.brief")
def has_another_hook(tape: Tape) -> None:
    """The container shows a hook that was cut."""
    made = tape.generate()
    shows(tape, made, hook=made.brief["hook"][:9])


@CASES.violated("generate.brief")
def has_fewer_tags(tape: Tape) -> None:
    """Of two tags one is shown."""
    made = tape.generate({"themeTags": ["sleep", "calm"]})
    shows(tape, made, themeTags=["sleep"])


@CASES.violated("generate.brief")
def has_lost_its_tags(tape: Tape) -> None:
    """Tags were asked for, and none are shown."""
    made = tape.generate({"themeTags": ["sleep"]})
    shows(tape, made, themeTags=[])


@CASES.violated("generate.brief")
def loses_its_brief_later(tape: Tape) -> None:
    """The first read is right, and the next one is not."""
    made = tape.generate({"language": "de"})
    tape.read(made)
    shows(tape, made, language="en")


@CASES.held("generate.brief")
def is_tidied_up(tape: Tape) -> None:
    """White space, composed letters, order, repetitions, case and a cut with dots are no change."""
    made = tape.generate({"hook": f"  {HOOK} ", "themeTags": ["b", "a", "a"], "language": "de-AT"})
    shows(tape, made, hook=unicodedata.normalize("NFD", HOOK), themeTags=["A", "b"])
    shows(tape, made, hook=f"{HOOK[:12]}…", language="de-at")
    shows(tape, made, hook=f"{HOOK[:12]}...")


@CASES.held("generate.brief")
def shows_part_of_its_brief(tape: Tape) -> None:
    """Fields that the container leaves out are not shown as something else."""
    made = tape.generate({"language": "de", "themeTags": ["sleep"]})
    tape.read(made, show={"brief": {"hook": made.brief["hook"]}})


@CASES.held("generate.brief")
def is_filled_in_by_the_server(tape: Tape) -> None:
    """What was left empty is the server's to choose, and so is what no page names."""
    made = tape.generate({"targetPlatforms": [], "mood": "blue"})
    shows(tape, made, targetPlatforms=["tiktok"], mood={"id": 1})


@CASES.silent("generate.brief")
def is_not_judged_by_a_later_render(tape: Tape) -> None:
    """A patch changes the brief; one that may have been carried out may have."""
    made = tape.generate()
    again = tape.regenerate(made, {"hook": "Another"})
    tape.read(again)
    other = tape.generate()
    tape.regenerate(other, {"hook": "Another"}, lost=True)
    shows(tape, other, hook="Another")


@CASES.silent("generate.brief")
def takes_its_brief_from_elsewhere(tape: Tape) -> None:
    """Where a clone's brief comes from is not promised, and others' briefs are not known."""
    clone = tape.clone(somebody_elses(), body={"sourcePlatformPostId": "p", "brief": {"hook": "A"}})
    tape.read(clone)
    tape.read(somebody_elses())


@CASES.silent("generate.brief")
def is_older_than_this_history(tape: Tape) -> None:
    """A fixed key may bring back a container of the run before, rendered again since."""
    begun = stamp(-3600)
    made = tape.generate(key="fixed", envelope={"startedAt": begun})
    shows(tape, replace(made, created=-3600.0, started=-3600.0), hook="Patched since")


@CASES.silent("generate.brief", also=["schema.rejects-invalid"])
def is_made_of_what_is_invalid(tape: Tape) -> None:
    """What a server makes of a brief that it should have refused is its own affair."""
    made = tape.generate({"language": "12"}, actor="schemathesis")
    shows(tape, made, language="en")


@CASES.silent("generate.brief", also=["idempotency.no-key"])
def is_one_job_of_two_containers(tape: Tape) -> None:
    """A second container that is given the first one's job has no render of its own."""
    made = tape.generate()
    other = tape.generate(envelope={"jobId": made.job})
    tape.read(replace(other, job=made.job), "queued")


@CASES.held("generate.accepts")
def is_accepted(tape: Tape) -> None:
    """A brief within the limits is accepted."""
    tape.generate({"language": "de"})


@CASES.violated("generate.accepts")
def is_invalid_without_a_reason(tape: Tape) -> None:
    """A brief within the limits is refused as invalid, in a project that is there."""
    tape.policy(OPEN)
    tape.generate({"language": "ar"}, status=422)


@CASES.violated("generate.accepts")
def is_invalid_twice(tape: Tape) -> None:
    """The same call with its key is refused once more."""
    tape.policy(OPEN)
    made = tape.generate(key="k", lost=True)
    tape.again(made, status=422)


@CASES.silent("generate.accepts")
def is_refused_for_what_it_names(tape: Tape) -> None:
    """An influencer or media may not be there, and then the call is invalid or not found."""
    tape.policy(OPEN)
    tape.generate({"influencerId": "inf_1"}, status=422)
    tape.generate({"referenceMediaIds": ["med_1"]}, status=422)


@CASES.silent("generate.accepts")
def is_refused_for_its_form(tape: Tape) -> None:
    """A media type, a key or a field that no page allows may each be refused."""
    tape.policy(OPEN)
    tape.generate(sends={"content-type": "text/plain"}, status=422)
    tape.generate(key="k" * 256, status=422)
    tape.generate({"mood": "blue"}, status=422)
    tape.generate({"hook": f"{MARKER}{'x' * 2000}"}, status=422)


@CASES.silent("generate.accepts")
def is_refused_for_its_key(tape: Tape) -> None:
    """A key that was used before, for whatever, may have been burnt by that."""
    tape.policy(OPEN)
    tape.generate(body={"brief": {}}, key="k", status=422)
    tape.generate(key="k", status=422)


@CASES.silent("generate.accepts")
def is_refused_for_its_project(tape: Tape) -> None:
    """A project may be malformed, out of this key's reach, or archived."""
    tape.generate(project=NOWHERE, status=422)
    tape.policy(OPEN)
    tape.generate(status=422, credential="other")
    tape.archive(lost=True)
    tape.generate(status=422)
    tape.archive(GATED)
    tape.generate(project=GATED, status=422)


@CASES.silent("generate.accepts")
def is_not_this_runs_own_brief(tape: Tape) -> None:
    """A random brief may be refused for its words; in a recording every brief may be."""
    tape.policy(OPEN)
    tape.generate({"hook": "\u0000"}, status=422, actor="schemathesis")
    tape.expect = replace(tape.expect, marker=None)
    tape.generate(status=422)


@CASES.silent("generate.accepts")
def is_refused_by_a_busy_server(tape: Tape) -> None:
    """What was rate limited, unavailable, lost or forbidden was not found invalid."""
    tape.policy(OPEN)
    for status in (429, 503, 403, 404):
        tape.generate(status=status)
    tape.generate(lost=True)


@CASES.held("generate.container")
def is_where_it_was_asked_for(tape: Tape) -> None:
    """A container is in its project and has its format."""
    made = tape.generate(format="ugc_remix")
    tape.read(made, "queued", {"projectId": OPEN.upper()})


@CASES.held("generate.container")
def is_what_auto_became(tape: Tape) -> None:
    """Where the server was to pick, any format is right."""
    tape.read(tape.generate(), "completed", {"format": "ugc_remix"})
    tape.read(tape.generate(format="auto"), "completed", {"format": "slideshow_remix"})


@CASES.violated("generate.container")
def has_another_format(tape: Tape) -> None:
    """A container has another format than was asked for."""
    tape.read(tape.generate(format="ugc_remix"), "queued", {"format": "video_remix"})


@CASES.violated("generate.container")
def is_in_another_project(tape: Tape) -> None:
    """A container is in another project than was asked for."""
    tape.read(tape.generate(), "queued", {"projectId": GATED})


@CASES.silent("generate.container")
def is_not_made_by_generate(tape: Tape) -> None:
    """Clones and others’ containers were not asked for by generate."""
    tape.read(somebody_elses())
    tape.read(tape.clone(somebody_elses()), "queued", {"format": "ugc_remix"})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of generate calls gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
