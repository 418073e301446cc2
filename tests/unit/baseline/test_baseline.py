"""Known violations: the file, what it accepts, and how it is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.helpers.histories import contract
from tests.helpers.outcomes import exchange, violated

from layers_contract.baseline import FILL_IN, BaselineError, apply, pruned, read, update
from layers_contract.judge.invariants import Violation
from layers_contract.judge.verdicts import Judged, overall

PROMISES = contract().document.promises
TODAY = date(2026, 6, 1)
ENTRY = """
[[known]]
promise = "idempotency.replay"  # a comment
cause = "another jobId"
reason = "the cache is renewed in July"
owner = "team render"
expires = 2026-07-31
"""


def file(folder: Path, text: str) -> Path:
    """A baseline with that text."""
    path = folder / "known.toml"
    path.write_text(text, encoding="utf-8")
    return path


def broken(*messages: str, promise: str = "idempotency.replay") -> Judged:
    """A promise that is violated in these ways."""
    return violated(promise, *(Violation(each, (exchange(),)) for each in messages))


def applied(folder: Path, text: str, *judged: Judged) -> tuple[list[Judged], list[str]]:
    """What a baseline makes of verdicts."""
    return apply(judged, read(file(folder, text), PROMISES), TODAY, "known.toml")


def test_a_known_violation_fails_nothing(tmp_path: Path) -> None:
    """Where each violation is accepted the verdict is known, and the run held."""
    judged, notes = applied(tmp_path, ENTRY, broken("another jobId"))
    assert [each.verdict for each in judged] == ["known"]
    assert overall(judged) == "held"
    assert not notes
    assert judged[0].known[0].reason == "the cache is renewed in July"


def test_a_new_way_to_break_the_promise_fails(tmp_path: Path) -> None:
    """Another cause of the same promise is violated; what is known stays beside it."""
    judged, _ = applied(tmp_path, ENTRY, broken("another jobId", "no answer"))
    assert judged[0].verdict == "violated"
    assert [each.message for each in judged[0].violations] == ["no answer"]
    assert [each.cause for each in judged[0].known] == ["another jobId"]


def test_an_entry_without_a_cause_accepts_every_cause(tmp_path: Path) -> None:
    """The cause may be left out, and a star in it is any text."""
    anything = ENTRY.replace('cause = "another jobId"\n', "")
    starred = ENTRY.replace("another jobId", "another *")
    assert applied(tmp_path, anything, broken("whatever"))[0][0].verdict == "known"
    assert applied(tmp_path, starred, broken("another jobId"))[0][0].verdict == "known"
    assert applied(tmp_path, starred, broken("no jobId"))[0][0].verdict == "violated"


def test_an_expired_entry_fails_again_and_says_so(tmp_path: Path) -> None:
    """The last day counts; the day after it the violation fails, and a note names the line."""
    last = ENTRY.replace("2026-07-31", "2026-06-01")
    over = ENTRY.replace("2026-07-31", "2026-05-31")
    assert applied(tmp_path, last, broken("another jobId"))[0][0].verdict == "known"
    judged, notes = applied(tmp_path, over, broken("another jobId"))
    assert judged[0].verdict == "violated"
    assert "known.toml:2: idempotency.replay (another jobId) expired on 2026-05-31" in notes[0]


def test_an_entry_that_is_not_seen_any_more_is_named(tmp_path: Path) -> None:
    """It can be deleted, where its promise was judged; else it only was not judged."""
    held = violated("idempotency.replay")
    unjudged = violated("idempotency.replay", verdict="not_judged", occasions=0)
    assert "not seen any more" in applied(tmp_path, ENTRY, held)[1][0]
    assert "not judged in this run" in applied(tmp_path, ENTRY, unjudged)[1][0]
    assert not applied(tmp_path, ENTRY)[1]


def test_an_entry_that_nobody_has_finished_is_named(tmp_path: Path) -> None:
    """A reason that is to be filled in accepts, and says so in each run."""
    text = ENTRY.replace("the cache", f"{FILL_IN} the cache")
    judged, notes = applied(tmp_path, text, broken("another jobId"))
    assert judged[0].verdict == "known"
    assert "write a reason" in notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[known", "not TOML"),
        ("[known]\n", "[[known]] tables"),
        ("known = 1\n", "[[known]] tables"),
        ("[[knwon]]\n", "there is no 'knwon'"),
        ("[[known]]\n", ":1: entry 1: promise is missing"),
        ('# x\n\n[[known]]\npromise = "a.b"\n', ":3: entry 1: there is no promise 'a.b'"),
        (ENTRY.replace("reason", "raeson"), ":2: entry 1: unknown 'raeson'"),
        (ENTRY.replace('"team render"', '" "'), "owner must be a text"),
        (ENTRY.replace("2026-07-31", '"soon"'), "expires must be a day"),
        (ENTRY.replace("2026-07-31", "2026-07-31T10:00:00"), "expires must be a day"),
        (ENTRY.replace("expires = 2026-07-31\n", ""), "expires must be a day"),
        (ENTRY.replace('"another jobId"', "7"), "cause must be a text"),
        (ENTRY + ENTRY, ":9: entry 2: says the same as the one in line 2"),
    ],
)
def test_a_misuse_is_said_with_its_entry_and_line(tmp_path: Path, text: str, said: str) -> None:
    """One line tells the file, the line, the entry, and what is wrong."""
    with pytest.raises(BaselineError) as caught:
        read(file(tmp_path, text), PROMISES)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "known.toml"))
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A missing file, a folder and a binary file are each said in one line."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none", tmp_path, binary):
        with pytest.raises(BaselineError, match=r"cannot be read|not UTF-8"):
            read(path, PROMISES)


def test_an_update_keeps_what_people_wrote(tmp_path: Path) -> None:
    """The file's text stays to the letter; only what no entry covers is added, to be filled in."""
    entries = read(file(tmp_path, ENTRY), PROMISES)
    seen = [
        ("idempotency.replay", "another jobId"),
        ("job.progress", 'it says "\\x" \x7f'),
        ("job.progress", 'it says "\\x" \x7f'),
    ]
    judged = {promise for promise, _ in seen}
    changed = update(ENTRY, entries, seen, judged, date(2026, 8, 30))
    assert changed.text.startswith(ENTRY)
    after = read(file(tmp_path, changed.text), PROMISES)
    assert after[0] == entries[0]
    assert [(each.promise, each.cause) for each in after[1:]] == seen[1:2]
    assert after[1].unfinished
    assert after[1].expires == date(2026, 8, 30)


def test_a_second_update_changes_nothing(tmp_path: Path) -> None:
    """What the first update added covers what it was made from."""
    seen = [("job.progress", "it *went* back")]
    first = update("", [], seen, {"job.progress"}, TODAY).text
    entries = read(file(tmp_path, first), PROMISES)
    again = update(first, entries, seen, {"job.progress"}, TODAY)
    assert again.text == first
    assert not again.added


def test_an_update_names_what_is_gone_and_prune_deletes_it(tmp_path: Path) -> None:
    """An entry that the result judged and did not see is gone; the others' comments stay."""
    second = ENTRY.replace("idempotency.replay", "job.progress").replace("# a", "# another")
    text = f"# head\n{ENTRY}\n# about the second\n{second}"
    entries = read(file(tmp_path, text), PROMISES)
    seen = [("job.progress", "another jobId")]
    changed = update(text, entries, seen, {"job.progress", "idempotency.replay"}, TODAY)
    assert [each.promise for each in changed.gone] == ["idempotency.replay"]
    left = pruned(changed.text, "known.toml", changed.gone, PROMISES)
    assert "# head" in left
    assert "# about the second" in left
    assert "another comment" in left
    assert [each.promise for each in read(file(tmp_path, left), PROMISES)] == ["job.progress"]


def test_an_entry_of_a_promise_that_was_not_judged_is_not_gone(tmp_path: Path) -> None:
    """What a result could not judge says nothing of an entry."""
    entries = read(file(tmp_path, ENTRY), PROMISES)
    assert not update(ENTRY, entries, [], set(), TODAY).gone
