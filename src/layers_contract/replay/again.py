"""What a written reproduction calls: its steps are sent again, and judged by one promise."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import click
import pytest

from layers_contract.history.exchanges import History
from layers_contract.judge.verdicts import judge
from layers_contract.replay.known import renamed
from layers_contract.replay.patience import Patience
from layers_contract.replay.play import Renewal
from layers_contract.replay.script import Step
from layers_contract.replay.send import over_http
from layers_contract.run import expectations
from layers_contract.run.budget import Purse
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import DocumentError, load
from layers_contract.target import (
    KEY_VARIABLE,
    Expect,
    Target,
    TargetError,
    from_environment,
    reached,
    read,
)

__all__ = ["Again"]

FILE, URL = "LAYERS_CONTRACT_TARGET", "LAYERS_URL"
REFUSED: Final = 401
BROKEN, UNJUDGED = 1, 3
"""Exit codes, as those of `layers-contract check`."""
LONGEST: Final = 3600.0
"""Seconds for all tries, pauses included."""


@dataclass(frozen=True)
class Again:
    """How a reproduction's steps are sent again and judged.

    The server is *url*, unless `LAYERS_URL` names another one or a target file is given, by
    `--target FILE` or `LAYERS_CONTRACT_TARGET`. The keys are those of the target file, else
    `LAYERS_API_KEY` and `LAYERS_OTHER_KEY`. `marker` is the word in the steps' hooks that tells
    their run from others'; it is made new. `expect` is what the run expected of the server, as
    in a target file: a target file's own entries count more. `known` names the ids in the steps
    that a target file may have others for, by their entries: `projects.open`.
    A fault that does not show every time is looked for `tries` times. `way` holds the tables of a
    target file that say how the server is reached. `document` is the one that judges, if not the
    one that the package ships.
    """

    promise: str
    marker: str | None
    url: str
    expect: Mapping[str, float] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    strict: bool = True
    tries: int = 1
    succeeds: bool = False
    way: Mapping[str, Any] = field(default_factory=dict)
    document: Path | None = None

    def broken(self, steps: Sequence[Step], file: Path | None = None) -> list[str]:
        """Send *steps* with fresh keys, and say how they break the promise; empty if they do not.

        Raises:
            TargetError: The target file or the address is wrong, nobody answers there, or the key
                is refused: nothing can be said of the promise.
        """
        contract, target = Contract(load(self.document)), self._target(file)
        if file or os.environ.get(FILE):
            steps = renamed(steps, self.known, target)
        for _ in range(self.tries):
            if found := self._once(contract, target, steps):
                return found
        return []

    def test(self, steps: Sequence[Step]) -> None:
        """Fail as a test of pytest while the promise is broken.

        Where that cannot be told, pytest ends with exit code 3.
        """
        __tracebackhide__ = True
        try:
            broken = self.broken(steps)
        except (TargetError, DocumentError) as error:
            pytest.exit(f"cannot be judged: {error}", returncode=UNJUDGED)
        if broken:
            pytest.fail(f"{self.promise} is broken: {broken[0]}", pytrace=False)

    def main(self, steps: Sequence[Step]) -> None:
        """Be a command, `python FILE [--target FILE.toml]`, with the exit codes of `check`."""

        @click.command(help=f"Send {len(steps)} requests again, and judge {self.promise}.")
        @click.option("--target", type=click.Path(path_type=Path), help="Which server to judge.")
        def command(target: Path | None) -> None:
            try:
                broken = self.broken(steps, target)
            except (TargetError, DocumentError) as error:
                click.echo(f"cannot be judged: {error}", err=True)
                sys.exit(UNJUDGED)
            click.echo(f"{self.promise}: " + (f"broken: {broken[0]}" if broken else "not broken"))
            sys.exit(BROKEN if broken else 0)

        command()

    def _once(self, contract: Contract, target: Target, steps: Sequence[Step]) -> list[str]:
        fresh = f"lc-{uuid.uuid4().hex[:10]}"
        renewal = Renewal.of(contract.key_header, self.marker, fresh)
        send = over_http(contract, target, Purse(target.budget))
        history = send(steps, renewal, Patience.of(LONGEST))
        expected = expectations(target, fresh)
        judged = judge(contract, history, expected, strict=self.strict, only={self.promise})
        found = [violation.message for each in judged for violation in each.violations]
        if not found:
            self._heard(history, steps, target)
        return found

    def _heard(self, history: History, steps: Sequence[Step], target: Target) -> None:
        """Make sure that silence and refusals are not taken for a promise that is kept."""
        own = [each for each in history if each.credential == "own"]
        statuses = {each.status for each in own}
        if not any(each.answered for each in history):
            raise TargetError(f"{target.url} does not answer; {URL} may name another server")
        if statuses and statuses <= {REFUSED, None}:
            raise TargetError(
                f"{target.url} refuses the key ({REFUSED}); put the right one into {KEY_VARIABLE}"
            )
        if self.succeeds and not any(each.succeeded for each in own):
            told = ", ".join(sorted(str(each.status) for each in own))
            raise TargetError(f"no call succeeded at {target.url} ({told}); are the ids its own?")
        hung_up = sum(1 for step in steps if step.answered is None)
        lost = sum(1 for each in history if each.inconclusive) - hung_up
        if lost > 0:
            raise TargetError(f"{lost} of {len(history)} calls had no proper answer; try again")

    def _target(self, file: Path | None) -> Target:
        chosen = os.environ.get(URL)
        file = file or (Path(os.environ[FILE]) if os.environ.get(FILE) else None)
        if file:
            target = read(file, chosen)
        else:
            where = URL if chosen else "the reproduction"
            target = from_environment(chosen or self.url, where)
            target = reached(target, self.way, "the reproduction", Path())
        usual, own = asdict(Expect()), asdict(target.expect)
        unsaid = {n: v for n, v in self.expect.items() if n in own and own[n] == usual[n]}
        kept: Any = replace(target.expect, **unsaid)
        return replace(target, expect=kept)
