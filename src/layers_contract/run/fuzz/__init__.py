"""Schemathesis as a maker of exchanges: its engine, run in this process, its answers as findings.

    engine   configures Schemathesis, follows its events, turns its errors into data
    steer    what a generated case becomes before it is sent: existing ids, own idempotency keys
    wire     sends, with a cap and a deadline, and writes each exchange down
    leash    the deadline
    prune    bodies without unknown members
    judge    the stock checks, whose failures become findings and never stop a phase
    plan     what goes in and what comes out

Everything here leans on names Schemathesis does not call public: its version is pinned.
"""

from layers_contract.run.fuzz.engine import run
from layers_contract.run.fuzz.judge import CHECKS, UNSOUND
from layers_contract.run.fuzz.plan import PHASES, Outcome, Plan, Progress, Skip, Trouble

__all__ = ["CHECKS", "PHASES", "UNSOUND", "Outcome", "Plan", "Progress", "Skip", "Trouble", "run"]
