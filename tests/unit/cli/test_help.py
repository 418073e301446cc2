"""What `--help` says: of every command in a line, and of every option."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner, Result

from layers_contract.cli import cli

COMMANDS = sorted(cli.commands)


def helped(*arguments: str) -> Result:
    """The help, as it is printed in a terminal of 80 columns."""
    return CliRunner().invoke(cli, [*arguments], terminal_width=80, prog_name="layers-contract")


@pytest.mark.parametrize("name", ["", *COMMANDS])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_explains_itself(name: str, flag: str) -> None:
    """Help is asked for with either flag, shows the usage, and ends with 0."""
    ended = helped(*filter(None, [name]), flag)
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"Usage: layers-contract {name}".strip())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    """No option of any command is without a sentence."""
    options = [each for each in cli.commands[name].params if isinstance(each, click.Option)]
    assert options
    assert not [each.opts for each in options if not (each.help or "").endswith((".", ")"))]


def test_every_summary_is_whole() -> None:
    """The list of the commands cuts no summary off, even in 80 columns."""
    listed = helped("--help").stdout.partition("Commands:")[2].split("\n")
    said = dict(line.split(maxsplit=1) for line in listed if line.strip())
    assert sorted(said) == COMMANDS
    cut = [name for name, summary in said.items() if summary.endswith("...") or summary[-1] != "."]
    assert not cut, f"at most 62 characters: the summaries of {cut}"
