"""Keys of a target file: from the environment, from a command, and never with white space."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from layers_contract.target import (
    KEY_VARIABLE,
    OTHER_KEY_VARIABLE,
    TargetError,
    from_environment,
    parse,
)

URL = "https://staging.example"


def _complaint(raw: dict[str, object]) -> str:
    with pytest.raises(TargetError) as caught:
        parse({"url": URL, **raw}, "t")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("secret-1\n", "ends with white space (a line break); remove it"),
        ("secret-1\r\n", "ends with white space (a line break); remove it"),
        (" secret-1", "begins with white space (a space); remove it"),
        ("\tsecret-1", "begins with white space (a tab); remove it"),
        ("secret-1\u00a0", "ends with white space (U+00A0); remove it"),
        ("secret 1", "holds white space (a space); a key has none"),
        ("Bearer secret-1", "holds white space (a space); leave out what stands before it"),
        (" \n", "is only white space; put the key there"),
    ],
)
def test_white_space_in_a_key_is_called_white_space(
    value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Around a key or in it, from the file, a variable or no file at all: the message names it."""
    monkeypatch.setenv("LC_KEY", value)
    assert _complaint({"api_key": value}) == f"t: api_key {said}"
    assert _complaint({"api_key_env": "LC_KEY"}) == f"t: api_key_env: the variable LC_KEY {said}"
    for variable in (KEY_VARIABLE, OTHER_KEY_VARIABLE):
        monkeypatch.delenv(KEY_VARIABLE, raising=False)
        monkeypatch.setenv(variable, value)
        with pytest.raises(TargetError) as caught:
            from_environment(URL, "--url")
        assert str(caught.value) == f"--url: the variable {variable} {said}"


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_command_makes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command prints is the key, without the line break after it; the shell may help."""
    monkeypatch.setenv("LC_KEY", "from-the-shell")
    found = parse(
        {
            "url": URL,
            "api_key_command": _python("print(' secret-1 ')"),
            "other_api_key_command": "printenv LC_KEY | cat",
        },
        "t",
    )
    assert (found.api_key, found.other_api_key) == ("secret-1", "from-the-shell")
    assert found.other_api_key_command == "printenv LC_KEY | cat"
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (_python("print('secret'); raise SystemExit(3)"), "failed with exit code 3; run it by"),
        (_python("pass"), "printed nothing; run it by hand"),
        (_python("print('secret 1')"), ": what it printed holds white space (a space); a key"),
        (_python("import os; os.write(1, b'\\xff')"), "printed no text; run it by hand"),
        (["/no/such/secret"], "cannot be run (No such file or directory); run it by hand"),
        ("echo secret >&2; exit 4", "failed with exit code 4; run it by hand"),
        ("", "must be a command: a string, or a list of strings"),
        ([], "must be a command: a string, or a list of strings"),
        (7, "must be a command: a string, or a list of strings"),
    ],
)
def test_a_command_that_makes_no_key_is_said_in_one_line(command: object, said: str) -> None:
    """The message names the entry and what went wrong, and quotes neither command nor output."""
    found = _complaint({"api_key_command": command}).removeprefix("t: api_key_command")
    assert found.lstrip().startswith(said)


def test_a_command_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command has so many seconds, and the message does not quote it."""
    monkeypatch.setattr("layers_contract.target._keys.COMMAND_TAKES", 0.2)
    said = _complaint({"api_key_command": _python("'secret'; import time; time.sleep(60)")})
    assert said == "t: api_key_command took longer than 0.2 s; run it by hand to see why"


def test_a_key_is_given_once() -> None:
    """A key may be given in one of three ways."""
    said = _complaint({"api_key": "a", "api_key_command": "true"})
    assert said == "t: give api_key or api_key_command, not both"


def test_paths_begin_beside_the_target_file(tmp_path: Path) -> None:
    """A relative path in [tls] is looked for where the target file is."""
    with pytest.raises(TargetError) as caught:
        parse({"url": URL, "tls": {"ca": "ca.pem"}}, "t", folder=tmp_path)
    assert str(caught.value) == f"t: [tls] ca: there is no file {tmp_path / 'ca.pem'}"
