"""The command line: `layers-contract COMMAND`; one module a command.

Exit codes: 0 nothing violated, 1 a promise is violated, 2 wrong use or
configuration, 3 the server could not be judged at all.
"""

from __future__ import annotations

import sys

import click

from layers_contract.cli._options import WRONG_USE
from layers_contract.cli._output import printable
from layers_contract.cli.baseline import baseline
from layers_contract.cli.check import check
from layers_contract.cli.compare import compare, trend
from layers_contract.cli.generate import generate
from layers_contract.cli.invariants import invariants
from layers_contract.cli.judge import judge
from layers_contract.cli.lint import lint
from layers_contract.cli.mock import mock
from layers_contract.cli.mutation import faults, variants
from layers_contract.cli.overlay import overlay
from layers_contract.cli.proxy import proxy
from layers_contract.cli.publish import diff, publish


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="layers-contract", prog_name="layers-contract")
def cli() -> None:
    """Judge an asynchronous, generation-style HTTP API against its contract."""


for command in (
    *(check, judge, proxy, mock, faults, variants, invariants),
    *(baseline, compare, trend),
    *(lint, diff, generate, overlay, publish),
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; what is wrong is said in one line."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(WRONG_USE)
    except click.UsageError as error:
        where = f" {error.ctx.info_name}" if error.ctx and error.ctx.parent else ""
        message = error.format_message().rstrip(".")
        click.echo(f"layers-contract{where}: {message} (see --help)", err=True)
        sys.exit(WRONG_USE)
    except click.ClickException as error:
        click.echo(f"layers-contract: {printable(error.format_message())}", err=True)
        sys.exit(WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
