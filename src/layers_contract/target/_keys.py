"""Keys: given as they are, read from the environment, or made by a command."""

from __future__ import annotations

import os
import subprocess
from typing import Any, Final

from layers_contract.target._errors import TargetError

__all__ = [
    "KEY_VARIABLE",
    "OTHER_KEY_VARIABLE",
    "Command",
    "check_key",
    "from_variable",
    "key_of",
    "run_command",
]

KEY_VARIABLE, OTHER_KEY_VARIABLE = "LAYERS_API_KEY", "LAYERS_OTHER_KEY"
"""Where the keys are in the environment, if no target file names other variables."""
COMMAND_TAKES: Final = 60.0
"""Seconds that a command may take to print a key."""

Command = str | tuple[str, ...]
"""A line for the shell, or a program and its arguments."""

_SPACES: Final = {" ": "a space", "\t": "a tab", "\n": "a line break", "\r": "a line break"}


def check_key(key: str, source: str) -> str:
    """*key*, which came from *source*.

    Raises:

        TargetError: It cannot be sent as it is. The message does not quote it.
    """
    if not key.strip():
        what = "only white space" if key else "empty"
        raise TargetError(f"{source} is {what}; put the key there")
    if key != key.strip():
        place, at = ("ends", -1) if key[-1].isspace() else ("begins", 0)
        raise TargetError(f"{source} {place} with white space ({_space(key[at])}); remove it")
    if inner := next(filter(str.isspace, key), None):
        hint = "leave out what stands before it" if _is_prefixed(key) else "a key has none"
        raise TargetError(f"{source} holds white space ({_space(inner)}); {hint}")
    if not key.isascii() or not key.isprintable():
        raise TargetError(f"{source} holds characters that no header may hold")
    return key


def _space(character: str) -> str:
    return _SPACES.get(character, f"U+{ord(character):04X}")


def _is_prefixed(key: str) -> bool:
    """Whether somebody has given `Bearer KEY` for KEY."""
    return key.lower().startswith(("bearer ", "basic ", "token "))


def from_variable(name: str, source: str) -> str | None:
    """The key in that environment variable, or None where it is not set or empty.

    Raises:

        TargetError: It cannot be sent as it is.
    """
    found = os.environ.get(name)
    return check_key(found, f"{source}: the variable {name}") if found else None


def key_of(raw: dict[str, Any], name: str, where: str) -> tuple[str | None, Command | None]:
    """The key *name* of a target file, and the command that makes it, if one does.

    Raises:

        TargetError: It is given twice, is not there, or cannot be sent.
    """
    given = [each for each in (name, f"{name}_env", f"{name}_command") if each in raw]
    if not given:
        return None, None
    if len(given) > 1:
        raise TargetError(f"{where}: give {' or '.join(given)}, not both")
    entry, value = given[0], raw[given[0]]
    if entry.endswith("_command"):
        command = _command(value, f"{where}: {entry}")
        return run_command(command, f"{where}: {entry}"), command
    if not isinstance(value, str):
        raise TargetError(f"{where}: {entry} must be a string")
    if entry.endswith("_env"):
        return _from_environment(value, f"{where}: {entry}"), None
    if not value:
        raise TargetError(f"{where}: {name} is empty; leave it out to send none")
    return check_key(value, f"{where}: {name}"), None


def _from_environment(variable: str, source: str) -> str:
    key = from_variable(variable, source)
    if key is None:
        raise TargetError(f"{source} names {variable}, which is not set; export it")
    return key


def _command(value: Any, source: str) -> Command:
    listed = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
    if listed:
        return tuple(value)
    if isinstance(value, str) and value.strip():
        return value
    raise TargetError(f"{source} must be a command: a string, or a list of strings")


def run_command(command: Command, source: str) -> str:
    """What *command* prints, without the white space around it.

    Raises:

        TargetError: It fails, or prints no key. The message quotes neither.
    """
    by_hand = "run it by hand to see why"
    try:
        done = subprocess.run(  # noqa: S603 - the target file's own command
            command,
            shell=isinstance(command, str),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_TAKES,
            check=False,
        )
        text = done.stdout.decode().strip()
    except subprocess.TimeoutExpired:
        # Its own text would quote the command.
        raise TargetError(f"{source} took longer than {COMMAND_TAKES:g} s; {by_hand}") from None
    except OSError as error:
        raise TargetError(f"{source} cannot be run ({error.strerror}); {by_hand}") from None
    except ValueError:
        raise TargetError(f"{source} printed no text; {by_hand}") from None
    if done.returncode:
        raise TargetError(f"{source} failed with exit code {done.returncode}; {by_hand}")
    if not text:
        raise TargetError(f"{source} printed nothing; {by_hand}")
    return check_key(text, f"{source}: what it printed")
