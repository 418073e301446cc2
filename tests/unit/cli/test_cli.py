"""The command line: what it prints, what it writes, and with which code it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from tests.helpers.places import ROOT
from tests.helpers.shell import Shell, command, environment, served

from layers_contract.judge.invariants import CATALOGUE
from layers_contract.mock import FAULTS, OWN, MockOptions, background, to_toml
from layers_contract.mutation import Matrix, Proof


@dataclass(frozen=True)
class Checked:
    """A run of `check`, and the folder with what it wrote."""

    ended: subprocess.CompletedProcess[str]
    folder: Path


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """A quick run that finds one violation, with every kind of report."""
    folder = tmp_path_factory.mktemp("checked")
    with served(folder, "kind-in-short") as mock:
        ended = command(
            *("check", "--target", mock.target, "--profile", "quick", "--strict"),
            *(
                "--json",
                folder / "a.json",
                "--junit",
                folder / "a.xml",
                "--html",
                folder / "a.html",
            ),
            *("--har", folder / "a.har", "--curl", folder / "curl"),
        )
    return Checked(ended, folder)


@pytest.mark.parametrize(
    ("command_", "options"),
    [
        ("check", "--target --url --profile --strict --only --seed --json --junit --html --har"),
        ("check", "--baseline --format --sarif --gitlab"),
        ("judge", "--baseline --format --sarif --gitlab --json --junit --html"),
        ("baseline", "--update --check --file"),
        ("compare", "--format --fail-on"),
        ("trend", "--html --svg"),
        ("mock", "--host --port --target-out --render --fault"),
        ("faults", "--json --html --markdown --read --workers"),
        ("variants", "--json --pairs --seeds --seed --workers"),
        ("invariants", "--json --markdown"),
    ],
)
def test_the_options_that_others_call_are_there(shell: Shell, command_: str, options: str) -> None:
    """Every option of the design is in its command's help."""
    words = set(re.findall(r"--[a-z-]+", shell(command_, "--help").out))
    assert words >= set(options.split())


def test_without_a_command_the_help_is_printed(shell: Shell) -> None:
    """Nothing to do is a wrong use, and shows the right one."""
    ended = shell()
    assert ended.code == 2
    assert "Usage: " in ended.out + ended.err


def test_the_version_is_the_packages(shell: Shell) -> None:
    """`--version` prints the version in pyproject.toml."""
    project = ROOT / "pyproject.toml"
    version = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    assert version in shell("--version").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chekc"], "No such command 'chekc'"),
        (["check", "--nonsense"], "No such option"),
        (["check", "--profile", "slow"], "'slow' is not one of"),
        (["check", "--seed", "x"], "'x' is not a valid integer"),
        (["check", "--target", "no.toml"], "no.toml: cannot be read (No such file or directory)"),
        (["check", "--target", "bad.toml"], "bad.toml: not TOML"),
        (["check", "--target", "typo.toml"], "typo.toml: unknown key ulr; did you mean url?"),
        (["check", "--target", "empty.toml"], "empty.toml: url is missing"),
        (["check", "--target", "keyless.toml"], "api_key_env names LC_UNSET, which is not set"),
        (["check", "--url", "staging"], "--url: 'staging' is not an http or https address"),
        (["check", "--url", "http://u:p@h"], "--url: the url may hold no user"),
        (["check", "--only", "lifecycle,nonsense"], "there is no invariant nonsense"),
        (["check", "--json", "no/such/a.json"], "there is no folder"),
        (["check", "--json", "."], "is a directory"),
        (["judge"], "Missing argument"),
        (["judge", "no.jsonl"], "no.jsonl: cannot be read (No such file or directory)"),
        (["judge", "no.har"], "no.har: cannot be read (No such file or directory)"),
        (["judge", "bad.toml"], "bad.toml: not JSON"),
        (["judge", "bad.jsonl"], "bad.jsonl:1: not an exchange"),
        (["judge", "typo.toml", "--only", "nonsense"], "there is no invariant nonsense"),
        (["mock", "--fault", "nonsense"], "nonsense"),
        (["mock", "--variant", "nonsense"], "nonsense"),
        (["mock", "--port", "99999"], "99999"),
        (["mock", "--render", "-1"], "-1"),
        (["mock", "--host", "no.such.host.invalid"], "cannot serve at no.such.host.invalid:0"),
        (["mock", "--db", "no/such/file.db"], "no/such/file.db"),
        (["mock", "--target-out", "no/such/t.toml"], "no/such/t.toml: cannot be written"),
        (["faults", "nonsense"], "the mock has no fault nonsense"),
        (["faults", "decision-twice", "--json", "no/such/a.json"], "there is no folder"),
        (["faults", "--read", "no.json"], "no.json: cannot be read (No such file or directory)"),
        (["faults", "--read", "bad.jsonl"], "bad.jsonl: not a saved matrix"),
        (["variants", "nonsense"], "the mock has no variant nonsense"),
        (["variants", "--pairs", "some"], "'some' is neither a number nor all"),
        (["variants", "--seeds", "0"], "0 is not in the range"),
        (["variants", "--json", "no/such/a.json"], "there is no folder"),
    ],
)
def test_a_wrong_use_is_said_in_one_line(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    words: str,
) -> None:
    """Whatever is wrong with a call is one line on stderr, and the code is 2."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_UNSET", raising=False)
    files = {
        "bad.toml": "url = ",
        "typo.toml": "ulr = 'http://h'",
        "empty.toml": "",
        "keyless.toml": "url = 'http://h'\napi_key_env = 'LC_UNSET'",
        "bad.jsonl": "{}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ended = shell(*arguments)
    assert ended.code == 2
    assert words in ended.err
    assert ended.err.startswith("layers-contract")
    assert len(ended.err.splitlines()) == 1
    assert ended.out == ""


def test_a_used_port_is_said_in_one_line(shell: Shell) -> None:
    """A port that somebody else serves at is named."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ended = shell("mock", "--port", port)
    assert ended.code == 2
    assert f"cannot serve at 127.0.0.1:{port} (Address already in use)" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("kind", ["--json", "--junit", "--html", "--har", "--curl"])
def test_a_report_that_cannot_be_written_is_said_before_the_run(
    shell: Shell, tmp_path: Path, kind: str
) -> None:
    """A file in the place of a folder is named before anything is sent."""
    (tmp_path / "file").touch()
    begun = shell("check", "--url", "http://127.0.0.1:1", kind, tmp_path / "file" / "report")
    assert begun.code == 2
    assert len(begun.err.splitlines()) == 1


def test_a_server_that_is_not_there_ends_with_3(shell: Shell) -> None:
    """Where nobody listens, one line says so."""
    ended = shell("check", "--url", "http://127.0.0.1:1")
    assert ended.code == 3
    assert ended.err.splitlines()[-1].startswith("layers-contract: http://127.0.0.1:1 does not")
    assert "Traceback" not in ended.err


def test_a_server_that_refuses_the_key_ends_with_3(shell: Shell, tmp_path: Path) -> None:
    """Where the key is refused, one line says so, and does not quote it."""
    with served(tmp_path, api_key="wrong-secret") as mock:
        ended = shell("check", "--target", mock.target)
    assert ended.code == 3
    assert "refuses the key (401, UNAUTHENTICATED)" in ended.err.splitlines()[-1]
    assert "wrong-secret" not in ended.err + ended.out


def test_a_server_that_keeps_its_promises_ends_with_0(shell: Shell, tmp_path: Path) -> None:
    """A read-only run of what is asked for holds."""
    with served(tmp_path, allow={"generate": False, "policy": False}) as mock:
        ended = shell("check", "--target", mock.target, "--profile", "quick", "--only", "list")
    assert (ended.code, "violated 0" in ended.out) == (0, True)


def test_a_run_that_judges_nothing_ends_with_3(shell: Shell, tmp_path: Path) -> None:
    """Not judged is never green."""
    with served(tmp_path, allow={"generate": False, "policy": False}) as mock:
        ended = shell("check", "--target", mock.target, "--profile", "quick", "--only", "archive")
    assert ended.code == 3
    assert "not judged 2" in ended.out


def test_a_url_alone_is_enough_where_the_server_describes_itself(
    shell: Shell, tmp_path: Path
) -> None:
    """The mock tells how it wants to be judged; a broken promise ends with 1."""
    with served(tmp_path, "list-oldest-first") as mock:
        ended = shell("check", "--url", mock.url, "--profile", "quick", "--only", "list.order")
    assert ended.code == 1
    assert "list.order" in ended.out


class Described(BaseHTTPRequestHandler):
    """A server that describes itself, and asks for a secret in doing so."""

    seen: list[str | None]

    def do_GET(self) -> None:
        """Answer the description, and refuse the rest."""
        self.seen.append(self.headers.get("X-Api-Key"))
        described = self.path.endswith(".toml")
        self.send_response(200 if described else 401)
        self.end_headers()
        if described:
            self.wfile.write(b'url = "http://elsewhere.example"\napi_key_env = "LC_PRIVATE"\n')

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
        """Say nothing."""


def test_a_server_cannot_ask_for_our_environment(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server says of itself names no variable of ours to be sent to it."""
    monkeypatch.setenv("LC_PRIVATE", "private-secret")
    Described.seen = []
    server = HTTPServer(("127.0.0.1", 0), Described)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        ended = shell("check", "--url", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    assert ended.code in (2, 3)
    assert "private-secret" not in Described.seen


def test_a_violation_ends_with_1_and_is_told(checked: Checked) -> None:
    """The table names the broken promise, and the last line counts."""
    assert checked.ended.returncode == 1
    assert "job.kind" in checked.ended.stdout
    counts = r"^violated 1 · held \d+ · not judged \d+ · "
    assert re.search(counts, checked.ended.stdout, re.MULTILINE)
    assert "Traceback" not in checked.ended.stderr
    assert "\x1b" not in checked.ended.stdout + checked.ended.stderr


def test_a_run_is_written_as_json(checked: Checked) -> None:
    """The JSON has the fields that others read, and every invariant."""
    found = json.loads((checked.folder / "a.json").read_text(encoding="utf-8"))
    assert set(found) >= {
        *("tool", "version", "target", "seed", "profile", "verdict"),
        *("requests", "seconds", "invariants", "coverage"),
    }
    assert (found["verdict"], found["profile"], found["seed"]) == ("violated", "quick", 0)
    assert {each["id"] for each in found["invariants"]} == set(CATALOGUE)
    [broken] = [each for each in found["invariants"] if each["verdict"] == "violated"]
    assert broken["id"] == "job.kind"
    assert broken["evidence"]
    assert set(found["coverage"]) >= {"operations", "statuses", "states", "transitions"}


def test_a_run_is_written_as_junit(checked: Checked) -> None:
    """JUnit has one case for each invariant, and one failure."""
    tree = ET.parse(checked.folder / "a.xml")  # noqa: S314 - we have just written it
    assert len(list(tree.iter("testcase"))) == len(CATALOGUE)
    assert len(list(tree.iter("failure"))) == 1


def test_a_run_is_written_as_html_har_and_scripts(checked: Checked) -> None:
    """The page, the recording and the script are there, and none holds the key."""
    html = (checked.folder / "a.html").read_text(encoding="utf-8")
    har = json.loads((checked.folder / "a.har").read_text(encoding="utf-8"))
    [script] = (checked.folder / "curl").iterdir()
    text = script.read_text(encoding="utf-8")
    assert "job.kind" in html
    assert len(har["log"]["entries"]) > 100
    assert "$LAYERS_API_KEY" in text
    assert not any(OWN.key in each for each in (html, json.dumps(har), text))


OF_A_RUN = {
    "auth.tenancy",
    "container.updated-moves",
    "errors.not-found",
    "errors.refused-does-nothing",
    "generate.accepts",
    "idempotency.lost-answer",
    "idempotency.replay-starts-nothing",
    "lifecycle.ends",
}
"""Promises that take the run's own word: its marker, whose keys and projects
those are, how long a render lasts, how clocks differ."""


def test_a_recording_gets_the_verdict_of_its_run(shell: Shell, checked: Checked) -> None:
    """What `check` wrote as HAR, `judge` finds violated for the same promise, and nothing else."""
    before = json.loads((checked.folder / "a.json").read_text(encoding="utf-8"))
    file = checked.folder / "judged.json"
    ended = shell("judge", "--strict", checked.folder / "a.har", "--json", file)
    assert ended.code == 1
    after = json.loads(file.read_text(encoding="utf-8"))
    was = {each["id"]: each["verdict"] for each in before["invariants"]}
    now = {each["id"]: each["verdict"] for each in after["invariants"]}
    different = {name for name in was if was[name] != now[name]}
    assert {now[name] for name in different} <= {"not_judged"}
    assert different <= OF_A_RUN


def test_several_recordings_are_one_history(shell: Shell, tmp_path: Path) -> None:
    """JSON Lines and HAR may be given together, and a page of nothing ends with 3."""
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    ended = shell("judge", empty, empty)
    assert ended.code == 3
    assert "held 0" in ended.out


def test_the_catalogue_is_printed(shell: Shell) -> None:
    """Every invariant stands in the list, below its group."""
    ended = shell("invariants")
    assert ended.code == 0
    assert all(re.search(rf"^  {re.escape(each)} ", ended.out, re.MULTILINE) for each in CATALOGUE)


def test_the_catalogue_is_printed_as_json(shell: Shell) -> None:
    """Each entry has id, group, sentence, source and its place in the document."""
    found = json.loads(shell("invariants", "--json").out)
    assert [each["id"] for each in found] == list(CATALOGUE)
    assert all(set(each) == {"id", "group", "statement", "source", "at"} for each in found)
    assert all(each["at"].startswith("#") for each in found)


def test_the_faults_and_variants_are_listed(shell: Shell) -> None:
    """`mock --list` names every fault with the promise that it breaks."""
    ended = shell("mock", "--list")
    assert ended.code == 0
    said = [re.search(rf"\b{name} +{each.breaks} ", ended.out) for name, each in FAULTS.items()]
    assert all(said)


def test_a_fault_is_proved(tmp_path: Path) -> None:
    """`faults NAME` judges the mock with it, says that it was caught, and writes the matrix."""
    file = tmp_path / "matrix.json"
    ended = command("faults", "decision-twice", "--json", file, "--workers", "1")
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^✓ decision-twice +approval\.once", ended.stdout, re.MULTILINE)
    assert "1 of 1 faults caught" in ended.stdout
    assert json.loads(file.read_text(encoding="utf-8"))["matrix"][0]["caught"] is True


def test_a_saved_matrix_is_shown_again(shell: Shell, tmp_path: Path) -> None:
    """`faults --read` judges nothing: it shows what was saved, and writes pages of it."""
    values = {"sentence": "Twice.", "strict": False, "violated": (), "said": "", "checks": ()}
    missed: dict[str, Any] = {**values, "simulated": True, "fuzzed": False, "seconds": 1.0}
    proofs = [Proof(name="decision-twice", breaks="approval.once", **missed)]
    saved, page, words = (tmp_path / name for name in ("a.json", "a.html", "a.md"))
    saved.write_text(json.dumps(Matrix.of(proofs).to_json()), encoding="utf-8")
    ended = shell("faults", "--read", saved, "--html", page, "--markdown", words)
    assert ended.code == 1
    assert "missed  decision-twice" in ended.out
    assert "decision-twice" in page.read_text(encoding="utf-8")
    assert "**missed** `approval.once`" in words.read_text(encoding="utf-8")


def test_a_variant_is_judged(tmp_path: Path) -> None:
    """`variants NAME` judges the mock with it, and says that there was no alarm."""
    file = tmp_path / "variants.json"
    ended = command("variants", "short-ids", "--json", file, "--workers", "1")
    assert ended.returncode == 0, ended.stderr
    assert "1 run (1 of a variant alone): 0 alarms" in ended.stdout
    assert json.loads(file.read_text(encoding="utf-8"))["runs"][0]["variants"] == ["short-ids"]


def test_the_catalogue_is_printed_as_markdown(shell: Shell) -> None:
    """`invariants --markdown` prints the page of the docs."""
    page = ROOT / "docs" / "invariants.md"
    assert shell("invariants", "--markdown").out == page.read_text(encoding="utf-8")


def test_the_mock_writes_its_target_and_stops_when_told(tmp_path: Path) -> None:
    """A served mock says where, leaves a target file that fits, and ends with 0 on SIGINT."""
    file = tmp_path / "target.toml"
    with started("mock", "--target-out", file) as process:
        said = line_of(process)
        url = re.search(r"http://\S+", said)
        assert url is not None
        assert tomllib.loads(file.read_text(encoding="utf-8"))["url"] == url[0]
        assert httpx.get(url[0], trust_env=False).status_code == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_with_a_verdict(sent: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C, or SIGTERM, ends a run in order: reports are written, and nothing found is 3."""
    file = tmp_path / "a.json"
    options = MockOptions(render=30.0)
    with background(options) as (_, values):
        target = tmp_path / "target.toml"
        target.write_text(to_toml(values), encoding="utf-8")
        arguments = ("check", "--target", target, "--profile", "quick", "--json", file)
        with started(*arguments) as process:
            while not re.search(r"\b[1-9]\d* requests", line_of(process)):
                pass
            process.send_signal(sent)
            out, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "interrupted" in out.splitlines()[-2]
    assert "Traceback" not in err
    assert json.loads(file.read_text(encoding="utf-8"))["verdict"] == "unjudged"


@contextmanager
def started(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "layers_contract", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_of(process: subprocess.Popen[str]) -> str:
    """The first line that a process says."""
    assert process.stderr is not None
    return process.stderr.readline()
